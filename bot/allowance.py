"""What vendors allow of calls, kept by all processes together through Redis.

Calls are counted in moving windows, and what a vendor says in Retry-After is remembered
for everybody. While Redis is away calls go through: the vendor's own refusal is then
all there is.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

import redis
from limits import RateLimitItem
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

LONGEST_WAIT = 2.0
"""Seconds that a call waits for its turn, before something else is done."""

_LONGEST_BLOCK = 3600
"""Seconds for which a vendor's word is remembered at most."""

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class Allowance:
    """One vendor's, for one process; ``client`` is of the Redis that all share, where
    its names begin with ``prefix``.

    ``seconds_until``, ``room``, ``block`` and ``blocked_for`` raise RedisError: ask
    for them by ``ask`` or ``wait_for``.
    """

    def __init__(
        self,
        client: redis.Redis,
        prefix: str,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._redis = client
        self._prefix = prefix
        self._sleep = sleep
        storage = RedisStorage(
            "redis://",
            connection_pool=client.connection_pool,
            key_prefix=f"{prefix}:rate",
        )
        self._window = MovingWindowRateLimiter(storage)

    def ask(self, question: Callable[[], _T], otherwise: _T) -> _T:
        """What ``question`` is answered with; ``otherwise`` where Redis is away."""
        try:
            return question()
        except redis.RedisError as error:
            log.warning("rate limits are not shared: %s", type(error).__name__)
            return otherwise

    def wait_for(
        self, attempt: Callable[[], float], *, longest: float = LONGEST_WAIT
    ) -> float:
        """Make the attempt until it names no seconds to wait, waiting ``longest`` in
        all. The seconds that are left; 0 where it was made."""
        waited = 0.0
        while (wait := self.ask(attempt, 0.0)) > 0 and waited + wait <= longest:
            self._sleep(wait)
            waited += wait
        return wait

    def seconds_until(self, item: RateLimitItem, *names: str) -> float:
        """Seconds until there is something to take; 0 where it was taken."""
        if self._window.hit(item, *names):
            return 0.0
        reset = self._window.get_window_stats(item, *names).reset_time
        return max(0.01, reset - time.time())

    def room(self, item: RateLimitItem, *names: str) -> int:
        """How much there is to take."""
        return self._window.get_window_stats(item, *names).remaining

    def block(self, name: str, seconds: float | None) -> None:
        """A vendor refused a call: nothing is made of that name until the time it gave
        is over."""
        span = min(max(seconds or 1.0, 1.0), _LONGEST_BLOCK)
        self._redis.set(self._blocked(name), 1, px=math.ceil(span * 1000))

    def blocked_for(self, *names: str) -> float:
        """The seconds for which one of the names is blocked still."""
        left = [self._redis.pttl(self._blocked(name)) for name in names]
        return max(0.0, *(one / 1000 for one in left if isinstance(one, int)))

    def _blocked(self, name: str) -> str:
        return f"{self._prefix}:blocked:{name}"
