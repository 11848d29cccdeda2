"""Calls that may take longer than Slack waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.errors import RetryLater

Answer = TypeVar("Answer")

_AT_ONCE = 8


class Deadline:
    """Runs calls in threads of its own, and waits for each no longer than it may."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="slack-deadline")

    def within(self, seconds: float, call: Callable[[], Answer]) -> Answer:
        """What the call returns or raises; RetryLater where it takes longer."""
        running = self._pool.submit(call)
        try:
            return running.result(timeout=seconds)
        except TimeoutError:
            running.cancel()
            raise RetryLater(f"no answer within {seconds} s") from None
