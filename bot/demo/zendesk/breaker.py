"""The circuit breaker before each webhook: much failing stops deliveries for a while.

What is due meanwhile is lost, and logged as "circuit broken".

Zendesk: https://developer.zendesk.com/documentation/webhooks/creating-and-monitoring-webhooks/
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

WINDOW_SECONDS = 300.0
PAUSE_SECONDS = 5.0
FEWEST_REQUESTS = 100
MOST_ERRORS = 1000
ERROR_PERCENT = 70


@dataclass
class Breaker:
    """Open at 70 % errors, or over 1,000 of them, in five minutes; never under 100
    requests in that time."""

    pause: float = PAUSE_SECONDS
    fewest: int = FEWEST_REQUESTS
    _requests: deque[tuple[float, bool]] = field(default_factory=deque)
    _errors: int = 0
    _open_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_open(self, now: float) -> bool:
        with self._lock:
            return now < self._open_until

    def record(self, now: float, *, failed: bool) -> None:
        """Take in how a request ended."""
        with self._lock:
            self._requests.append((now, failed))
            self._errors += failed
            while self._requests[0][0] <= now - WINDOW_SECONDS:
                self._errors -= self._requests.popleft()[1]
            count, errors = len(self._requests), self._errors
            many = errors > MOST_ERRORS or errors * 100 >= ERROR_PERCENT * count
            if failed and count >= self.fewest and many:
                self._open_until = now + self.pause
