"""What was accepted is in a committed row; what could not be is refused in time."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, insert, select

from bot.captured.doomed import sweep
from bot.captured.journal import Journal, batches_of
from bot.database.captures import doomed_objects, journal, projects
from bot.database.engine import connect
from bot.errors import RetryLater
from bot.model import Batch
from bot.storage import ReplayStore

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def batch(body=b"body", project="phc_shop"):
    return Batch(project, NOW, body, "/s/", "compression=gzip-js", "text/plain")


def kept(engine, store):
    with engine.connect() as connection:
        rows = connection.execute(select(journal).order_by(journal.c.id)).all()
    return [
        one
        for row in rows
        for one in batches_of(
            store.get(row.object_key) if row.payload is None else row.payload
        )
    ]


def test_a_batch_is_kept_as_it_came(engine, store):
    one = batch(bytes(range(256)))
    Journal(engine, store).keep(one)
    assert kept(engine, store) == [one]


def test_a_large_batch_is_an_object_that_nothing_dooms(engine, store):
    one = batch(b"x" * 1_500_000)
    Journal(engine, store).keep(one)
    assert kept(engine, store) == [one]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(doomed_objects)) == 0


def test_many_threads_share_commits_and_nothing_is_lost(engine, store):
    keeper = Journal(engine, store)
    bodies = [f"{number}".encode() for number in range(200)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda body: keeper.keep(batch(body)), bodies))
    assert sorted(one.body for one in kept(engine, store)) == sorted(bodies)
    with engine.connect() as connection:
        rows = connection.scalar(select(func.count()).select_from(journal))
    assert rows < len(bodies)


def test_what_is_over_the_bound_is_refused_at_once(sqlite_url, store):
    """While somebody else has the database, one waits and the next is turned away."""
    engine = connect(sqlite_url)
    keeper = Journal(engine, store, pending_bytes=3000)
    other = sqlite3.connect(engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(2) as threads:
        both = {threads.submit(keeper.keep, batch(b"1" * 2000)) for _ in range(2)}
        refused = next(as_completed(both))
        assert isinstance(refused.exception(), RetryLater)
        other.execute("ROLLBACK")
    assert [one.body for one in kept(engine, store)] == [b"1" * 2000]


def test_a_database_that_is_away_is_a_failure_for_the_sender(store):
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(RetryLater):
        Journal(away, store).keep(batch())


def test_a_project_is_full_once_its_quota_is_used(engine, store):
    """Known a moment later: nobody waits for the database to be told."""
    with engine.begin() as connection:
        connection.execute(insert(projects).values(project="a", bytes_stored=1000))
    keeper = Journal(engine, store, quotas={"a": 1000, "b": 1000})
    deadline = threading.Event()
    while not keeper.is_full("a") and not deadline.wait(0.01):
        pass
    assert not keeper.is_full("b")
    assert not keeper.is_full("c")


def test_a_large_batch_whose_object_went_is_not_taken(engine, store, tmp_path):
    """By a clock that jumped, say: what is acknowledged is there."""

    class Jumping(ReplayStore):
        def put_durably(self, key, content):
            super().put_durably(key, content)
            assert sweep(engine, self, clock=lambda: NOW + timedelta(hours=2)) == 1

    jumping = Jumping.at((tmp_path / "objects").as_uri())
    with pytest.raises(RetryLater):
        Journal(engine, jumping, clock=lambda: NOW).keep(batch(b"x" * 1_500_000))
    assert kept(engine, store) == []
