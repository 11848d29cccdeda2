"""A recording converts into other tools' formats without loss."""

import gzip
import json

import pytest

from bot.exporter.convert import CONVERTERS
from bot.exporter.har import har
from bot.recording.files import open_recording
from tests import recorded


def converted(name, events, recording_id="0190aaaa"):
    return b"".join(CONVERTERS[name][1](events, recording_id))


@pytest.fixture(scope="module")
def checkout():
    return recorded.events("checkout")


@pytest.mark.parametrize("name", ["rrweb", "snapshots"])
def test_our_own_reader_reads_it_back_equal(name, tmp_path, checkout):
    path = tmp_path / "converted"
    path.write_bytes(converted(name, checkout))
    assert list(open_recording(path).events) == checkout


def test_posthogs_export_is_what_its_importer_wants():
    """Version, sorted by time, expanded, windows numbered by first appearance."""
    events = recorded.events("dashboard")
    document = json.loads(converted("posthog-json", events[::-1]))
    assert document["version"] == "2023-04-28"
    assert document["data"]["id"] == "0190aaaa"
    snapshots = document["data"]["snapshots"]
    assert len(snapshots) == 605
    times = [one["timestamp"] for one in snapshots]
    assert times == sorted(times)
    assert {one["windowId"] for one in snapshots} == {1, 2}
    assert snapshots[0]["windowId"] == 1
    assert not any("cv" in one for one in snapshots)


def test_posthogs_own_export_goes_in_and_out_unchanged():
    path = next(p for p in recorded.POSTHOG_FILES if "numeric" in p.name)
    original = json.loads(path.read_bytes())["data"]["snapshots"]
    recording = open_recording(path)
    document = json.loads(converted("posthog-json", recording.events))
    assert document["data"]["snapshots"] == original
    assert recording.recording_id == "01a2082d-5d2f-7e4d-bc9e-ee4f82fb237d"


def test_console_lines_hold_level_message_and_time(checkout):
    lines = converted("console", checkout).splitlines()
    assert len(lines) == 15
    failed = json.loads(lines[4])
    assert failed["level"] == "error"
    assert failed["message"].startswith("Payment failed 500 {")
    assert failed["timestamp_ms"] == 1795431732701


def test_har_has_the_requests_with_times_headers_and_bodies(checkout):
    log = har(checkout)["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == 49
    payment = next(
        one for one in log["entries"] if one["request"]["url"].endswith("/api/payment")
    )
    assert payment["request"]["method"] == "POST"
    assert payment["response"]["status"] == 500
    assert "payment_gateway_timeout" in payment["response"]["content"]["text"]
    assert payment["startedDateTime"].startswith("2026-11-23T11:02:12.6")
    assert payment["timings"]["wait"] > 0
    assert payment["time"] > 0
    quotes = next(one for one in log["entries"] if "quotes" in one["request"]["url"])
    assert quotes["request"]["queryString"] == [{"name": "country", "value": "SE"}]
    assert 3200 < quotes["time"] < 3300


def test_no_event_is_an_empty_array_and_not_broken_json():
    assert json.loads(converted("rrweb", [])) == []


def test_lone_surrogates_convert(tmp_path):
    path = tmp_path / "half.jsonl.gz"
    line = b'["w",{"type":5,"timestamp":1,"data":{"tag":"\\ud83d"}}]\n'
    path.write_bytes(gzip.compress(line))
    out = converted("rrweb", open_recording(path).events)
    assert json.loads(out)[0]["data"]["tag"] == "\ud83d"
