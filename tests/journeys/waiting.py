"""Waiting for something to become true, and for nothing more to happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

_LOOK_SECONDS = 0.01


def eventually(
    look: Callable[[], Seen],
    *,
    within: float = 10.0,
    instead: Callable[[], object] = lambda: "nothing",
) -> Seen:
    """What ``look`` sees once it sees something; fails after ``within`` seconds and
    then names what was there ``instead``."""
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"after {within} s there is {instead()}"
        time.sleep(_LOOK_SECONDS)
