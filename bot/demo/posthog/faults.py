"""What can be made to go wrong, and PostHog's rate limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Tier = Literal["free", "paid"]
_LIMITS = {
    # Calls a minute and calls an hour, for lists and for snapshots each.
    "free": ((60, 12), (3600, 60)),
    "paid": ((60, 60), (3600, 300)),
}


class Fault(StrEnum):
    DOWN = "down"
    """A proxy's 503 page instead of an answer."""
    SLOW = "slow"
    """No answer for a long time."""
    LIMITED = "limited"
    """429 with Retry-After."""
    BUSY = "busy"
    """429 without it: ClickHouse is at capacity."""
    ERROR = "error"
    """500 in the replay handlers' own shape."""
    HALF_BODY = "half_body"
    """The connection ends in the middle of the announced body."""
    TRUNCATED = "truncated"
    """A body that ends in the middle of a line, as if that were all."""
    MISSING_BLOCK = "missing_block"
    """The last block of a range left out in silence."""
    LOST_BLOCK = "lost_block"
    """The same, and 502 when that block is asked for alone."""


@dataclass
class _Plan:
    fault: Fault
    times: int | None


class Faults:
    """Faults by kind of call; ``any`` stands for every kind."""

    retry_after_seconds = 37

    def __init__(self) -> None:
        self._plans: dict[str, _Plan] = {}

    def add(self, kind: str, fault: Fault, *, times: int | None = None) -> None:
        """Let calls of that kind fail, the next ``times`` of them or until cleared."""
        self._plans[kind] = _Plan(fault, times)

    def clear(self) -> None:
        self._plans.clear()

    def take(self, kind: str) -> Fault | None:
        for name in (kind, "any"):
            plan = self._plans.get(name)
            if plan is None:
                continue
            if plan.times is not None:
                plan.times -= 1
                if plan.times <= 0:
                    del self._plans[name]
            return plan.fault
        return None


class Throttle:
    """Sliding windows per key, as PostHog counts; refused calls are not counted."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._history: dict[tuple[str, str], list[float]] = {}

    def wait(self, bucket: str, key: str, tier: Tier) -> int | None:
        """Whole seconds to wait, or None where the call may pass."""
        now = self._clock().timestamp()
        history = self._history.setdefault((bucket, key), [])
        history[:] = [at for at in history if at > now - 3600]
        for seconds, allowed in _LIMITS[tier]:
            recent = [at for at in history if at > now - seconds]
            if len(recent) >= allowed:
                return math.ceil(seconds - (now - recent[0]))
        history.append(now)
        return None
