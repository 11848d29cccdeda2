"""What posthog-js sent becomes recordings with all that was in it, in any order."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.captured.source import CaptureSource
from bot.database.captures import blocks, doomed_objects, journal, sessions
from bot.exporter import export
from bot.model import Identifier, IdentifierKind
from bot.policy import RedactionPolicy
from bot.recording.lines import Damage, read_lines
from tests import recorded
from tests.bot.captured.sent import batches, filing, keep_all

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def in_order(kept):
    return kept


def shuffled(kept):
    return random.Random(7).sample(kept, len(kept))


def twice(kept):
    return kept + kept


def filed_one_by_one(engine, store, kept):
    files = filing(engine, store)
    for batch in kept:
        keep_all(engine, store, [batch])
        files.run()


def index(engine):
    """The sessions' rows, but for when they came."""
    with engine.connect() as connection:
        rows = connection.execute(select(sessions).order_by(sessions.c.id)).mappings()
        told_by_time = {"received_at", "revision", "bytes_stored", "plain_bytes"}
        return [
            {name: value for name, value in row.items() if name not in told_by_time}
            for row in rows
        ]


def events_of(source, session_id):
    lines = source.snapshot_lines(source.recording(session_id))
    return list(read_lines(lines, recording=session_id, damage=Damage()))


def shuffled_twice(kept):
    return shuffled(twice(kept))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("checkout", in_order),
        ("checkout", shuffled),
        ("checkout", twice),
        ("static-simple", shuffled_twice),
        # Of megabytes, so once.
        ("dashboard", shuffled_twice),
    ],
)
def test_a_recording_holds_what_was_sent(engine, store, name, order):
    if name == "dashboard" and engine.dialect.name == "postgresql":
        pytest.skip("the blocks are the same")
    facts = recorded.facts(name)
    keep_all(engine, store, order(batches(name)))
    filing(engine, store).run()
    source = CaptureSource(engine, store)
    found = events_of(source, facts["session_id"])
    expected = recorded.events(name)
    for window in {event.window_id for event in expected}:
        assert [one.line for one in found if one.window_id == window] == [
            one.line for one in expected if one.window_id == window
        ]
    recording = source.recording(facts["session_id"])
    with export(
        found, source="capture", recording=recording, redaction=RedactionPolicy()
    ) as exported:
        summary = exported.manifest.summary
    counts = facts["counts"]
    assert summary.events == facts["events"] == len(found)
    assert summary.clicks == counts["clicks"] == recording.click_count
    assert summary.input_events == counts["input_events"] == recording.keypress_count
    assert dict(summary.console) == counts["console"]
    assert summary.network_requests == counts["network_requests"]
    assert summary.network_failing == counts["network_failing"]
    assert summary.full_snapshots == facts["full_snapshots"]
    assert recording.console_error_count == counts["console"].get("error", 0)
    assert recording.start_url == facts["urls"][0]
    assert recording.browser == "Chrome"


@pytest.mark.parametrize("order", [in_order, shuffled, twice])
def test_the_index_is_the_same_in_whatever_pieces_it_is_filed(engine, store, order):
    """All at once, or each request by itself."""
    kept = batches("checkout")
    keep_all(engine, store, kept)
    filing(engine, store).run()
    expected = index(engine)
    with engine.begin() as connection:
        connection.execute(blocks.delete())
        connection.exec_driver_sql("DELETE FROM capture_visitors")
        connection.execute(sessions.delete())
    filed_one_by_one(engine, store, order(kept))
    assert index(engine) == expected
    [row] = expected
    assert (
        row["failed_requests"]
        == recorded.facts("checkout")["counts"]["network_failing"]
    )


def test_nothing_is_left_in_the_journal_or_doomed(engine, store):
    keep_all(engine, store, batches("static-simple"))
    filing(engine, store).run()
    with engine.connect() as connection:
        assert connection.execute(select(journal)).all() == []
        assert connection.execute(select(doomed_objects)).all() == []


def test_whoever_logs_in_is_found_by_every_name_they_had(engine, store):
    facts = recorded.facts("checkout")
    keep_all(engine, store, shuffled(batches("checkout")))
    filing(engine, store).run()
    source = CaptureSource(engine, store)
    for kind, value in (
        (IdentifierKind.EMAIL, "Jane.Doe@Example.com"),
        *((IdentifierKind.DISTINCT_ID, one) for one in facts["distinct_ids"]),
        (IdentifierKind.UUID, facts["session_id"]),
        (IdentifierKind.UUID, facts["distinct_ids"][0]),
    ):
        [person] = source.find_people(Identifier(kind, value))
        assert person.email == "jane.doe@example.com"
        assert person.name == "Jane Doe"
        assert set(person.distinct_ids) == set(facts["distinct_ids"])
        [recording] = source.recordings_of(person, since=LONG_AGO, limit=5)
        assert recording.id == facts["session_id"]
        assert recording.person == person


def test_all_recordings_of_a_time_come_in_pages(engine, store):
    names = recorded.NAMES
    keep_all(engine, store, [one for name in names for one in batches(name)])
    filing(engine, store).run()
    source = CaptureSource(engine, store)
    found, after = [], None
    while True:
        until = datetime.now(UTC) + timedelta(days=400)
        page = source.recordings_between(LONG_AGO, until, after=after, limit=1)
        found += page.recordings
        after = page.after
        if after is None:
            break
    assert {one.id for one in found} == {recorded.facts(n)["session_id"] for n in names}
    assert len(found) == len(names)
    assert found == sorted(found, key=lambda one: one.start, reverse=True)


def test_what_is_more_than_memory_is_written_in_between(engine, store):
    keep_all(engine, store, shuffled(twice(batches("checkout"))))
    filing(engine, store, memory_bytes=1).run()
    with engine.connect() as connection:
        assert len(connection.scalars(select(blocks.c.id)).all()) > 1
    [row] = index(engine)
    assert row["events"] == recorded.facts("checkout")["events"]
    assert not row["is_cut"]


def test_a_session_over_the_limit_is_cut_and_still_plays(engine, store):
    keep_all(engine, store, batches("checkout"))
    filing(engine, store, session_bytes=60_000).run()
    [row] = index(engine)
    assert row["is_cut"]
    assert 0 < row["events"] < recorded.facts("checkout")["events"]
    session_id = recorded.facts("checkout")["session_id"]
    source = CaptureSource(engine, store)
    assert len(events_of(source, session_id)) == row["events"]
    assert source.recording(session_id).is_cut
    assert any("1 of them cut" in one.detail for one in source.check())
