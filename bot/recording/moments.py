"""Which moment of a recording is worth opening at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Mark, Summary

# Enough to see what led to the trouble without waiting for it.
LEAD_MS = 20_000
_BEFORE_ACTION_MS = 2_000

# The first mark of the best kind is the key moment.
_KINDS = ("exception", "network_failure", "rage_click", "console_error")
_SERVER_FAULTS = tuple(f" {status}" for status in range(500, 600))


def key_moment(marks: Iterable[Mark]) -> Mark | None:
    """The mark that most likely shows the trouble, or None where nothing stands out.

    A failed request with a server fault or no answer counts before a missing picture.
    """
    best: tuple[tuple[int, int], Mark] | None = None
    for mark in marks:
        if mark.kind not in _KINDS:
            continue
        rank = _KINDS.index(mark.kind)
        if mark.kind == "network_failure" and not mark.label.endswith(
            (*_SERVER_FAULTS, " failed")
        ):
            rank = len(_KINDS)
        if best is None or (rank, mark.at_ms) < best[0]:
            best = ((rank, mark.at_ms), mark)
    return best[1] if best else None


def choose_start(
    moment: Mark | None, first_action_ms: int | None, duration_ms: int
) -> int:
    """Where to open, in ms from the start: LEAD_MS before the moment.

    Where nothing stands out, just before the user first did something.
    """
    if moment is not None:
        return max(0, min(moment.at_ms, duration_ms) - LEAD_MS)
    return max(0, (first_action_ms or 0) - _BEFORE_ACTION_MS)


def opening_at_ms(summary: Summary, about: datetime | None) -> int:
    """Where a link opens: before ``about`` (when the trouble was reported) where that
    falls inside the recording, else before its key moment."""
    if about is not None and summary.start <= about <= summary.end:
        reported = int((about - summary.start).total_seconds() * 1000)
        return max(0, reported - LEAD_MS)
    return summary.start_at_ms
