"""A worker's share in captured recordings: filing what came, and keeping house."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from bot.errors import CourierError

_STOP_SECONDS = 30.0
_log = structlog.get_logger(__name__)

Chore = tuple[Callable[[], object], float]
"""Something to be done again and again, and after how many seconds."""


class CaptureWorker:
    """Does its chores, each in a thread of its own, until it is stopped."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for chore in self._chores:
            thread = threading.Thread(target=self._repeat, args=chore, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish the work in hand and end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _repeat(self, work: Callable[[], object], every_s: float) -> None:
        while not self._stopping.wait(every_s):
            try:
                work()
            except CourierError as error:
                _log.warning("captured recordings wait", error=str(error))
            except Exception:
                _log.exception("captured recordings wait")
