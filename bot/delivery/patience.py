"""Says that an answer takes longer, once, and never after the answer itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 0.7
"""Seconds after which somebody who waits wants to see that something happens."""


@contextmanager
def patience(say: Callable[[], None], *, seconds: float = PATIENCE_S) -> Iterator[None]:
    """Call ``say`` if what is inside takes longer; it is done when this ends."""
    timer = threading.Timer(seconds, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # It may be saying it right now, and the answer must come after.
        timer.join()
