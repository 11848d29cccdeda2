"""Makes one request of a double click; which presses are the same is the caller's.

Slack gives each press a fresh trigger id, so the key of the request is made of what
was pressed and when its first press was. That time is kept in Redis, where the other
processes of the installation see it: ``courier:slack:press:<digest>``, for a minute.
While Redis is away each process remembers by itself.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterable

import redis

WINDOW = 60.0
"""Seconds in which pressing again means impatience, not a second share."""

log = logging.getLogger(__name__)


class Clicks:
    """Remembers first presses for a minute."""

    def __init__(self, client: redis.Redis | None = None) -> None:
        self._redis = client
        self._first: dict[str, float] = {}
        self._lock = threading.Lock()

    def key(self, parts: Iterable[str], *, at: float) -> str:
        """The request key of a press at Unix time ``at``."""
        what = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        with self._lock:
            self._first = {
                key: first for key, first in self._first.items() if at - first < WINDOW
            }
            known = self._first.get(what)
        first = self._seen_by_all(what, at) if known is None else known
        with self._lock:
            first = self._first.setdefault(what, first)
        return f"slack:press:{what}:{int(first * 1000)}"

    def _seen_by_all(self, what: str, at: float) -> float:
        """When any process saw the press first; ``at`` where nobody did."""
        if self._redis is None:
            return at
        name = f"courier:slack:press:{what}"
        try:
            if self._redis.set(name, repr(at), nx=True, ex=int(WINDOW)):
                return at
            first = self._redis.get(name)
        except redis.RedisError as error:
            log.info("a press is known to this process alone: %s", type(error).__name__)
            return at
        # Redis' clock is its own, and forgets a moment earlier or later than ours.
        return at if first is None else float(first)
