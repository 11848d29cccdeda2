from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.demo.posthog.project import SampleRecording
from bot.errors import Gone, NotFound, Refused, RetryLater, UnknownShape
from bot.model import Recording
from integrations.posthog import PostHogSource
from integrations.posthog.snapshots import _read_sources

CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"
DASHBOARD = "01a20811-abf3-7df2-99c4-92a86f9668f8"


def sample(posthog: PostHogStandIn, recording_id: str) -> SampleRecording:
    return next(one for one in posthog.project.recordings if one.id == recording_id)


def finished(
    source: PostHogSource, clock: Any, recording_id: str = CHECKOUT
) -> Recording:
    clock.now += timedelta(minutes=10)
    return source.recording(recording_id)


def whole(posthog: PostHogStandIn, recording_id: str = CHECKOUT) -> list[bytes]:
    content = b"".join(sample(posthog, recording_id).blocks)
    return content.removesuffix(b"\n").split(b"\n")


def split_small(posthog: PostHogStandIn, size: int) -> int:
    """Cut Jane's recording into blocks of ``size`` lines; how many there are."""
    recording = sample(posthog, CHECKOUT)
    recording.cuts = list(range(size, 332, size))
    return len(recording.blocks)


def test_lines_come_as_posthog_keeps_them(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """Byte by byte, U+0085 and U+2028 inside of lines included, in two calls."""
    for recording_id in (CHECKOUT, DASHBOARD):
        recording = finished(source, clock, recording_id)
        posthog.calls.clear()
        lines = list(source.snapshot_lines(recording))
        assert lines == whole(posthog, recording_id)
        assert posthog.count() == {"sources": 1, "blobs": 1}
    assert any(len(line.decode().splitlines()) > 1 for line in lines)


def test_a_second_export_lists_only(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """What was read is kept; only the list of sources is asked for again."""
    recording = finished(source, clock)
    first = list(source.snapshot_lines(recording))
    posthog.calls.clear()
    assert list(source.snapshot_lines(recording)) == first
    assert posthog.count() == {"sources": 1}


def test_a_settled_recording_costs_nothing(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """A day later nothing can be added any more, and no call is made."""
    clock.now += timedelta(hours=26)
    recording = source.recording(CHECKOUT)
    first = list(source.snapshot_lines(recording))
    posthog.calls.clear()
    assert list(source.snapshot_lines(recording)) == first
    assert not posthog.calls


def test_ongoing_recordings_are_not_kept(
    source: PostHogSource, posthog: PostHogStandIn, cache: dict[str, bytes]
) -> None:
    """What still grows is read afresh each time."""
    recording = source.recording(CHECKOUT)
    assert recording.ongoing
    list(source.snapshot_lines(recording))
    list(source.snapshot_lines(recording))
    assert posthog.count()["blobs"] == 2
    assert not cache


def test_a_recording_that_grew_is_read_again(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """A session that was taken up again has more blocks, and all are given."""
    stored = sample(posthog, CHECKOUT)
    everything, spans = stored.blocks, stored.spans
    stored.blocks, stored.spans = everything[:2], spans[:2]
    recording = finished(source, clock)
    assert len(list(source.snapshot_lines(recording))) == 193
    stored.blocks, stored.spans = everything, spans
    assert len(list(source.snapshot_lines(recording))) == 332


def test_ranges_are_as_wide_as_allowed(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """Twenty blocks a call, so that the free tier's 60 calls an hour go far."""
    count = split_small(posthog, 7)
    assert count == 48
    recording = finished(source, clock)
    assert list(source.snapshot_lines(recording)) == whole(posthog)
    asked = [call.params for call in posthog.calls if call.kind == "blobs"]
    ends = [(one["start_blob_key"], one["end_blob_key"]) for one in asked]
    assert ends == [("0", "19"), ("20", "39"), ("40", "47")]


def test_lost_pieces_are_read_again(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any, cache: dict[str, bytes]
) -> None:
    """A cache may forget or garble anything; the answer stays whole."""
    recording = finished(source, clock)
    first = list(source.snapshot_lines(recording))
    for key in list(cache):
        for spoilt in (None, b"", b"garbled"):
            if spoilt is None:
                cache.pop(key, None)
            else:
                cache[key] = spoilt
            assert list(source.snapshot_lines(recording)) == first


def test_a_missing_block_is_fetched_alone(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """PostHog leaves blocks out in silence; the sources' times give it away."""
    recording = finished(source, clock)
    posthog.faults.add("blobs", Fault.MISSING_BLOCK, times=1)
    lines = list(source.snapshot_lines(recording))
    assert sorted(lines) == sorted(whole(posthog))
    asked = [call.params for call in posthog.calls if call.kind == "blobs"]
    assert asked[-1]["start_blob_key"] == asked[-1]["end_blob_key"] == "2"


@pytest.mark.parametrize("fault", [Fault.LOST_BLOCK, Fault.TRUNCATED, Fault.HALF_BODY])
def test_half_a_recording_is_never_given(
    source: PostHogSource,
    posthog: PostHogStandIn,
    clock: Any,
    cache: dict[str, bytes],
    fault: Fault,
) -> None:
    """Where a part stays missing nothing is given and nothing kept; later all is."""
    recording = finished(source, clock)
    posthog.faults.add("blobs", fault)
    given = []
    with pytest.raises(RetryLater):
        given += source.snapshot_lines(recording)
    assert given == []
    assert not cache
    posthog.faults.clear()
    assert list(source.snapshot_lines(recording)) == whole(posthog)


def test_times_of_another_making_prove_nothing(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """If the promised times fit no block at all, they are not held against it."""
    stored = sample(posthog, CHECKOUT)
    stored.spans = [(first - 90_000, last - 90_000) for first, last in stored.spans]
    recording = finished(source, clock)
    assert list(source.snapshot_lines(recording)) == whole(posthog)
    assert posthog.count()["blobs"] == 1


def test_long_term_storage(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """A recording moved to long-term storage is read by its one key, and kept."""
    sample(posthog, CHECKOUT).storage = "lts"
    recording = finished(source, clock)
    for _ in range(2):
        assert list(source.snapshot_lines(recording)) == whole(posthog)
    assert posthog.count()["blobs"] == 1


def test_servers_of_before_mid_2025(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """Old self-hosted servers have blobs of several events a line."""
    sample(posthog, CHECKOUT).storage = "v1"
    recording = finished(source, clock)
    lines = [json.loads(line) for line in source.snapshot_lines(recording)]
    assert sum(len(line["data"]) for line in lines) == 332


def test_the_newest_kind_is_read_alone(fixture: Any) -> None:
    """Kinds are copies of each other: mixed they would give every event twice."""
    mixed = _read_sources("r", fixture("snapshot-sources-mixed-old"))
    assert [(one.kind, one.key) for one in mixed] == [("blob_v2", "0")]
    plain = _read_sources("r", fixture("snapshot-sources"))
    assert [one.key for one in plain] == ["0", "1"]
    lasting = _read_sources("r", fixture("snapshot-sources-lts"))
    assert [(one.kind, one.start) for one in lasting] == [("blob_v2_lts", None)]


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({}, "sources"),
        ([], "sources"),
        ({"sources": {}}, "sources"),
        ({"sources": ["blob_v2"]}, "source"),
        ({"sources": [{"source": "blob_v3", "blob_key": "0"}]}, "source"),
    ],
)
def test_unknown_sources_are_named(answer: object, field: str) -> None:
    """A shape nobody knows names recording and field."""
    with pytest.raises(UnknownShape) as unknown:
        _read_sources("r-1", answer)
    assert (unknown.value.recording, unknown.value.field) == ("r-1", field)


def test_deleted_recordings_are_gone(source: PostHogSource, clock: Any) -> None:
    """410 is for good, and says so plainly."""
    recording = finished(source, clock, "01a20346-2c00-7000-8000-00000000dead")
    with pytest.raises(Gone, match="410") as gone:
        list(source.snapshot_lines(recording))
    assert "deleted" in gone.value.plain


def test_expired_recordings_are_not_found(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """A recording that expired after it was listed is not found."""
    recording = finished(source, clock)
    clock.now += timedelta(days=40)
    with pytest.raises(NotFound):
        list(source.snapshot_lines(recording))


def test_nothing_written_yet(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """A recording without blocks is worth another look while it is young."""
    recording = source.recording(CHECKOUT)
    sample(posthog, CHECKOUT).blocks = []
    with pytest.raises(RetryLater) as later:
        list(source.snapshot_lines(recording))
    assert later.value.after == 60
    with pytest.raises(NotFound):
        list(source.snapshot_lines(finished(source, clock)))


def test_kept_sources_that_no_longer_fit_are_listed_again(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any, cache: dict[str, bytes]
) -> None:
    """A recording moved to long-term storage since is found there."""
    clock.now += timedelta(hours=26)
    recording = source.recording(CHECKOUT)
    list(source.snapshot_lines(recording))
    for key in [key for key in cache if "blob_v2" in key]:
        del cache[key]
    sample(posthog, CHECKOUT).blocks = sample(posthog, CHECKOUT).blocks[:1]
    sample(posthog, CHECKOUT).storage = "lts"
    assert len(list(source.snapshot_lines(recording))) == 36


@pytest.mark.parametrize(
    ("fault", "after"),
    [
        (Fault.LIMITED, 37),
        (Fault.BUSY, None),
        (Fault.ERROR, None),
        (Fault.DOWN, None),
    ],
)
@pytest.mark.parametrize("kind", ["sources", "blobs"])
def test_trouble_is_passed_to_the_queue(
    source: PostHogSource,
    posthog: PostHogStandIn,
    clock: Any,
    kind: str,
    fault: Fault,
    after: float | None,
) -> None:
    """Limits and outages are to be tried later, when PostHog says."""
    recording = finished(source, clock)
    posthog.faults.add(kind, fault)
    with pytest.raises(RetryLater) as later:
        list(source.snapshot_lines(recording))
    assert later.value.after == after


def test_the_free_tier_is_waited_out(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """On the free tier a long recording is read in two goes: the first is kept."""
    recording = finished(source, clock)
    split_small(posthog, 1)
    posthog.tier = "free"
    with pytest.raises(RetryLater) as later:
        list(source.snapshot_lines(recording))
    assert later.value.after is not None
    assert later.value.after <= 60
    clock.now += timedelta(seconds=later.value.after)
    assert list(source.snapshot_lines(recording)) == whole(posthog)
    assert posthog.count()["sources"] + posthog.count()["blobs"] <= 2 + 17 + 1


def test_a_missing_scope_is_named(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any
) -> None:
    """The refusal says which scope to add."""
    recording = finished(source, clock)
    posthog.keys[DEMO_KEY] = frozenset({"person:read"})
    with pytest.raises(Refused, match="session_recording:read"):
        list(source.snapshot_lines(recording))


def test_odd_recording_ids_stay_in_their_place(
    source: PostHogSource, posthog: PostHogStandIn, clock: Any, cache: dict[str, bytes]
) -> None:
    """An id with slashes reaches neither another path nor another cache key."""
    recording = dataclasses.replace(finished(source, clock), id="../1/persons?x=")
    with pytest.raises(NotFound):
        list(source.snapshot_lines(recording))
    assert not cache
