"""Recordings in files become the same events whatever format they are in."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from bot.errors import BadInput, UnknownShape
from bot.recording import lossless
from bot.recording.files import open_recording
from bot.recording.lines import without_repeats
from tests import recorded


@pytest.mark.parametrize("name", recorded.NAMES)
def test_expanded_lines_are_those_counted_when_recorded(name):
    """The digest of the expanded lines is the one taken by the browser's JSON."""
    digest = hashlib.sha256()
    for item in open_recording(recorded.snapshots(name)).events:
        digest.update(lossless.dumps([item.window_id, item.event]) + b"\n")
    known = recorded.facts(name)["sha256"].values()
    assert digest.hexdigest() in known


@pytest.mark.parametrize("path", recorded.POSTHOG_FILES, ids=lambda path: path.name)
def test_every_shape_posthog_writes_is_read_without_damage(path):
    """Lines of v1 and v2, line separators inside strings, exports, mobile."""
    recording = open_recording(path)
    events = list(recording.events)
    assert len(events) >= 2
    assert recording.damage.total == 0
    assert all("cv" not in item.event for item in events)


def test_plain_and_gzip_files_are_told_apart_by_content(tmp_path):
    """The name of a file says nothing; its first bytes do."""
    plain = tmp_path / "replay.gz"
    plain.write_bytes(gzip.decompress(recorded.snapshots("checkout").read_bytes()))
    assert len(list(open_recording(plain).events)) == 332


def test_windows_are_strings_also_where_posthog_numbers_them():
    numbered = next(p for p in recorded.POSTHOG_FILES if "numeric" in p.name)
    assert {item.window_id for item in open_recording(numbered).events} == {"1"}


def test_lone_surrogates_survive_both_ways():
    """Half an emoji, which real pages produce, is neither refused nor replaced."""
    text = b'["w",{"a":"\\ud83d","b":"\xe2\x80\xa8"}]'
    assert lossless.dumps(lossless.loads(text)) == text


def test_repeated_events_are_dropped_once():
    """An ingestion retry puts one event into two blocks; delay does not count."""
    events = recorded.events("static-simple")
    twice = events + [
        type(one)(one.window_id, {**one.event, "delay": 3}) for one in events
    ]
    assert list(without_repeats(twice)) == events


def test_what_a_recorder_sent_several_times_running_stays():
    """Nothing of a recording is lost to the search for repeats."""
    events = recorded.events("checkout")
    assert list(without_repeats(events)) == events
    assert list(without_repeats(events + events[40:60])) == events


def test_broken_lines_and_fields_are_counted_and_the_rest_is_read(tmp_path):
    lines = gzip.decompress(recorded.snapshots("checkout").read_bytes()).split(b"\n")
    lines[5] = lines[5][:40]
    snapshot = json.loads(lines[1])
    snapshot[1]["data"] = snapshot[1]["data"][:200]
    lines[1] = json.dumps(snapshot).encode()
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"\n".join(lines))
    recording = open_recording(path)
    assert len(list(recording.events)) == 330
    assert (recording.damage.lines, recording.damage.events) == (1, 1)


def test_a_gzip_cut_short_is_said_so(tmp_path):
    path = tmp_path / "short.jsonl.gz"
    path.write_bytes(recorded.snapshots("checkout").read_bytes()[:-2000])
    with pytest.raises(BadInput, match="cut short"):
        list(open_recording(path).events)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 a zip", "no recording"),
        (b"[]", "no events"),
        (b'{"version": "2030-01-01", "data": {}}', "version"),
        (b'{"version": "2023-04-28", "data": {"snapshots": 3}}', "data.snapshots"),
        (b'["w", {"type": "x", "timestamp": 1}]', "type"),
        (b'["w", {"type": 4}]', "timestamp"),
        (b'["w", {"type": 3, "timestamp": 1, "cv": "2031-01"}]', "cv"),
        (b'["w", "an event"]', "event"),
        (b'{"whatever": 1}', "no recording"),
        (b"not json\n" * 2, "no recording"),
        (b'{"half": \n{"half": \n', "no readable event"),
    ],
)
def test_what_is_no_recording_is_refused_by_name(tmp_path, content, words):
    """Each bad input has an error that names the file and what is wrong in it."""
    path = tmp_path / "input.json"
    path.write_bytes(content)
    with pytest.raises((BadInput, UnknownShape), match=words):
        list(open_recording(path).events)


def test_a_missing_file_and_a_folder_are_said_so(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        open_recording(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="Is a directory"):
        open_recording(Path(tmp_path))


def test_a_decompression_bomb_is_damage_and_not_memory(tmp_path, monkeypatch):
    """A field that expands past the limit is left out, and counted."""
    monkeypatch.setattr("bot.recording.expand.MAX_EXPANDED_BYTES", 1000)
    packed = gzip.compress(b"[" + b"1," * 100_000 + b"1]").decode("latin-1")
    bomb = {"type": 2, "timestamp": 1, "cv": "2024-10", "data": packed}
    path = tmp_path / "bomb.jsonl"
    meta = {"type": 4, "timestamp": 1, "data": {}}
    path.write_text(json.dumps(["w", bomb]) + "\n" + json.dumps(["w", meta]))
    recording = open_recording(path)
    assert len(list(recording.events)) == 1
    assert recording.damage.events == 1
