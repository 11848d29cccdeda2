"""A span cut out of a recording begins with the whole state and holds nothing else of
what was before."""

import json
import random

import pytest

from bot.recording.cut import cut
from bot.recording.files import open_recording
from bot.recording.lines import Damage, read_lines
from bot.recording.rrweb import RrwebEvent
from bot.recording.spool import Spool
from tests import recorded
from tests.bot.recording.test_hostile import mutated
from tests.browser.replays import (
    START_MS,
    document,
    element,
    lines,
    meta,
    plugin,
    words,
)

FROM_MS = START_MS + 4000
SNAPSHOT = ("w", 2, 10, document(element(10, "p", {}, words(11, "first words"))))
BEGIN = (("w", 4, 0, meta("https://shop.test/one?token=1")), SNAPSHOT)
LATER = ("w", 3, 5000, {"source": 3, "id": 1, "x": 0, "y": 1})


def read(*given):
    return list(read_lines(lines(*given).split(b"\n"), recording="r", damage=Damage()))


def span_of(events, from_ms=FROM_MS, to_ms=START_MS + 10**6):
    with Spool() as spool:
        assert list(spool.fill(events)) == list(events)
        return list(cut(spool, from_ms, to_ms))


def mutation(**changes):
    none = {"adds": [], "removes": [], "texts": [], "attributes": []}
    return {"source": 0, **none, **changes}


def text_of(events):
    return json.dumps([item.event for item in events])


def nodes_of(item):
    """Every node of a full snapshot by its id."""
    found, waiting = {}, [item.data["node"]]
    while waiting:
        node = waiting.pop()
        found[node["id"]] = node
        waiting.extend(node.get("childNodes", ()))
    return found


def test_a_cut_starts_with_size_and_page_at_its_first_millisecond():
    """Meta and one full snapshot, then what happened in the span, untouched."""
    resized = ("w", 3, 2000, {"source": 4, "width": 500, "height": 400})
    moved_on = ("w", 5, 3000, {"tag": "$pageview", "payload": {"href": "/two"}})
    out = span_of(read(*BEGIN, resized, moved_on, LATER))
    assert [(item.type, item.timestamp_ms - START_MS) for item in out] == [
        (4, 4000),
        (2, 4000),
        (3, 5000),
    ]
    assert out[0].data == {"href": "/two", "width": 500, "height": 400}
    assert out[2].data == LATER[3]


def test_changes_are_folded_into_the_snapshot_in_the_replayers_order():
    """Removes, adds before and after others, texts, attributes, moves."""
    changes = mutation(
        removes=[{"parentId": 10, "id": 11}],
        adds=[
            # The last of the three comes first, and waits for the one it precedes.
            {"parentId": 10, "nextId": 22, "node": words(21, "b")},
            {"parentId": 10, "nextId": None, "node": element(22, "i")},
            {"parentId": 22, "nextId": None, "node": words(23, "c")},
            {"parentId": 10, "previousId": None, "nextId": 21, "node": words(20, "a")},
        ],
        texts=[{"id": 23, "value": "changed"}],
        attributes=[{"id": 10, "attributes": {"class": "new", "id": None}}],
    )
    snapshot = span_of(read(*BEGIN, ("w", 3, 100, changes), LATER))[1]
    paragraph = nodes_of(snapshot)[10]
    assert paragraph["attributes"] == {"class": "new"}
    assert [child["id"] for child in paragraph["childNodes"]] == [20, 21, 22]
    assert paragraph["childNodes"][2]["childNodes"][0]["textContent"] == "changed"


def test_nothing_of_before_is_in_the_file():
    """What was on the page and is no more, typed over, said or asked for earlier."""
    field = element(30, "input", {"type": "text", "value": "SECRET typed"})
    request = {"name": "https://a.test/SECRET", "timestamp": START_MS, "duration": 5}
    going_on = {"name": "https://a.test/slow", "timestamp": START_MS, "duration": 4500}
    rows = {"requests": [request, going_on]}
    out = span_of(
        read(
            BEGIN[0],
            ("w", 2, 10, document(element(10, "p", {}, words(11, "SECRET")), field)),
            ("w", 3, 20, mutation(texts=[{"id": 11, "value": "SECRET two"}])),
            ("w", 3, 30, {"source": 5, "id": 30, "text": "SECRET three"}),
            ("w", 6, 40, plugin("console", {"level": "log", "payload": ["SECRET"]})),
            ("w", 6, 50, plugin("network", {"requests": [request]})),
            ("w", 5, 60, {"tag": "said", "payload": "SECRET"}),
            ("w", 3, 70, mutation(removes=[{"parentId": 10, "id": 11}])),
            ("w", 3, 80, {"source": 5, "id": 30, "text": "what stands there"}),
            # Told late, as recorders do.
            ("w", 6, 4100, plugin("network", {"requests": [request]})),
            ("w", 6, 4600, plugin("network", rows)),
            LATER,
        )
    )
    assert "SECRET" not in text_of(out)
    assert "what stands there" in text_of(out)
    assert [item.data["payload"]["requests"] for item in out if item.type == 6] == [
        [going_on]
    ]


def test_of_several_windows_those_alive_begin_and_the_one_in_front_comes_last():
    """The viewer shows the window used last; one that is closed is left out."""

    def window(name, at_ms):
        return (
            (name, 4, at_ms, meta(f"https://shop.test/{name}")),
            (name, 2, at_ms, document(words(5, name))),
        )

    click = {"source": 2, "type": 2, "id": 4, "x": 5, "y": 5}
    out = span_of(
        read(
            *(*window("front", 0), *window("closed", 100), *window("back", 200)),
            ("front", 3, 3000, click),
            ("back", 3, 5000, {"source": 0, "texts": [{"id": 5, "value": "x"}]}),
        )
    )
    windows = [item.window_id for item in out if item.type == 2]
    assert windows == ["back", "front"]


@pytest.mark.parametrize("name", ["checkout", "static-simple"])
def test_events_out_of_order_are_cut_as_in_order(name):
    """Blocks may arrive in any order; time says what comes before what."""
    events = recorded.events(name)
    by_time = sorted(events, key=lambda item: item.timestamp_ms)
    shuffled = events[len(events) // 2 :] + events[: len(events) // 2]
    by_time_again = sorted(shuffled, key=lambda item: item.timestamp_ms)
    from_ms = by_time[len(by_time) // 2].timestamp_ms
    assert span_of(shuffled, from_ms) == span_of(by_time_again, from_ms)


def test_wireframes_are_folded_too():
    """A mobile screen begins as it stands: added, updated and removed wireframes."""
    path = next(p for p in recorded.POSTHOG_FILES if "wireframes" in p.name)
    events = list(open_recording(path).events)
    out = span_of(events, events[-1].timestamp_ms + 1, events[-1].timestamp_ms + 9)
    assert [item.type for item in out[:2]] == [4, 2]
    (screen,) = out[1].data["wireframes"]
    inside = {one["id"]: one for one in screen["childWireframes"]}
    assert (screen["id"], inside[1004]["value"]) == (1001, "Ada L")
    # An updated one is drawn last, and so is one that was added after it.
    assert list(inside)[-2:] == [1004, 1012]
    assert 1009 not in inside
    assert "Pay: declined" not in text_of(out)


def test_a_page_too_deep_for_json_is_added_instead():
    """Nodes added one inside the other without end make a snapshot that is shallow."""
    deep = [
        {
            "parentId": 10 if n == 0 else 99 + n,
            "nextId": None,
            "node": element(100 + n, "b"),
        }
        for n in range(5000)
    ]
    out = span_of(read(*BEGIN, ("w", 3, 100, mutation(adds=deep)), LATER))
    assert [item.type for item in out] == [4, 2, 3, 3]
    kept = set(nodes_of(out[1])) | {add["node"]["id"] for add in out[2].data["adds"]}
    assert kept >= set(range(100, 5100))
    assert not any(add["node"]["childNodes"] for add in out[2].data["adds"])
    json.dumps(out[1].event)


@pytest.mark.parametrize("seed", range(30))
def test_no_value_in_any_place_stops_a_cut(seed):
    """Real events with values swapped at random; ids that lead in circles too."""
    chance = random.Random(seed)
    events = recorded.events("checkout")
    swapped = []
    for item in events:
        event = mutated(item.event, chance) if chance.random() < 0.5 else item.event
        swapped.append(RrwebEvent(item.window_id, event))
        if item.type == 2:
            swapped.append(_in_circles(item, chance))
    kept = [
        item
        for item in swapped
        if isinstance(item.event.get("timestamp"), int | float)
        and isinstance(item.event.get("type"), int)
    ]
    middle = events[250].timestamp_ms
    assert len(span_of(kept, int(middle))) > 50


def _in_circles(snapshot, chance):
    ids = list(nodes_of(snapshot))
    adds = [
        {
            "parentId": chance.choice(ids),
            "nextId": chance.choice([None, *ids]),
            "previousId": chance.choice([None, *ids]),
            "node": element(chance.choice(ids), "p"),
        }
        for _ in range(50)
    ]
    event = {
        "type": 3,
        "timestamp": snapshot.timestamp_ms + 1,
        "data": mutation(adds=adds),
    }
    return RrwebEvent(snapshot.window_id, event)
