"""How busy the user was, and when: a histogram made in one pass, in little memory.

The length of a recording is known only at its end, and its events come in any order:
counts are kept in steps that double whenever there are too many of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.model import Activity
from bot.recording.rrweb import ACTIVE_SOURCES, CLICK, MOUSE_INTERACTION, RrwebEvent

PARTS = 120
"""Equal parts of the recording's length that activity is counted in."""

_FIRST_STEP_MS = 100
# Many more than PARTS, so that what is counted apart ends in the right part.
_MAX_STEPS = 8192


class ActivityCounts:
    """Give it every event of a recording in any order, then ``build``."""

    def __init__(self) -> None:
        self._step_ms = _FIRST_STEP_MS
        self._actions: Counter[int] = Counter()
        self._clicks: Counter[int] = Counter()

    def add(self, item: RrwebEvent) -> None:
        if item.source not in ACTIVE_SOURCES:
            return
        step = int(item.timestamp_ms // self._step_ms)
        self._actions[step] += 1
        if item.source == MOUSE_INTERACTION and item.data.get("type") == CLICK:
            self._clicks[step] += 1
        while len(self._actions) > _MAX_STEPS:
            self._step_ms *= 2
            self._actions = _halved(self._actions)
            self._clicks = _halved(self._clicks)

    def build(self, start_ms: int, end_ms: int) -> Activity:
        """The counts of each part between the two epoch times."""
        length = max(1, end_ms - start_ms)

        def parts(counts: Mapping[int, int]) -> tuple[int, ...]:
            found = [0] * PARTS
            for step, count in counts.items():
                # A step's middle: the first and the last may begin outside.
                at = step * self._step_ms + self._step_ms / 2 - start_ms
                found[min(PARTS - 1, max(0, int(at * PARTS // length)))] += count
            return tuple(found)

        return Activity(actions=parts(self._actions), clicks=parts(self._clicks))


def _halved(counts: Counter[int]) -> Counter[int]:
    """The counts in half as many steps, or few fewer where they lie far apart."""
    merged: Counter[int] = Counter()
    for step, count in counts.items():
        merged[step // 2] += count
    return merged
