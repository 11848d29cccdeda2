"""Warnings that a flood of requests cannot make a flood of lines of."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

_EVERY_S = 1.0


class Complaints:
    """At most a line a second for each reason; the next one says how many there were
    since."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said_at: dict[str, float] = {}
        self._count: Counter[str] = Counter()

    def due(self, reason: str) -> int:
        """How many there are to tell of now, this one among them; 0 where it has to
        wait."""
        now = self._clock()
        with self._lock:
            self._count[reason] += 1
            said_at = self._said_at.get(reason)
            if said_at is not None and now - said_at < _EVERY_S:
                return 0
            self._said_at[reason] = now
            return self._count.pop(reason)
