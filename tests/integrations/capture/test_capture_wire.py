"""What posthog-js and mobile SDKs send is read whole, anything else refused."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model import Batch, CapturedEvent, CapturedItem, CapturedSnapshots
from integrations.capture.items import MAX_EVENT_BYTES
from integrations.capture.unpacking import MAX_UNPACKED_BYTES, TooLarge, unpacked
from integrations.capture.wire import (
    MAX_ITEMS,
    Contents,
    asking_project,
    contents_of,
    read_batch,
)
from tests.recorded import facts, requests, snapshots

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SESSION = "01a20811-bbca-78ac-87fb-66967860fa14"
RRWEB = [{"type": 4, "data": {"href": "https://acme.test/"}, "timestamp": 1}]


def snapshot(**properties: Any) -> dict[str, Any]:
    return {
        "uuid": "01a20811-bc10-7645-aff2-91e1a749e395",
        "event": "$snapshot",
        "properties": {
            "$snapshot_data": RRWEB,
            "$session_id": SESSION,
            "$window_id": "w",
            "distinct_id": "jane",
            "token": "phc_acme",
        }
        | properties,
    }


def event(**item: Any) -> dict[str, Any]:
    properties = {"distinct_id": "jane", "token": "phc_acme"}
    return {"event": "$pageview", "properties": properties} | item


def read(value: Any, **how: Any) -> list[CapturedItem]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(read_batch(Batch("phc_acme", NOW, body, "/s/", **how)))


def one_event(**item: Any) -> CapturedEvent:
    [found] = read(event(**item))
    assert isinstance(found, CapturedEvent)
    return found


def one_snapshot(value: Any) -> CapturedSnapshots:
    [found] = read(value)
    assert isinstance(found, CapturedSnapshots)
    return found


@pytest.mark.parametrize("name", ["checkout", "dashboard", "static-simple"])
def test_real_requests_hold_the_events_of_the_recording(name: str) -> None:
    """Every rrweb event posthog-js sent comes out as sent, window by window."""
    found = []
    for request in requests(name):
        if request.path.endswith("/s/"):
            contents = contents_of(unpacked(request.body))
            assert contents == Contents("phc_testlab", has_snapshots=True)
            batch = Batch("phc_testlab", request.at, request.body, "/s/")
            for item in read_batch(batch):
                assert isinstance(item, CapturedSnapshots)
                assert item.session_id == facts(name)["session_id"]
                assert b"\n" not in item.events
                found += [[item.window_id, one] for one in json.loads(item.events)]
    lines = gzip.decompress(snapshots(name).read_bytes()).split(b"\n")[:-1]
    assert found == list(map(json.loads, lines))


def test_other_encodings_hold_the_same_kinds_of_items() -> None:
    """Plain JSON with a preflight, and a form on unload, as posthog-js sends them where
    the remote config names no compression."""
    sent = [
        request
        for request in requests("static-simple-other-encodings")
        if request.path == "/s/" and request.method == "POST"
    ]
    assert [one.headers["content-type"].split(";")[0] for one in sent] == [
        "application/json",
        "application/x-www-form-urlencoded",
    ]
    items = [item for one in sent for item in read(one.body, query=one.query)]
    assert sum(isinstance(item, CapturedSnapshots) for item in items) == 3


PLAIN = json.dumps([event(uuid="u")]).encode()
GZIPPED = gzip.compress(PLAIN, mtime=0)
BASE64 = base64.b64encode(PLAIN)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (PLAIN, {}),
        (b"\xef\xbb\xbf" + PLAIN, {}),
        (b" \n" + PLAIN + b"\n", {}),
        (GZIPPED, {}),
        (GZIPPED, {"query": "compression=base64"}),
        (GZIPPED, {"content_encoding": "gzip"}),
        (gzip.compress(GZIPPED, mtime=0), {"content_encoding": "gzip"}),
        (PLAIN, {"content_encoding": "gzip"}),
        (b"data=" + quote(BASE64, safe="").encode(), {}),
        (b"data=" + BASE64 + b"&compression=base64", {}),
        (b"data=" + BASE64.replace(b"+", b" ").rstrip(b"="), {}),
        (b"data=" + base64.urlsafe_b64encode(PLAIN), {}),
        (b"data=" + quote_plus(PLAIN).encode(), {}),
        (b"data=" + base64.b64encode(GZIPPED), {}),
        (b"", {"query": urlencode({"ip": 1, "data": BASE64.decode()})}),
    ],
)
def test_every_wrapping_is_undone(body: bytes, how: dict[str, str]) -> None:
    [found] = read(body, **how)
    assert found.uuid == "u"


@pytest.mark.parametrize(
    "value",
    [
        [event()],
        event(),
        {"api_key": "phc_acme", "batch": [event()], "sent_at": "2026-11-23T12:00:00Z"},
        {"batch": [event(api_key="phc_acme", properties={"distinct_id": "jane"})]},
        [event(token="phc_acme", properties={"distinct_id": "jane"})],
        [event(properties={"distinct_id": "jane"}, **{"$token": "phc_acme"})],
        [event(properties={}, distinct_id="jane"), event()],
    ],
)
def test_every_envelope_and_place_of_the_token_is_known(value: Any) -> None:
    contents = contents_of(json.dumps(value).encode())
    assert contents == Contents("phc_acme", has_snapshots=False)
    found = read(value)
    assert all(isinstance(one, CapturedEvent) for one in found)
    assert {one.distinct_id for one in found} == {"jane"}


def test_flags_requests_name_their_project() -> None:
    [asked] = [one for one in requests("checkout") if one.path == "/flags/"]
    assert asking_project(unpacked(asked.body)) == "phc_testlab"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"[1]",
        b"[{}]",
        b'{"api_key":"phc_acme","batch":[]}',
        b'[{"event":"x"}',
        b'[{"event":"x"}] [',
        b'[{"event":"x","properties":{"a":NaN}}]',
        b'[{"event":"x","properties":' + b"[" * 5000 + b"]" * 5000 + b"}]",
        b"data=%%%",
        GZIPPED[:-9],
        GZIPPED + b"more",
        b"\x1f\x8b\x08\x00broken",
    ],
)
def test_what_no_sdk_sends_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        contents_of(unpacked(body))
    assert "phc_acme" not in str(refusal.value)


def test_a_body_that_names_no_project_says_so() -> None:
    assert contents_of(b'[{"event":"x"}]').project == ""


def test_a_body_that_is_not_utf8_is_refused_when_it_is_read() -> None:
    """The door leaves that to whoever files it: no browser can send one."""
    body = b'[{"event":"x","properties":{"distinct_id":"\xff"}}]'
    assert contents_of(body).project == ""
    with pytest.raises(BadInput, match="UTF-8"):
        read(body)


def test_a_bomb_is_left_unpacked() -> None:
    """Each MiB is asked for before it is unpacked, and the limit holds."""
    bomb = gzip.compress(b" " * (MAX_UNPACKED_BYTES + 1), 1)
    asked = []
    with pytest.raises(TooLarge):
        unpacked(bomb, spend=asked.append)
    assert sum(asked) <= MAX_UNPACKED_BYTES + 2 * 1024 * 1024


def test_snapshots_are_taken_byte_for_byte() -> None:
    """However odd the numbers and half the emojis; only line breaks between values
    give way."""
    data = (
        rb'[{"type":3,"timestamp":1.0e0,"data":"\ud83d \ud83d\ude00 \\ud83d\ude00'
        rb' \u0000","more":123456789012345678901234567890}'
    )
    body = (
        b'[{"event":"$snapshot","properties":{"distinct_id":"\\ud83d",'
        b'"$snapshot_data":' + data + b"\r\n],"
        b'"$session_id":"' + SESSION.encode() + b'"}}]'
    )
    assert contents_of(body).has_snapshots
    found = one_snapshot(body)
    assert found.events == data + b"  ]"
    assert found.distinct_id == "\ufffd"
    assert found.window_id == SESSION


def test_events_hold_no_characters_that_a_database_refuses() -> None:
    found = one_event(
        properties={"distinct_id": "j\0", "a": ["\ud83d", "\\ud83d", "😀\0"]}
    )
    assert found.distinct_id == "j\ufffd"
    assert found.properties["a"] == ["\ufffd", "\\ud83d", "😀\ufffd"]


@given(
    st.lists(
        st.sampled_from(["\\", "\ud83d", "\ude00", "😀", "u", "d83d", '"', "a"]),
        max_size=12,
    ).map("".join)
)
def test_any_text_comes_through_with_its_halves_replaced(text: str) -> None:
    """As UTF-16 has it: a high and a low half beside each other are one character."""
    as_sent = json.loads(json.dumps(text))
    expected = as_sent.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )
    found = one_event(properties={"distinct_id": "jane", "text": text})
    assert found.properties["text"] == "".join(
        "\ufffd" if 0xD800 <= ord(one) < 0xE000 else one for one in expected
    )


def test_mobile_snapshots_may_be_one_object_and_name_the_person_outside() -> None:
    item = snapshot(
        **{
            "$snapshot_data": RRWEB[0],
            "$snapshot_source": "mobile",
            "$lib": "posthog-ios",
        }
    )
    del item["properties"]["distinct_id"], item["properties"]["$window_id"]
    found = one_snapshot([item | {"api_key": "phc_acme", "distinct_id": "outside"}])
    assert json.loads(found.events) == RRWEB
    assert (found.source, found.library) == ("mobile", "posthog-ios")
    assert found.distinct_id == "outside"
    assert found.window_id == found.session_id == SESSION


@pytest.mark.parametrize(
    "bad",
    [
        {"$session_id": "../up"},
        {"$session_id": "a" * 71},
        {"$session_id": ""},
        {"$session_id": None},
        {"$snapshot_data": []},
        {"$snapshot_data": None},
        {"$snapshot_data": ["{}"]},
        {"$snapshot_data": [{"type": "4", "timestamp": 1}]},
        {"$snapshot_data": [{"type": 4}]},
        {"distinct_id": ""},
        {"distinct_id": {}},
    ],
)
def test_a_bad_item_is_left_out_and_its_neighbours_stay(bad: dict[str, Any]) -> None:
    found = read([snapshot(), snapshot(**bad), event()])
    assert [type(one) for one in found] == [CapturedSnapshots, CapturedEvent]


def test_an_event_larger_than_posthog_takes_is_left_out() -> None:
    large = event(properties={"distinct_id": "jane", "a": "x" * MAX_EVENT_BYTES})
    assert len(read([large, event()])) == 1


def test_times_are_the_senders() -> None:
    noon = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert one_event(timestamp="2026-11-23T11:30:00.000Z").at == noon
    assert one_event(timestamp="2026-11-23T12:30:00+01:00").at == noon
    assert one_event(offset=1500).at == NOW - timedelta(seconds=1.5)
    for strange in ({}, {"timestamp": "soon"}, {"offset": 1e300}, {"timestamp": 5}):
        assert one_event(**strange).at == NOW


def test_person_properties_are_found_in_both_places() -> None:
    found = one_event(
        **{
            "$set": {"email": "jane@acme.test"},
            "$set_once": {"first": 1},
            "properties": {
                "distinct_id": 42,
                "$set": {"email": "old", "plan": "pro"},
                "$set_once": {"second": 2},
                "$session_id": SESSION,
            },
        }
    )
    assert found.set_ == {"email": "jane@acme.test", "plan": "pro"}
    assert found.set_once == {"first": 1, "second": 2}
    assert found.distinct_id == "42"
    assert found.session_id == SESSION


def test_items_without_an_id_are_known_by_what_they_hold() -> None:
    """posthog-js 1.96 sends none; what is sent again is the same, and nothing else."""
    bare = snapshot()
    del bare["uuid"]
    first, again = read([bare | {"offset": 5}]), read([bare | {"offset": 900}])
    assert first[0].uuid == again[0].uuid
    assert one_event(offset=5).uuid == one_event(offset=900).uuid
    assert one_event(timestamp="a").uuid != one_event(timestamp="b").uuid
    other = [{"type": 4, "timestamp": 2}]
    changed = snapshot(**{"$snapshot_data": other})
    del changed["uuid"]
    assert read([changed])[0].uuid != first[0].uuid


def test_long_names_are_cut_to_what_a_column_takes() -> None:
    found = one_event(event="e" * 500, properties={"distinct_id": "d" * 500})
    assert (len(found.name), len(found.distinct_id)) == (200, 400)
    huge = b'{"event":"x","properties":{"distinct_id":' + b"9" * 5000 + b"}}"
    assert read(huge) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "event",
                    "properties",
                    "uuid",
                    "batch",
                    "$set",
                    "distinct_id",
                    "$session_id",
                    "$snapshot_data",
                    "offset",
                    "timestamp",
                    "api_key",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_anything_else_is_read_or_refused(value: Any) -> None:
    body = json.dumps(value).encode()
    try:
        contents_of(body)
        list(read_batch(Batch("phc_acme", NOW, body, "/s/")))
    except BadInput:
        pass


def test_a_body_of_more_items_than_any_sdk_sends_is_no_body() -> None:
    """And is not read to its end: in memory they are many times what they were."""
    allowed = json.dumps([event()] * MAX_ITEMS).encode()
    assert contents_of(allowed).project == "phc_acme"
    for many in (b'[{"event":""}' + b',{"event":""}' * MAX_ITEMS + b"]", allowed * 2):
        with pytest.raises(BadInput):
            contents_of(many)
    assert contents_of(allowed).project == "phc_acme"


@pytest.mark.parametrize(
    ("made_up", "most"),
    [
        (lambda n: event(properties={"distinct_id": f"id-{n}"}), 500),
        (lambda n: snapshot(**{"$session_id": f"s-{n}"}) | {"uuid": str(n)}, 100),
    ],
    ids=["people", "sessions"],
)
def test_one_request_tells_of_no_crowd(made_up: Any, most: int) -> None:
    """Of so many people and sessions at most; what it says of those is all there."""
    items = [made_up(number) for number in range(600)]
    assert len(read([*items, made_up(0)])) == most + 1


def test_an_item_of_a_hundred_thousand_events_and_more_is_left_out() -> None:
    """In objects they would take the machine's memory."""
    stamp = {"type": 3, "timestamp": 1}
    assert read(snapshot(**{"$snapshot_data": [stamp] * 100_001})) == []
