"""A run archives everything once, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
import zstandard
from sqlalchemy import select, update

from bot.archiving.orders import Order
from bot.archiving.runs import DONE, STOPPED
from bot.database.archives import archived, tasks
from bot.database.engine import transaction
from bot.errors import (
    AccessRefused,
    Gone,
    Limited,
    NotFound,
    Refused,
    RetryLater,
    UnknownShape,
)
from bot.exporter.portable import open_portable
from tests.quick_source import FIRST, QuickSource

FROM_INDEX = "select {} from read_parquet('{}/index/*/*.parquet', hive_partitioning=1)"


def indexed(tmp_path, columns="recording_id"):
    """What stands in the Parquet files, as DuckDB reads them where they lie."""
    query = FROM_INDEX.format(columns, tmp_path / "archive")
    return duckdb.sql(f"{query} order by all").fetchall()


def keys(tmp_path, folder="recordings"):
    found = (tmp_path / "archive" / folder).rglob("*")
    return sorted(one.name for one in found if one.is_file())


def test_everything_is_archived_and_indexed(archives_of, run, quick, tmp_path, engine):
    """Each recording an object that plays, a row in the database and one in the
    index."""
    archives = archives_of(quick)
    report = archives.runs.report(run(archives))
    assert report.run.state == DONE
    assert report.counts == {"archived": 5}
    assert keys(tmp_path) == [f"{one}.replay.html" for one in sorted(quick.recordings)]
    assert indexed(tmp_path) == [(one,) for one in sorted(quick.recordings)]
    (path,) = (tmp_path / "archive").rglob("session-00003.replay.html")
    open_portable(path).verify()
    with transaction(engine) as connection:
        row = connection.execute(
            select(archived).where(archived.c.recording_id == "session-00003")
        ).one()
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (row.events, row.clicks, row.console_errors) == (4, 1, 1)
    assert path.parent.name == "day=2026-11-01"


def test_people_are_masked_in_the_index(archives_of, run, quick, tmp_path):
    """As in a portable file; ids stay, pages are as they are redacted."""
    run(archives_of(quick))
    columns = "person_id, person_name, person_email, distinct_id, pages, day, start"
    first = indexed(tmp_path, columns)[0]
    assert first[:3] == ("p0", "P***", "p***@example.com")
    assert first[3:5] == ("user-0", ["https://shop.test/page-0"])
    assert str(first[5]) == "2026-11-01"
    assert first[6] == FIRST


def test_raw_snapshots_are_packed_lines_after_redaction(
    archives_of, run, quick, tmp_path
):
    run(archives_of(quick), format="raw")
    (path,) = (tmp_path / "archive").rglob("session-00000.jsonl.zst")
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
    assert [line[:6] for line in plain.splitlines()] == [b'["w1",'] * 4


def test_what_is_there_and_unchanged_is_not_fetched_again(archives_of, run, quick):
    """What grew is, and so is what was still going on."""
    archives = archives_of(quick)
    first = quick.recordings["session-00001"]
    quick.recordings["session-00002"] = replace(
        quick.recordings["session-00002"], ongoing=True
    )
    before = archives.runs.report(run(archives))
    assert before.counts == {"archived": 4, "ongoing": 1}
    quick.asked.clear()
    quick.recordings["session-00001"] = replace(
        first, duration=timedelta(seconds=9), end=first.start + timedelta(seconds=9)
    )
    quick.recordings["session-00002"] = replace(
        quick.recordings["session-00002"], ongoing=False
    )
    after = archives.runs.report(run(archives))
    assert sorted(quick.asked) == ["session-00001", "session-00002"]
    assert after.counts == {"archived": 2, "there": 3}


def test_another_format_takes_the_place_of_the_first(archives_of, run, quick, tmp_path):
    """No object stays that no row names."""
    archives = archives_of(quick)
    run(archives)
    run(archives, format="raw")
    assert keys(tmp_path) == [f"{one}.jsonl.zst" for one in sorted(quick.recordings)]


def test_one_recording_never_stops_the_others(archives_of, run, quick):
    """What is gone, unreadable or unexpected is reported with its reason."""
    quick.errors = {
        "session-00000": Gone("deleted"),
        "session-00001": UnknownShape("session-00001", "line", "poetry"),
        "session-00002": KeyError("surprise"),
    }
    report = (archives := archives_of(quick)).runs.report(run(archives))
    assert report.run.state == DONE
    assert report.counts == {"archived": 2, "gone": 1, "failed": 2}
    assert sorted(report.reasons) == [
        "recording session-00001: cannot read line: poetry",
        "unexpected: KeyError",
    ]


def test_a_limit_stops_all_fetching_until_it_is_over(archives_of, run, quick, time):
    """No failure and no further call: the source said when."""
    quick.errors["session-00000"] = Limited("429", after=37.0)
    archives = archives_of(quick)
    run_id = run(archives)
    assert quick.asked == ["session-00000"]
    assert archives.paces.waiting() == {"quick": time.now + timedelta(seconds=37)}
    time.pass_(seconds=36)
    assert not archives_of(quick).work.do_one()
    quick.errors.clear()
    time.pass_(seconds=2)
    while archives.work.do_one():
        pass
    assert archives.runs.report(run_id).counts == {"archived": 5}


def test_a_source_is_asked_at_even_distances(archives_of, run, quick, time):
    """Twelve an hour are one every five minutes, by all workers together."""
    archives = archives_of(quick, per_hour={"quick": 12})
    run(archives)
    assert len(quick.asked) == 1
    time.pass_(minutes=4)
    assert not archives_of(quick, per_hour={"quick": 12}).work.do_one()
    time.pass_(minutes=2)
    assert archives.work.do_one()
    assert not archives.work.do_one()


def test_a_source_that_is_down_is_waited_for(archives_of, run, quick, time):
    """Hours later all is archived; none of it failed."""
    for name in quick.recordings:
        quick.errors[name] = RetryLater("no answer")
    archives = archives_of(quick)
    run_id = run(archives)
    for _ in range(60):
        time.pass_(minutes=3)
        while archives.work.do_one():
            pass
    assert len(quick.asked) < 100
    quick.errors.clear()
    for _ in range(4):
        time.pass_(minutes=6)
        while archives.work.do_one():
            pass
    assert archives.runs.report(run_id).counts == {"archived": 5}


def test_a_recording_that_never_comes_fails_in_the_end(archives_of, run, quick, time):
    quick.errors["session-00002"] = RetryLater("a block is missing")
    archives = archives_of(quick)
    run_id = run(archives)
    for _ in range(6):
        time.pass_(minutes=6)
        while archives.work.do_one():
            pass
    report = archives.runs.report(run_id)
    assert report.counts == {"archived": 4, "failed": 1}
    assert report.reasons == {"a block is missing": 1}


def test_only_what_was_asked_for_is_archived(archives_of, run, quick):
    """By the words that /replay takes: whose, with errors, on which page."""
    archives = archives_of(quick)
    counted = archives.runs.report(run(archives, query="errors only on /page-1")).counts
    assert quick.asked == ["session-00001"]
    assert counted == {"archived": 1}
    run(archives, query="person3@example.com session-00004")
    assert quick.asked[1:] == ["session-00003"]


def test_listing_goes_on_where_it_was_left(archives_of, target, time):
    """A page that was kept is not asked for again by whoever comes next."""
    source = QuickSource(250)
    archives = archives_of(source)
    order = Order(target)
    run, _ = archives.runs.begin(order, since=FIRST, until=time.now, is_shared=True)
    archives.work.do_one(run.id)
    archives_of(source).work.do_one(run.id)
    assert source.pages == 2
    assert archives.runs.report(run.id).total == 200
    archives_of(source).work.do_one(run.id)
    assert archives.runs.report(run.id).total == 250


def test_a_list_that_fails_is_asked_again(archives_of, run, quick, time):
    quick.errors["list"] = RetryLater("no answer")
    archives = archives_of(quick)
    run_id = run(archives)
    assert archives.runs.get(run_id).error == "no answer"
    quick.errors.clear()
    time.pass_(minutes=1)
    while archives.work.do_one():
        pass
    assert archives.runs.report(run_id).counts == {"archived": 5}


def test_the_same_command_goes_on_with_the_same_run(archives_of, target, time, quick):
    """Another one to the same target is refused until then."""
    archives = archives_of(quick)
    span = {"since": FIRST, "until": time.now, "is_shared": True}
    first, is_new = archives.runs.begin(Order(target), **span)
    assert is_new
    assert archives.runs.begin(Order(target), **span) == (first, False)
    with pytest.raises(Refused, match=first.id[:8]):
        archives.runs.begin(Order(target, format="raw"), **span)


def test_a_stopped_run_ends_with_its_index(archives_of, target, time, tmp_path):
    """What was archived stays and is indexed; a later run does the rest."""
    source = QuickSource(5)
    archives = archives_of(source)
    span = {"since": FIRST, "until": time.now, "is_shared": True}
    run, _ = archives.runs.begin(Order(target), **span)
    while len(source.asked) < 2:
        archives.work.do_one()
    archives.runs.stop(run.id[:8])
    while archives.work.do_one():
        pass
    assert archives.runs.get(run.id).state == STOPPED
    assert len(indexed(tmp_path)) == 2
    again, is_new = archives.runs.begin(Order(target), **span)
    assert is_new
    while archives.work.do_one():
        pass
    assert archives.runs.report(again.id).counts == {"archived": 3, "there": 2}


def test_what_a_dead_worker_had_is_done_by_another(archives_of, run, quick, engine):
    """Once its lease is over; a recording that kills whoever takes it is given up."""
    archives = archives_of(quick)
    span = {"since": FIRST, "until": FIRST + timedelta(days=9), "is_shared": True}
    begun, _ = archives.runs.begin(Order("file:///tmp/none"), **span)
    archives.work.do_one(begun.id)
    archives.work.do_one(begun.id)
    died = {"state": "working", "lease": "x", "leased_until": FIRST}
    with transaction(engine) as connection:
        connection.execute(
            update(tasks)
            .where(tasks.c.recording_id == "session-00000")
            .values(died | {"interruptions": 4})
        )
        connection.execute(
            update(tasks)
            .where(tasks.c.recording_id == "session-00001")
            .values(died | {"interruptions": 0})
        )
    while archives.work.do_one(begun.id):
        pass
    report = archives.runs.report(begun.id)
    assert report.counts["failed"] == 1
    assert report.reasons == {"5 workers died over it": 1}


def test_what_one_source_lost_another_gives(archives_of, run, tmp_path):
    """It is fetched from whichever has it, and asked of one only."""
    first, other = QuickSource(4, name="first"), QuickSource(3, name="other")
    first.errors = {
        "session-00000": NotFound("lost"),
        "session-00001": RetryLater("the store is away"),
        "session-00003": Gone("lost"),
    }
    report = (archives := archives_of(first, other)).runs.report(run(archives))
    assert report.counts == {"archived": 3, "gone": 1}
    assert other.asked == ["session-00000", "session-00001"]
    (path,) = (tmp_path / "archive").rglob("session-00000.replay.html")
    assert open_portable(path).manifest.source == "other"


def test_another_source_is_asked_when_it_may_be(archives_of, run, time):
    """What the first lost waits for the others' limits, and is not called gone."""
    first, other = QuickSource(1, name="first"), QuickSource(1, name="other")
    first.errors["session-00000"] = NotFound("lost")
    other.errors["session-00000"] = Limited("429", after=30.0)
    archives = archives_of(first, other)
    run_id = run(archives)
    assert "other" in archives.paces.waiting()
    other.errors.clear()
    time.pass_(seconds=31)
    while archives.work.do_one():
        pass
    assert archives.runs.report(run_id).counts == {"archived": 1}


def test_what_was_erased_on_purpose_is_fetched_from_nobody(archives_of, run):
    class Erased(QuickSource):
        def erased(self, recording_ids):
            return set(recording_ids) if self.asked else set()

    first, other = Erased(1, name="first"), QuickSource(1, name="other")
    first.errors["session-00000"] = Gone("erased")
    report = (archives := archives_of(first, other)).runs.report(run(archives))
    assert report.counts == {"gone": 1}
    assert other.asked == []


def test_a_refused_key_stops_fetching_and_fails_nothing(archives_of, run, quick, time):
    """One call now and then, one reason; once the key is mended the run goes on."""
    for name in quick.recordings:
        quick.errors[name] = AccessRefused("401: the key is revoked")
    archives = archives_of(quick)
    run_id = run(archives)
    for _ in range(12):
        time.pass_(minutes=5, seconds=1)
        while archives.work.do_one():
            pass
    assert len(quick.asked) == 13
    report = archives.runs.report(run_id)
    assert (report.counts, report.reasons) == ({"waiting": 5}, {})
    assert archives.work.refusals(report.run) == ["401: the key is revoked"]
    quick.errors.clear()
    archives.paces.ask_again()
    assert archives.work.refusals(report.run) == []
    time.pass_(minutes=11)
    while archives.work.do_one():
        pass
    assert archives.runs.report(run_id).counts == {"archived": 5}


def test_a_refused_list_stops_the_run(archives_of, run, quick, time):
    """At once: it is no single recording that is refused."""
    quick.errors["list"] = AccessRefused("403: a scope is missing")
    archives = archives_of(quick)
    run_id = run(archives)
    assert archives.work.refusals(archives.runs.get(run_id)) == [
        "403: a scope is missing"
    ]
    quick.errors.clear()
    time.pass_(minutes=6)
    while archives.work.do_one():
        pass
    assert archives.runs.report(run_id).counts == {"archived": 5}
    assert archives.paces.refusals() == {}


def test_one_recording_that_is_refused_fails_alone(archives_of, run, quick, time):
    quick.errors["session-00001"] = AccessRefused("403: not this one")
    archives = archives_of(quick)
    run_id = run(archives)
    for _ in range(10):
        time.pass_(minutes=6)
        while archives.work.do_one():
            pass
    assert archives.runs.report(run_id).counts == {"archived": 4, "failed": 1}


def test_ids_that_lead_elsewhere_stay_within_the_target(archives_of, run, tmp_path):
    """Whoever is recorded makes them."""
    source = QuickSource(1)
    (one,) = source.recordings.values()
    source.recordings = {"../../x": replace(one, id="../../x")}
    run(archives_of(source))
    assert len(keys(tmp_path)) == 1
    assert keys(tmp_path)[0].startswith("id-")
    assert not (tmp_path / "x.replay.html").exists()
