"""What a worker does again and again beside its work, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.errors import CourierError

_STOP_SECONDS = 30.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so many seconds; what it raises is logged, and it is
    tried again."""

    work: Callable[[], object]
    every_s: float
    first_s: float | None = None
    """When it is done first, where that is not ``every_s`` after the start."""


class Chores:
    """Does its chores until it is stopped."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self) -> None:
        for chore in self._chores:
            thread = threading.Thread(target=self._repeat, args=(chore,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def leave(self) -> None:
        """Begin nothing any more."""
        self._stopping.set()

    def stop(self, seconds: float | None = _STOP_SECONDS) -> None:
        """Finish what is in hand and end; None waits for as long as it takes."""
        self.leave()
        for thread in self._threads:
            thread.join(seconds)

    def _repeat(self, chore: Chore) -> None:
        seconds = chore.every_s if chore.first_s is None else chore.first_s
        while not self._stopping.wait(seconds):
            seconds = chore.every_s
            try:
                chore.work()
            except CourierError as error:
                _log.warning("housekeeping failed", error=str(error))
            except Exception:
                _log.exception("housekeeping failed")
