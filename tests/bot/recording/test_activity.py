"""Activity over time: every action counted once, in its part, in little memory."""

from __future__ import annotations

from bot.recording.activity import PARTS, ActivityCounts
from bot.recording.rrweb import (
    CLICK,
    INCREMENTAL,
    INPUT,
    MOUSE_INTERACTION,
    MUTATION,
    RrwebEvent,
)

_START = 1_700_000_000_000


def _event(at_ms: float, source: int, kind: int | None = None) -> RrwebEvent:
    data = {"source": source, "type": kind}
    return RrwebEvent(
        "w", {"type": INCREMENTAL, "timestamp": _START + at_ms, "data": data}
    )


def test_actions_are_counted_in_their_part_whatever_their_order():
    counts = ActivityCounts()
    for at_ms, source, kind in (
        (60_000, INPUT, None),
        (0, MOUSE_INTERACTION, CLICK),
        (119_999, INPUT, None),
        (30_000, MUTATION, None),
    ):
        counts.add(_event(at_ms, source, kind))
    activity = counts.build(_START, _START + 120_000)
    busy = {i: n for i, n in enumerate(activity.actions) if n}
    assert busy == {0: 1, PARTS // 2: 1, PARTS - 1: 1}
    assert {i: n for i, n in enumerate(activity.clicks) if n} == {0: 1}


def test_a_recording_of_many_hours_costs_no_more_memory():
    counts = ActivityCounts()
    total = 40_000
    for index in range(total):
        counts.add(_event(index * 1_000, INPUT))
    activity = counts.build(_START, _START + total * 1_000)
    assert sum(activity.actions) == total
    assert max(activity.actions) < 1.1 * total / PARTS
    assert len(counts._actions) <= 8192


def test_one_moment_is_no_length():
    counts = ActivityCounts()
    counts.add(_event(0, INPUT))
    assert sum(counts.build(_START, _START).actions) == 1
