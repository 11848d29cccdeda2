"""Which window (browser tab) of a session was in use when.

A window takes over with the first thing somebody does in it, or with a page load in
it. Timed full snapshots come from windows in the background too and say nothing.
"""

from __future__ import annotations

from bot.model import WindowTurn
from bot.recording.rrweb import ACTIVE_SOURCES, META, RrwebEvent

# Closer together, two signs of life in one window are one.
_APART_MS = 100
_MAX_SIGNS = 200_000
_MAX_TURNS = 1000


class Turns:
    """Give it every event of a recording in any order, then ``build``."""

    def __init__(self) -> None:
        self._signs: list[tuple[float, str]] = []
        self._last: dict[str, float] = {}

    def add(self, item: RrwebEvent) -> None:
        if item.type != META and item.source not in ACTIVE_SOURCES:
            return
        moment = item.timestamp_ms
        last = self._last.get(item.window_id)
        is_near = last is not None and 0 <= moment - last < _APART_MS
        if is_near or len(self._signs) >= _MAX_SIGNS:
            return
        self._last[item.window_id] = moment
        self._signs.append((moment, item.window_id))

    def build(self, start_ms: int) -> tuple[WindowTurn, ...]:
        """The turns in order of time, the first thousand of them."""
        turns: list[WindowTurn] = []
        # Windows send what they recorded every few seconds, so it comes interleaved.
        for moment, window_id in sorted(self._signs, key=lambda sign: sign[0]):
            if len(turns) == _MAX_TURNS:
                break
            if not turns or turns[-1].window_id != window_id:
                turns.append(WindowTurn(window_id, max(0, int(moment) - start_ms)))
        return tuple(turns)
