"""Whatever fails or dies while filing, all of it is filed once in the end."""

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from bot.captured.filing import Filing
from bot.captured.pending import MAX_DEATHS, Lost, Pending, backlog_of
from bot.captured.source import CaptureSource
from bot.database.captures import blocks, doomed_objects, projects
from bot.database.engine import connect, transaction
from bot.errors import RetryLater
from integrations.capture.wire import read_batch
from tests import commands, recorded
from tests.bot.captured.sent import batches, filing, keep_all, killed_while_filing
from tests.bot.captured.test_compaction import later
from tests.bot.captured.test_filing import index, shuffled, twice

CHECKOUT = recorded.facts("checkout")["session_id"]
EVENTS = recorded.facts("checkout")["events"]
BROKEN = replace(batches("checkout")[0], body=b"\x1f\x8bnot gzip")


class Moving:
    """A clock that a test sets."""

    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now


def events_kept(engine, store):
    """As the index has it, and as the blocks do."""
    source = CaptureSource(engine, store)
    recording = source.recording(CHECKOUT)
    lines = b"".join(source.snapshot_lines(recording))
    with engine.connect() as connection:
        counted = connection.scalar(select(func.sum(blocks.c.events)))
    return counted, lines.count(b'"timestamp":')


@pytest.fixture
def expected(sqlite_engine, store):
    keep_all(sqlite_engine, store, batches("checkout"))
    filing(sqlite_engine, store).run()
    return index(sqlite_engine), events_kept(sqlite_engine, store)


def test_several_workers_file_one_session_and_nothing_is_doubled(
    database_url, store, expected
):
    engines = [connect(database_url) for _ in range(3)]
    if engines[0].dialect.name == "sqlite":
        # What was expected is in the same file: it is all sent again.
        assert index(engines[0]) == expected[0]
    keep_all(engines[0], store, shuffled(twice(batches("checkout"))))
    with ThreadPoolExecutor(3) as threads:
        runs = [
            threads.submit(filing(engine, store, round_bytes=1).run)
            for engine in engines
        ]
    for run in runs:
        run.result()
    # Who met the others too often gave its rows back.
    filing(engines[0], store).run()
    assert index(engines[0]) == expected[0]
    assert events_kept(engines[0], store) == expected[1]
    assert backlog_of(engines[0]).rows == 0
    for engine in engines:
        engine.dispose()


def test_a_store_that_fails_delays_and_loses_nothing(engine, store, tmp_path):
    keep_all(engine, store, batches("checkout"))
    in_the_way = tmp_path / "objects/captured"
    in_the_way.write_text("")
    files = filing(engine, store)
    with pytest.raises(RetryLater):
        files.run()
    assert backlog_of(engine).set_aside == 0
    in_the_way.unlink()
    files.run()
    assert CaptureSource(engine, store).recording(CHECKOUT).click_count == 22
    assert events_kept(engine, store)[0] == EVENTS


def test_a_database_that_fails_at_the_end_leaves_no_half(sqlite_engine, store):
    """The blocks were written by then: they are doomed, and go."""
    engine = sqlite_engine
    keep_all(engine, store, batches("checkout"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER fails BEFORE DELETE ON capture_journal"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )
    filing(engine, store).run()
    orphans = set(store.keys("captured"))
    assert orphans
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(blocks)) == 0
        doomed = connection.scalars(select(doomed_objects.c.object_key)).all()
        assert set(doomed) == orphans
        connection.execute(text("DROP TRIGGER fails"))
    filing(engine, store, clock=later(minutes=1)).run()
    assert events_kept(engine, store)[0] == EVENTS


def test_what_a_killed_worker_held_is_filed_by_the_next(database_url, store, tmp_path):
    engine = connect(database_url)
    keep_all(engine, store, batches("checkout"))
    process = commands.fork(
        killed_while_filing, database_url, (tmp_path / "objects").as_uri()
    )
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    files = filing(engine, store)
    assert files.run() == 0
    Pending(engine, store).free_all()
    files.run()
    assert events_kept(engine, store)[0] == EVENTS
    engine.dispose()


def test_rows_are_kept_while_they_are_filed_and_free_after_the_lease(engine, store):
    """A store that takes its time costs a worker nothing; a death costs a lease."""
    keep_all(engine, store, batches("static-simple"))
    minute = timedelta(minutes=1)
    slow, others = Moving(), Moving()
    pending = Pending(engine, store, lease=minute, clock=slow)
    other = Pending(engine, store, lease=minute, clock=others)
    taken = pending.take()
    for _ in range(3):
        slow.now += 0.9 * minute
        others.now = slow.now + timedelta(seconds=1)
        pending.renew(taken)
        assert other.take() is None
    others.now += 1.1 * minute
    assert other.take() is not None
    pending.renew(taken)
    with pytest.raises(Lost), transaction(engine) as connection:
        pending.finish(connection, taken)


def test_a_filing_renews_what_it_holds(engine, store):
    """Seen from within, while it reads a batch."""
    keep_all(engine, store, batches("static-simple"))
    now, seen = Moving(), []

    def slow(batch):
        now.now += timedelta(seconds=50)
        files.renew()
        another = Pending(engine, store, clock=lambda: now.now)
        seen.append(another.take())
        return read_batch(batch)

    files = Filing(engine, store, slow, clock=now)
    assert files.run() > 0
    assert len(seen) > 1
    assert set(seen) == {None}


def test_a_batch_that_cannot_be_read_is_counted_and_blocks_nobody(engine, store):
    keep_all(engine, store, [BROKEN, *batches("checkout")])
    filing(engine, store).run()
    assert events_kept(engine, store)[0] == EVENTS
    with engine.connect() as connection:
        assert connection.scalar(select(projects.c.unreadable)) == 1
    failed = [one for one in CaptureSource(engine, store).check() if not one.ok]
    assert "batches that could not be read: 1" in failed[0].detail


def test_a_row_that_workers_die_of_is_set_aside(engine, store):
    keep_all(engine, store, batches("static-simple")[:1])
    for number in range(MAX_DEATHS + 1):
        taken = Pending(engine, store, clock=later(minutes=10 * number)).take()
        assert taken is not None
    last = Pending(engine, store, clock=later(days=1))
    assert last.take() is None
    assert backlog_of(engine).set_aside == 1
    keep_all(engine, store, batches("checkout"))
    filing(engine, store).run()
    assert events_kept(engine, store)[0] == EVENTS
