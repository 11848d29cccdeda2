"""Facts read from Slack, kept for some minutes so that not every press asks again.

Bounded and safe between threads; ``cachetools`` drops the least used and the expired.
What the facts are and how they are read is left to ``directory``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

Key = TypeVar("Key", bound=Hashable)
Fact = TypeVar("Fact")

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Fact]):
    fact: Fact
    read_at: float


class Memory(Generic[Key, Fact]):
    """Keeps at most ``most`` facts, each for ``life`` seconds of ``clock``."""

    def __init__(
        self,
        life: float,
        *,
        most: int = _MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: TTLCache[Key, _Kept[Fact]] = TTLCache(most, life, timer=clock)

    def get(
        self, key: Key, read: Callable[[], Fact], *, newer_than: float | None = None
    ) -> Fact:
        """The fact, by ``read`` where none is kept, or none ``newer_than`` seconds.

        What ``read`` raises is raised, and nothing is kept then.
        """
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and (
            newer_than is None or self._clock() - kept.read_at < newer_than
        ):
            return kept.fact
        # Outside the lock: one slow answer must not stop those that need none.
        read_at = self._clock()
        fact = read()
        with self._lock:
            self._kept[key] = _Kept(fact, read_at)
        return fact

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)
