"""Zendesk's rate limits with their headers: per account, and per user and ticket.

Zendesk: https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

ACCOUNT_CALLS_PER_MINUTE = 400
TICKET_UPDATES_PER_MINUTE = 100
TICKET_UPDATES_PER_USER_AND_TICKET = 30
TEN_MINUTES = 600.0


@dataclass
class Bucket:
    """At most ``total`` calls in any ``seconds``."""

    name: str
    total: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> bool:
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        if len(self.calls) >= self.total:
            return False
        self.calls.append(now)
        return True

    def resets(self, now: float) -> int:
        oldest = self.calls[0] if self.calls else now
        return max(1, math.ceil(oldest + self.seconds - now))

    @property
    def remaining(self) -> int:
        return max(0, self.total - len(self.calls))


class Limits:
    """Every bucket of the account; ``take`` gives the headers to answer with."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.account = Bucket("account", ACCOUNT_CALLS_PER_MINUTE, 60.0)
        self.updates = Bucket("ticket-updates", TICKET_UPDATES_PER_MINUTE, 60.0)
        self._per_ticket: dict[tuple[int, int], Bucket] = {}
        self._clock = clock
        self._lock = threading.Lock()

    def take(
        self, user_id: int, updated_ticket: int | None
    ) -> tuple[dict[str, str], bool]:
        """Headers, and whether the call may go on."""
        with self._lock:
            now = self._clock()
            buckets = [self.account]
            if updated_ticket is not None:
                per_ticket = self._per_ticket.setdefault(
                    (user_id, updated_ticket),
                    Bucket(
                        "per-ticket-updates",
                        TICKET_UPDATES_PER_USER_AND_TICKET,
                        TEN_MINUTES,
                    ),
                )
                buckets += [self.updates, per_ticket]
            full = next((b for b in buckets if not b.take(now)), None)
            headers = {
                "x-rate-limit": str(self.account.total),
                "x-rate-limit-remaining": str(self.account.remaining),
                "ratelimit-limit": str(self.account.total),
                "ratelimit-remaining": str(self.account.remaining),
                "ratelimit-reset": str(self.account.resets(now)),
            }
            for bucket in buckets[1:]:
                headers[f"zendesk-ratelimit-{bucket.name}"] = (
                    f"total={bucket.total}; remaining={bucket.remaining};"
                    f" resets={bucket.resets(now)}"
                )
            if full is not None:
                headers["Retry-After"] = str(full.resets(now))
            return headers, full is None
