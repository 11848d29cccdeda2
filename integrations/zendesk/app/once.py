"""Lets each of Zendesk's tokens open the app once, while it would be taken at all.

What was used is kept in Redis, where the other processes of the installation see it:
``courier:zendesk:app:<fingerprint>``. While Redis is away each process remembers by
itself.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

import redis

log = logging.getLogger(__name__)


class Once:
    """Remembers fingerprints. ``clock`` gives seconds that only grow."""

    def __init__(
        self,
        client: redis.Redis | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = client
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def is_first(self, fingerprint: str, seconds: float) -> bool:
        """Whether it was not seen before; it is remembered for so many seconds."""
        with self._lock:
            now = self._clock()
            self._until = {
                one: until for one, until in self._until.items() if until > now
            }
            if fingerprint in self._until:
                return False
            self._until[fingerprint] = now + seconds
        return self._is_first_to_all(fingerprint, seconds)

    def _is_first_to_all(self, fingerprint: str, seconds: float) -> bool:
        if self._redis is None:
            return True
        name = f"courier:zendesk:app:{fingerprint}"
        try:
            kept = self._redis.set(name, b"1", nx=True, ex=max(1, math.ceil(seconds)))
        except redis.RedisError as error:
            log.info("a token is known to this process alone: %s", type(error).__name__)
            return True
        return bool(kept)
