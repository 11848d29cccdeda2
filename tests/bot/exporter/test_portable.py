"""The portable replay: whole, verified before it is read, and safe to embed."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.exporter import export
from bot.exporter.binary import from_page, to_page
from bot.exporter.manifest import Manifest, masked
from bot.exporter.page import file_page
from bot.exporter.portable import open_portable
from bot.policy import RedactionPolicy
from bot.recording import lossless
from bot.recording.rrweb import RrwebEvent
from tests import recorded


def write(path, events, **options):
    with export(
        events, source="file", redaction=RedactionPolicy(secrets=False), **options
    ) as exported:
        path.write_bytes(b"".join(file_page(exported.manifest, exported.segments())))
    return path


@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_file_gives_back_every_event_in_order(name, tmp_path):
    """Nothing is lost, and the digest is that of the expanded lines."""
    events = recorded.events(name)
    replay = open_portable(write(tmp_path / "a.html", events))
    assert list(replay.events()) == events
    assert replay.manifest.sha256 in recorded.facts(name)["sha256"].values()


@pytest.mark.parametrize("name", recorded.NAMES)
def test_the_manifest_reports_the_counts_of_the_recording(name, tmp_path):
    facts = recorded.facts(name)
    path = write(tmp_path / "a.html", recorded.events(name))
    manifest = open_portable(path).manifest.to_json()
    assert manifest["duration_ms"] == facts["duration_ms"]
    assert manifest["start"] == facts["start"]
    assert manifest["end"] == facts["end"]
    counts = manifest["counts"]
    assert counts["events"] == facts["events"]
    assert counts["full_snapshots"] == facts["full_snapshots"]
    for key in ("clicks", "input_events", "console", "network_failing"):
        assert counts[key] == facts["counts"][key]
    assert [one["events"] for one in manifest["windows"]] == [
        one["events"] for one in facts["windows"]
    ]


def test_a_long_recording_has_several_segments_that_cover_it(tmp_path):
    manifest = open_portable(
        write(tmp_path / "a.html", recorded.events("dashboard"))
    ).manifest
    assert len(manifest.segments) > 4
    assert sum(one.events for one in manifest.segments) == 605
    offsets = [one.offset for one in manifest.segments]
    assert offsets == sorted(offsets)
    assert manifest.segments[0].first_ms == recorded.facts("dashboard")["start_ms"]


def test_the_manifest_survives_its_own_json(tmp_path):
    manifest = open_portable(
        write(tmp_path / "a.html", recorded.events("checkout"))
    ).manifest
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


def test_a_stored_manifest_says_when_the_user_was_busy_and_a_file_does_not():
    with export(recorded.events("checkout"), source="file") as exported:
        manifest = exported.manifest
    assert "activity" not in manifest.to_json()
    kept = json.loads(json.dumps(manifest.to_json(activity=True)))
    assert Manifest.from_json(kept).summary.activity == manifest.summary.activity
    kept["activity"]["clicks"][0] = "many"
    with pytest.raises(BadInput, match="damaged"):
        Manifest.from_json(kept)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.lists(
        st.builds(
            RrwebEvent,
            st.text(max_size=8),
            st.fixed_dictionaries(
                {
                    "type": st.integers(0, 9),
                    "timestamp": st.integers(0, 2**45),
                    "data": _JSON,
                }
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_recorded_comes_back_equal(tmp_path_factory, events):
    """Lone surrogates, NUL, tags, times in any order: written and read back."""
    path = write(tmp_path_factory.mktemp("any") / "a.html", events)
    assert list(open_portable(path).events()) == events
    content = path.read_bytes()
    segments = len(open_portable(path).manifest.segments)
    # manifest, viewer, its start, end marker and the segments: nothing else closes
    assert content.count(b"</script>") == segments + 4


@given(st.binary(max_size=2000))
def test_bytes_stand_in_a_page_and_come_back(content):
    """Also after the HTML parser: no NUL, CR or < is left for it to act on."""
    carried = to_page(content)
    assert not set(carried) & {0x00, 0x0D, ord("<")}
    assert carried.decode("latin-1").encode("latin-1") == carried
    assert from_page(carried) == content


def test_nothing_in_a_manifest_can_end_its_element(tmp_path):
    hostile = "</script><script>alert(1)</script><!--"
    event = {"type": 4, "timestamp": 1, "data": {"href": hostile, "width": 1}}
    path = write(
        tmp_path / "a.html",
        [RrwebEvent(hostile, event)],
        recording_id=hostile,
        person=hostile,
    )
    content = path.read_bytes()
    assert b"alert(1)</script>" not in content
    assert content.count(b"</script>") == 5
    assert open_portable(path).manifest.recording_id == hostile
    assert open_portable(path).manifest.filename == "recording.replay.html"


def damaged(path, old, new):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


@pytest.fixture
def replay_file(tmp_path):
    return write(tmp_path / "a.html", recorded.events("static-simple"))


def test_an_altered_segment_is_refused_before_it_is_unpacked(replay_file):
    content = replay_file.read_bytes()
    at = content.index(b'data-index="0">') + 200
    altered = content[:at] + bytes((content[at] ^ 1 | 0x80,)) + content[at + 1 :]
    replay_file.write_bytes(altered)
    with pytest.raises(BadInput, match="does not match its digest"):
        open_portable(replay_file).verify()


def test_an_altered_digest_is_refused(replay_file):
    digest = open_portable(replay_file).manifest.sha256.encode()
    damaged(replay_file, digest, hashlib.sha256(b"other").hexdigest().encode())
    with pytest.raises(BadInput, match="do not match the digest"):
        open_portable(replay_file).verify()


def test_a_file_cut_short_is_said_so(replay_file):
    content = replay_file.read_bytes()
    replay_file.write_bytes(content[: content.index(b'data-index="0">') + 300])
    with pytest.raises(BadInput, match="cut short"):
        open_portable(replay_file)


def test_a_newer_format_is_said_so_in_a_sentence(replay_file):
    damaged(replay_file, b'"version": 1,', b'"version": 9,')
    with pytest.raises(BadInput, match="update it to open the file"):
        open_portable(replay_file)


def test_a_claim_of_gigabytes_is_refused_unread(replay_file):
    damaged(replay_file, b'"expanded_bytes":', b'"expanded_bytes": 99999999')
    with pytest.raises(BadInput, match="too large"):
        open_portable(replay_file).verify()


def test_another_page_is_no_replay(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><p>Hello")
    with pytest.raises(BadInput, match="no portable replay"):
        open_portable(page)


def test_secrets_are_redacted_by_default_and_recorded_in_the_manifest():
    with export(recorded.events("checkout"), source="file") as exported:
        assert exported.manifest.redactions == {"sdk_config": 6, "page": 19}
        assert exported.manifest.summary.events == 332


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("jane.doe@example.com", "j***@example.com"),
        ("Jane Doe", "J***"),
        ("", None),
        (None, None),
    ],
)
def test_a_person_is_masked_for_whoever_holds_the_file(name, shown):
    assert masked(name) == shown


def test_json_is_the_same_after_the_slow_way():
    value = {"a": ["\ud800", 1.5, "\x00é\u2028"]}
    assert lossless.loads(lossless.dumps(value)) == value


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ('"recording_id": null', '"recording_id": 5'),
        ('"duration_ms": ', '"duration_ms": "1", "was": '),
        ('"expanded_bytes":', '"expanded_bytes": -2, "was": '),
        ('"segments": [', '"segments": 5, "was": ['),
        ('"windows": [', '"windows": [{"window_id": [], "events": 1}], "was": ['),
        ('"start": "', '"start": "2026-11-23T00:00:00", "was": "'),
    ],
)
def test_a_manifest_made_by_hand_is_refused_as_damaged(tmp_path, was, is_):
    """A negative length, above all, would unpack a segment without a limit."""
    path = write(tmp_path / "a.html", recorded.events("static-simple"))
    page = path.read_bytes()
    assert page.count(was.encode()) >= 1
    path.write_bytes(page.replace(was.encode(), is_.encode(), 1))
    with pytest.raises(BadInput, match="damaged"):
        open_portable(path).verify()


@pytest.mark.parametrize("end", ["", ">"])
def test_a_page_of_beginnings_is_read_in_no_time(tmp_path, end):
    path = tmp_path / "a.html"
    tag = '<script type="application/json" id="replay-manifest"' + end
    path.write_text("<!doctype html>" + tag * 200_000)
    with pytest.raises(BadInput, match="no portable replay"):
        open_portable(path)


def test_an_event_that_no_player_could_show_is_refused_when_it_is_exported(tmp_path):
    """Rather than written into a file that nobody can open."""
    event = {"type": 5, "timestamp": 1, "data": {"tag": "x" * (257 * 1024 * 1024)}}

    with pytest.raises(BadInput, match="257 MiB is more than any player"):
        export(
            [RrwebEvent("w", event)],
            source="file",
            redaction=RedactionPolicy(secrets=False),
        )


def test_a_segment_says_where_a_player_can_start_in_each_window():
    """The earliest full snapshot of each, in whatever order they came."""
    came = [("a", 2, 900), ("b", 3, 10), ("a", 2, 700), ("b", 2, 800), ("c", 4, 1)]
    events = [
        RrwebEvent(window, {"type": kind, "timestamp": at_ms, "data": {}})
        for window, kind, at_ms in came
    ]

    with export(events, source="file") as made:
        (segment,) = made.manifest.segments

    assert segment.pictures == {"a": 700, "b": 800}
