"""Makes one request of a double click; which presses are the same is the caller's.

Slack gives each press a fresh trigger id, so the key of the request is made of what
was pressed and when its first press was. Presses met by another process of the same
installation get the same key within the same minute.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable

WINDOW = 60.0
"""Seconds in which pressing again means impatience, not a second share."""


class Clicks:
    """Remembers first presses for a minute."""

    def __init__(self) -> None:
        self._first: dict[str, float] = {}
        self._lock = threading.Lock()

    def key(self, parts: Iterable[str], *, at: float) -> str:
        """The request key of a press at Unix time ``at``."""
        what = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        with self._lock:
            self._first = {
                key: first for key, first in self._first.items() if at - first < WINDOW
            }
            first = self._first.setdefault(what, at)
        return f"slack:press:{what}:{int(first // WINDOW)}"
