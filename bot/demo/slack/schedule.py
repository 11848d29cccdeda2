"""Things Slack does a little later: shares of uploads, retries of events."""

from __future__ import annotations

import threading
from collections.abc import Callable

_TICK_SECONDS = 0.02


class Schedule:
    """Actions with a due time on an injectable clock, run by one thread.

    ``run_due`` may also be called by a test that has just moved its clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: list[tuple[float, Callable[[], None]]] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        with self._lock:
            self._pending.append((self._clock() + seconds, action))

    def run_due(self) -> None:
        """Run what is due by now, in the order it falls due."""
        with self._lock:
            now = self._clock()
            due = sorted(
                (entry for entry in self._pending if entry[0] <= now),
                key=lambda entry: entry[0],
            )
            self._pending = [entry for entry in self._pending if entry[0] > now]
        for _, action in due:
            action()

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._run, name="slack-schedule", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            self.run_due()
