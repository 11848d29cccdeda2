"""Whatever JSON a recording holds comes back equal, from the file and from each
format that holds all events."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exporter import export
from bot.exporter.convert import CONVERTERS
from bot.exporter.page import file_page
from bot.exporter.portable import open_portable
from bot.policy import RedactionPolicy
from bot.recording import lossless
from bot.recording.files import open_recording
from tests import recorded

START_MS = 1_795_431_700_000


_ALL = RedactionPolicy(secrets=False)


def as_in_javascript(text):
    """Two halves of a character side by side are that character."""
    units = text.encode("utf-16", "surrogatepass")
    return units.decode("utf-16", "surrogatepass")


# With halves of emoji, NUL, what ends a line in some languages and a script in HTML.
texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs"]), max_size=3).map(as_in_javascript),
    st.sampled_from(
        ["\u2028", "\x85", "\x00", "</script>", "<!--", "\ud83d", "😀", ""]
    ),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308, 2**53 + 1]),
    texts,
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
moments = st.one_of(
    st.sampled_from([START_MS, START_MS + 1, START_MS + 0.25]),
    st.integers(0, 2 * START_MS),
)
events = st.builds(
    lambda extra, kind, data, moment: {
        **extra,
        "type": kind,
        "data": data,
        "timestamp": moment,
    },
    st.dictionaries(
        texts.filter(lambda name: name not in ("cv", "windowId", "window_id")),
        values,
        max_size=2,
    ),
    st.one_of(st.integers(0, 6), st.integers(-(2**63), 2**63), st.just(2.5)),
    values,
    moments,
)
windows = st.one_of(
    st.uuids().map(str), st.sampled_from(["", "1", "ü", "\ud83d", "a b"])
)
recordings = st.lists(st.tuples(windows, events), min_size=1, max_size=8)


def exact(value):
    """Equal only for the same JSON value: 1 is not True, 0.0 not -0.0."""
    if isinstance(value, dict):
        return {name: exact(one) for name, one in value.items()}
    if isinstance(value, list):
        return [exact(one) for one in value]
    if isinstance(value, float):
        return (float, value, math.copysign(1, value))
    return (type(value), value)


def read(path):
    return [[item.window_id, item.event] for item in open_recording(path).events]


@given(recordings)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_events_come_back_equal_and_in_order(tmp_path, recording):
    """Out of order, at equal times, of unknown types, in any window."""
    expected = [[window, event] for window, event in recording]
    source = tmp_path / "snapshots.jsonl"
    source.write_bytes(b"".join(lossless.dumps(pair) + b"\n" for pair in expected))
    with export(open_recording(source).events, source="file", redaction=_ALL) as made:
        page = tmp_path / "a.replay.html"
        page.write_bytes(b"".join(file_page(made.manifest, made.segments())))
    portable = open_portable(page)
    found = [[item.window_id, item.event] for item in portable.events()]
    assert exact(found) == exact(expected)
    for name in ("snapshots", "rrweb"):
        converted = tmp_path / name
        converted.write_bytes(b"".join(CONVERTERS[name][1](portable.events(), "r")))
        assert exact(read(converted)) == exact(expected)
    written = b"".join(CONVERTERS["posthog-json"][1](portable.events(), "r"))
    in_time = sorted(expected, key=lambda pair: pair[1]["timestamp"])
    numbers = {}
    for window, _ in in_time:
        numbers.setdefault(window, len(numbers) + 1)
    assert exact(json.loads(written)["data"]["snapshots"]) == exact(
        [{"windowId": numbers[window], **event} for window, event in in_time]
    )


@pytest.mark.parametrize("name", ["checkout", "static-simple"])
def test_a_portable_replay_is_byte_for_byte_what_the_browser_wrote(name):
    """The digest over its events is the one the recorder's own JSON has."""
    with export(recorded.events(name), source="file", redaction=_ALL) as made:
        assert made.manifest.sha256 in recorded.facts(name)["sha256"].values()


def test_an_event_as_deep_as_any_page_comes_back():
    deep = json.loads("[" * 500 + "]" * 500)
    event = {"type": 5, "timestamp": START_MS, "data": {"tag": "x", "payload": deep}}
    line = lossless.dumps(["w", event])
    assert lossless.dumps(lossless.loads(line)) == line


def test_our_export_of_posthogs_blobs_is_posthogs_own_export():
    """Of the same session, as PostHog's "Export to JSON" wrote it."""
    files = {path.name: path for path in recorded.POSTHOG_FILES}
    blobs = [files[f"v2-1.449.2-blob{number}.jsonl"] for number in (0, 1)]
    given = (item for path in blobs for item in open_recording(path).events)
    theirs = json.loads(files["numeric-window-ids-ph-recording.json"].read_bytes())
    ours = json.loads(
        b"".join(CONVERTERS["posthog-json"][1](given, theirs["data"]["id"]))
    )
    assert ours["version"] == theirs["version"]
    assert ours["data"]["id"] == theirs["data"]["id"]
    assert ours["data"]["snapshots"] == theirs["data"]["snapshots"]
