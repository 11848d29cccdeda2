"""The HAR of a recording is HAR 1.2, with the browser's own timings."""

import random
from functools import cache

import jsonschema
import pytest

from bot.exporter.har import har
from bot.recording.files import open_recording
from bot.recording.rrweb import RrwebEvent
from tests import recorded
from tests.bot.exporter.har_schema import HAR
from tests.bot.recording.test_hostile import mutated

FILES = [*map(recorded.snapshots, recorded.NAMES), *recorded.POSTHOG_FILES]
START_MS = 1_795_431_700_000
PHASES = ("blocked", "dns", "connect", "send", "wait", "receive")


@cache
def har_of(path):
    return har(open_recording(path).events)


def entry_of(**row):
    """The HAR entry of one row of a recorder."""
    given = {"name": "https://a.test/x?y=1", "timestamp": START_MS, "method": "GET"}
    payload = {"requests": [given | row]}
    data = {"plugin": "rrweb/network@1", "payload": payload}
    event = {"type": 6, "timestamp": START_MS, "data": data}
    document = har([RrwebEvent("w", event)])
    jsonschema.validate(document, HAR)
    return document["log"]["entries"][0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_validates_against_har_1_2_and_its_times_add_up(path):
    document = har_of(path)
    jsonschema.validate(document, HAR)
    pages = {page["id"] for page in document["log"]["pages"]}
    for entry in document["log"]["entries"]:
        assert entry.get("pageref") in pages or not pages
        timings = entry["timings"]
        total = sum(max(0, timings[phase]) for phase in PHASES)
        assert entry["time"] == pytest.approx(total, abs=0.01)
        assert timings["ssl"] <= max(0, timings["connect"])


@pytest.mark.parametrize("seed", range(10))
def test_rows_of_any_shape_still_make_a_valid_har(seed):
    chance = random.Random(seed)
    events = [
        RrwebEvent(item.window_id, mutated(item.event, chance) | {"type": 6})
        for item in recorded.events("checkout")
        if item.type == 6
    ]
    kept = [one for one in events if isinstance(one.event["timestamp"], int)]
    jsonschema.validate(har(kept), HAR)


def test_the_duration_is_the_browsers_where_it_tells_all_phases():
    """What no phase explains was waiting; only a new connection took time."""
    by_url = {}
    for entry in har_of(recorded.snapshots("checkout"))["log"]["entries"]:
        by_url.setdefault(entry["request"]["url"], entry)
    css = by_url["http://shop.acme.test/shop.css"]
    assert css["timings"] == {
        "blocked": 80.0,
        "dns": -1,
        "connect": -1,
        "ssl": -1,
        "send": 0,
        "wait": 19.8,
        "receive": 2.3,
    }
    assert css["time"] == 102.1
    hidden = by_url["http://cdn.acme.test/promo.css"]["timings"]
    assert (hidden["wait"], hidden["dns"], hidden["receive"]) == (90.7, -1, 0)
    assert "browser tells only how long" in hidden["comment"]


def test_pages_are_page_loads_with_their_own_timings():
    """Full snapshots taken by the clock are no page loads."""
    pages = har_of(recorded.snapshots("dashboard"))["log"]["pages"]
    assert [page["title"] for page in pages] == [
        "http://dash.acme.test/",
        "http://dash.acme.test/detail.html",
    ]
    assert pages[0]["pageTimings"] == {"onContentLoad": 1310.9, "onLoad": 2616}


def test_every_phase_of_a_first_request_is_there():
    entry = entry_of(
        startTime=10,
        duration=100.5,
        domainLookupStart=12,
        domainLookupEnd=20,
        connectStart=20,
        secureConnectionStart=30,
        connectEnd=50,
        requestStart=51,
        responseStart=90,
        responseEnd=110.5,
    )
    assert entry["timings"] == {
        "blocked": 3.0,
        "dns": 8,
        "connect": 30,
        "ssl": 20,
        "send": 0,
        "wait": 39,
        "receive": 20.5,
    }
    assert entry["time"] == 100.5


def test_cookies_redirects_versions_and_kinds_are_read():
    entry = entry_of(
        nextHopProtocol="h2",
        initiatorType="img",
        contentType="image/png",
        status=302,
        transferSize=420,
        encodedBodySize=100,
        decodedBodySize=300,
        requestHeaders={"Cookie": "a=1; b=x=y; broken"},
        responseHeaders=[
            ["Location", "/elsewhere"],
            ["Set-Cookie", "id=7; Path=/; Secure; HttpOnly; Expires=Wed, 21 Oct 2026"],
            ["set-cookie", "t=; expires=Wed, 21 Oct 2026 07:28:00 GMT; Domain=a.test"],
        ],
    )
    request, response = entry["request"], entry["response"]
    assert request["httpVersion"] == response["httpVersion"] == "HTTP/2"
    assert request["queryString"] == [{"name": "y", "value": "1"}]
    assert request["cookies"] == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": "x=y"},
    ]
    assert response["redirectURL"] == "/elsewhere"
    assert response["cookies"][0] | {"expires": ""} == {
        "name": "id",
        "value": "7",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "expires": "",
    }
    assert response["cookies"][1]["expires"] == "2026-10-21T07:28:00+00:00"
    assert response["content"]["compression"] == 200
    assert response["_transferSize"] == 420
    assert (entry["_resourceType"], entry["_initiator"]) == (
        "image",
        {"type": "parser"},
    )


def test_a_request_that_failed_on_the_network_says_so():
    entry = entry_of(initiatorType="fetch", status=0, duration=12)
    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"] == "network failure"
    assert entry["_resourceType"] == "fetch"


def test_bodies_are_kept_and_the_recorders_notes_are_no_bodies():
    entry = entry_of(
        method="POST",
        requestBody="[SessionRecording] Request body redacted",
        requestHeaders={"content-type": "application/json"},
        responseBody='{"half": "\ud83d"}',
        responseHeaders={"content-type": "application/json"},
    )
    posted, content = entry["request"]["postData"], entry["response"]["content"]
    assert (posted["text"], posted["mimeType"]) == ("", "application/json")
    assert posted["comment"] == "[SessionRecording] Request body redacted"
    assert content["text"] == '{"half": "\ud83d"}'
    assert content["mimeType"] == "application/json"
