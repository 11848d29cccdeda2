"""Zendesk's rate limits, kept by all workers together through Redis.

Zendesk counts an account's calls, and its updates of tickets as well: by plan 200 to
2,500 calls a minute, and 100 updates, of which agents at work need some. So answers are
begun below the limits, and no call is made beyond them. What Zendesk says in
Retry-After is remembered for everybody. Without Redis calls go through: Zendesk's own
refusal is then all there is.
https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping

import redis
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from bot.errors import RetryLater

UPDATES_PER_MINUTE = 100
"""Of tickets, in an account; 300 with the High Volume add-on, 20 in a sandbox."""

LONGEST_WAIT = 2.0
"""Seconds that a call waits for its turn, before something else is done."""

BUSY = "Zendesk limits the courier's calls just now."

_FEWEST_CALLS = 200
"""A minute, by the smallest plan; until Zendesk tells."""
_CALLS_OF_AN_ANSWER = 8
_OURS = 0.9
"""The part of a limit that answers take."""
_ON_THE_WAY_S = 2
"""So much longer one call may take to arrive than another: what was counted a minute
apart here is counted a minute apart there."""
_LONGEST_BLOCK = 3600

log = logging.getLogger(__name__)


class Limits:
    """Those of one ``account``, for one process; ``client`` is of the Redis that all
    share. ``updates`` of tickets are allowed in ``seconds``, which is as long as
    Zendesk's minute. Implements bot.ports.Gate.
    """

    def __init__(
        self,
        client: redis.Redis,
        account: str,
        *,
        updates: int = UPDATES_PER_MINUTE,
        seconds: int = 60,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._redis = client
        self._seconds = seconds + _ON_THE_WAY_S
        self._sleep = sleep
        self._blocked = f"courier:zendesk:{account}:blocked"
        self._updates = RateLimitItemPerSecond(updates, self._seconds)
        self._calls = _FEWEST_CALLS
        storage = RedisStorage(
            "redis://",
            connection_pool=client.connection_pool,
            key_prefix=f"courier:zendesk:{account}:rate",
        )
        self._window = MovingWindowRateLimiter(storage)

    def room(self) -> int:
        """How many answers may be begun now."""
        try:
            if self._blocked_for(is_update=True) > 0:
                return 0
            return self._window.get_window_stats(self._answers, "answers").remaining
        except redis.RedisError as error:
            _unshared(error)
            return self._answers.amount

    def enter(self) -> bool:
        """Begin an answer; False where there is no room after all."""
        try:
            return self._window.hit(self._answers, "answers")
        except redis.RedisError as error:
            _unshared(error)
            return True

    def take(self, *, is_update: bool) -> None:
        """Take one call, which updates a ticket or does not, waiting for it a little.

        Raises RetryLater with the seconds left where that would take long.
        """
        waited = 0.0
        try:
            while (wait := self._wait(is_update)) > 0:
                if waited + wait > LONGEST_WAIT:
                    raise RetryLater("at Zendesk's rate limit", after=wait, plain=BUSY)
                self._sleep(wait)
                waited += wait
        except redis.RedisError as error:
            _unshared(error)

    def learn(self, headers: Mapping[str, str]) -> None:
        """How many calls the account's plan allows, where an answer says so."""
        total = headers.get("x-rate-limit", "")
        if total.isascii() and total.isdigit() and int(total) > 0:
            self._calls = int(total)

    def remember(self, seconds: float | None, *, is_update: bool) -> None:
        """Zendesk refused a call: none is made until the time it named is over; no
        update, where it was one."""
        span = min(max(seconds or 1.0, 1.0), _LONGEST_BLOCK)
        key = f"{self._blocked}:{'updates' if is_update else 'calls'}"
        try:
            self._redis.set(key, 1, px=math.ceil(span * 1000))
        except redis.RedisError as error:
            _unshared(error)

    @property
    def _answers(self) -> RateLimitItem:
        calls = self._calls / _CALLS_OF_AN_ANSWER
        amount = max(1, int(_OURS * min(self._updates.amount, calls)))
        return RateLimitItemPerSecond(amount, self._seconds)

    def _wait(self, is_update: bool) -> float:
        """Seconds until there is something to take; 0 where it was taken."""
        if (left := self._blocked_for(is_update=is_update)) > 0:
            return left
        calls = RateLimitItemPerSecond(self._calls, self._seconds)
        wanted = [(self._updates, "updates")] if is_update else []
        for item, name in [*wanted, (calls, "calls")]:
            if not self._window.hit(item, name):
                reset = self._window.get_window_stats(item, name).reset_time
                return max(0.01, reset - time.time())
        return 0.0

    def _blocked_for(self, *, is_update: bool) -> float:
        keys = [f"{self._blocked}:calls"]
        if is_update:
            keys.append(f"{self._blocked}:updates")
        left = [self._redis.pttl(key) for key in keys]
        return max(0.0, *(one / 1000 for one in left if isinstance(one, int)))


def _unshared(error: redis.RedisError) -> None:
    log.warning("rate limits are not shared: %s", type(error).__name__)
