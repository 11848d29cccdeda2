"""Which window of a session was in use when."""

from __future__ import annotations

from itertools import pairwise

from bot.recording.rrweb import FULL_SNAPSHOT, INCREMENTAL, META, RrwebEvent
from bot.recording.turns import Turns
from tests import recorded


def _turns(*signs: tuple[str, int, int, int]) -> list[tuple[str, int]]:
    turns = Turns()
    for window, kind, source, at_ms in signs:
        data = {"source": source} if kind == INCREMENTAL else {}
        turns.add(RrwebEvent(window, {"type": kind, "timestamp": at_ms, "data": data}))
    return [(turn.window_id, turn.at_ms) for turn in turns.build(1000)]


def test_a_window_takes_over_with_what_somebody_does_in_it():
    click, scroll = (INCREMENTAL, 2), (INCREMENTAL, 3)

    assert _turns(("a", META, 0, 1000), ("a", *click, 1900), ("b", META, 0, 2000)) == [
        ("a", 0),
        ("b", 1000),
    ]
    assert _turns(("a", *click, 1000), ("b", *scroll, 2000), ("a", *click, 6000)) == [
        ("a", 0),
        ("b", 1000),
        ("a", 5000),
    ]


def test_a_snapshot_or_change_in_the_background_is_no_turn():
    assert _turns(
        ("a", META, 0, 1000), ("b", FULL_SNAPSHOT, 0, 2000), ("b", INCREMENTAL, 0, 2100)
    ) == [("a", 0)]


def test_windows_that_send_in_batches_are_put_in_order():
    click = (INCREMENTAL, 2)
    batches = [("a", *click, 1000), ("a", *click, 5000), ("b", *click, 3000)]

    assert _turns(*batches) == [("a", 0), ("b", 2000), ("a", 4000)]


def test_a_million_turns_are_a_thousand():
    click = (INCREMENTAL, 2)
    many = ((str(at % 2), *click, 1000 + at * 10) for at in range(300_000))

    assert len(_turns(*many)) == 1000


def test_the_dashboards_two_windows_take_turns():
    turns = Turns()
    for event in recorded.events("dashboard"):
        turns.add(event)

    windows = [
        one.window_id for one in turns.build(recorded.facts("dashboard")["start_ms"])
    ]
    assert len(set(windows)) == 2
    assert all(one != other for one, other in pairwise(windows))
