"""Zendesk's rate limits with their headers, and how near a client came to each.

Zendesk: https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

from __future__ import annotations

import math
import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_UPDATE = re.compile(
    r"/api/v2/tickets/(\d+)(?:/tags|/comments/\d+/attachments/\d+/redact)?"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much an account may do; the defaults are those of a Suite Professional.

    ``minute`` and ``ten_minutes`` are how long these last, in seconds, so that tests
    need not wait for real ones.
    """

    calls: int = 400
    ticket_updates: int = 100
    updates_of_a_ticket: int = 30
    """By one user, in ten minutes."""
    incremental_exports: int = 10
    search_exports: int = 100
    webhook_calls: int = 100
    webhook_tests: int = 20
    minute: float = 60.0
    ten_minutes: float = 600.0


@dataclass
class Bucket:
    """At most ``total`` calls in any ``seconds``."""

    name: str
    total: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)
    refused: int = 0
    most: int = 0
    """The largest number of calls, refused ones too, that came in any window."""
    _asked: deque[float] = field(default_factory=deque)

    def ask(self, now: float) -> bool:
        """Whether one more call fits; it counts as asked for."""
        for times in (self.calls, self._asked):
            while times and times[0] <= now - self.seconds:
                times.popleft()
        self._asked.append(now)
        self.most = max(self.most, len(self._asked))
        fits = len(self.calls) < self.total
        self.refused += not fits
        return fits

    def take(self, now: float) -> bool:
        """Whether the call fits; it is counted if it does."""
        if fits := self.ask(now):
            self.calls.append(now)
        return fits

    def resets(self, now: float) -> int:
        oldest = self.calls[0] if self.calls else now
        return max(1, math.ceil(oldest + self.seconds - now))

    @property
    def remaining(self) -> int:
        return max(0, self.total - len(self.calls))


class Limits:
    """Every bucket of the account; ``take`` gives the headers to answer with."""

    def __init__(self, clock: Callable[[], float], plan: Plan | None = None) -> None:
        plan = plan or Plan()
        self.plan = plan
        self.account = Bucket("account", plan.calls, plan.minute)
        self.updates = Bucket("ticket-updates", plan.ticket_updates, plan.minute)
        self.exports = Bucket(
            "incremental-exports", plan.incremental_exports, plan.minute
        )
        self.search_exports = Bucket("search-exports", plan.search_exports, plan.minute)
        self.webhooks = Bucket("webhooks", plan.webhook_calls, plan.minute)
        self.tests = Bucket("webhook-tests", plan.webhook_tests, plan.minute)
        self._per_ticket: dict[tuple[int, int], Bucket] = {}
        self._clock = clock
        self._lock = threading.Lock()

    def take(self, user_id: int, method: str, path: str) -> tuple[dict[str, str], bool]:
        """Headers, and whether the call may go on."""
        with self._lock:
            now = self._clock()
            first, *others = self._buckets(user_id, method, path)
            # What has no room takes none of the room elsewhere.
            full = [each for each in (first, *others) if not each.ask(now)]
            if not full:
                for each in (first, *others):
                    each.calls.append(now)
            headers = self._headers(now, first, others)
            if full:
                headers["Retry-After"] = str(max(each.resets(now) for each in full))
            return headers, not full

    def spend_updates(self, count: int) -> None:
        """Agents at work use up the account's ticket updates too."""
        with self._lock:
            self.updates.calls.extend([self._clock()] * count)

    def refusals(self) -> dict[str, int]:
        """How many calls each bucket refused, by its name; those that refused none
        are left out."""
        with self._lock:
            counts: dict[str, int] = {}
            for bucket in (*self._shared(), *self._per_ticket.values()):
                counts[bucket.name] = counts.get(bucket.name, 0) + bucket.refused
            return {name: count for name, count in counts.items() if count}

    def most_updates(self) -> int:
        """The most ticket updates asked for in any one minute."""
        return self.updates.most

    def _shared(self) -> tuple[Bucket, ...]:
        return (
            self.account,
            self.updates,
            self.exports,
            self.search_exports,
            self.webhooks,
            self.tests,
        )

    def _buckets(self, user_id: int, method: str, path: str) -> list[Bucket]:
        if path.startswith("/api/v2/webhooks"):
            # Webhook calls are counted apart from the rest, as recorded.
            is_test = path == "/api/v2/webhooks/test"
            return [self.tests if is_test else self.webhooks]
        buckets = [self.account]
        if path.startswith("/api/v2/incremental/"):
            buckets.append(self.exports)
        if path == "/api/v2/search/export":
            buckets.append(self.search_exports)
        if method != "GET" and (updated := _UPDATE.fullmatch(path)):
            plan, key = self.plan, (user_id, int(updated[1]))
            name, total = "per-ticket-updates", plan.updates_of_a_ticket
            per_ticket = Bucket(name, total, plan.ten_minutes)
            buckets += [self.updates, self._per_ticket.setdefault(key, per_ticket)]
        return buckets

    def _headers(
        self, now: float, first: Bucket, others: list[Bucket]
    ) -> dict[str, str]:
        headers = {
            "x-rate-limit": str(first.total),
            "x-rate-limit-remaining": str(first.remaining),
        }
        if first is self.account:
            headers |= {
                "ratelimit-limit": str(first.total),
                "ratelimit-remaining": str(first.remaining),
                "ratelimit-reset": str(first.resets(now)),
            }
        for bucket in others:
            headers[f"zendesk-ratelimit-{bucket.name}"] = (
                f"total={bucket.total}; remaining={bucket.remaining};"
                f" resets={bucket.resets(now)}"
            )
        return headers
