"""How much of large requests is in memory at once, however many there are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import RetryLater

FREE_BYTES = 1024 * 1024
"""What a request may take without asking; hardly any page sends more."""


class Memory:
    """A fixed number of bytes, shared by all requests of a process."""

    def __init__(self, total: int) -> None:
        self._left = total
        self._lock = threading.Lock()

    @contextmanager
    def account(self) -> Iterator[Account]:
        """What one request takes of it, given back at the end."""
        account = Account(self)
        try:
            yield account
        finally:
            if account.taken:
                self.take(-account.taken)

    def take(self, size: int) -> None:
        """Raises RetryLater where there is not as much left."""
        with self._lock:
            if size > self._left:
                raise RetryLater("too many large requests at once")
            self._left -= size


class Account:
    """What one request has taken, and is about to."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._free = FREE_BYTES
        self.taken = 0

    def spend(self, size: int) -> None:
        """Raises RetryLater where others have it all."""
        beyond = max(0, size - self._free)
        self._free -= size - beyond
        if beyond:
            self._memory.take(beyond)
            self.taken += beyond
