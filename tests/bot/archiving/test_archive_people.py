"""A person is taken out of archives for good; an unknown archive is taken in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.archiving.adopting import adopt
from bot.archiving.orders import Order
from bot.archiving.reading import query
from bot.archiving.source import ArchiveSource
from bot.archiving.verifying import indexed, unindexed, verify
from bot.database.archives import archived, names, tasks
from bot.database.engine import transaction
from bot.demo.server import Server
from bot.errors import NotFound
from bot.identifiers import read
from bot.storage import ReplayStore
from tests.bigquery_stand_in import BigQueryStandIn
from tests.quick_source import FIRST, QuickSource

NAME = "acme-prod.replays.index"


@pytest.fixture
def ten():
    """Ten recordings of seven people, of which three have two."""
    return QuickSource(10)


def ids(store):
    return [one.recording_id for one in indexed(store)]


def test_nothing_of_a_person_stays(archives_of, run, ten, store, engine, monkeypatch):
    """Objects, rows, the day's file and its partition in BigQuery; others' do."""
    stand_in = BigQueryStandIn()
    with Server(stand_in.app) as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
        archives = archives_of(ten)
        run(archives, warehouse=NAME)
        assert archives.eraser.erase(read("Person1@example.com")) == 2
        assert len(stand_in.all_rows(NAME)) == 8
    assert len(ids(store)) == 8
    assert "session-00001" not in ids(store)
    assert list(verify(store, indexed(store))) == []
    assert query(store, "select * from recordings where person_id = 'p1'").rows == []
    with transaction(engine) as connection:
        left = set(connection.execute(select(names.c.value)).scalars())
        assert not {one for one in left if one.endswith("-1") or "person1@" in one}
        known = connection.execute(select(tasks.c.recording_id)).scalars()
        assert "session-00008" not in set(known)
    assert archives.eraser.erase(read("person1@example.com")) == 0


def test_what_waits_of_a_person_is_not_archived(archives_of, ten, target, time):
    archives = archives_of(ten)
    order = Order(target)
    begun, _ = archives.runs.begin(order, since=FIRST, until=time.now, is_shared=True)
    archives.work.do_one()
    archives.eraser.erase(read("user-2"))
    while archives.work.do_one():
        pass
    assert archives.runs.report(begun.id).counts == {"archived": 8}
    assert not {"session-00002", "session-00009"} & set(ten.asked)


def test_what_is_in_hand_while_a_person_is_erased_goes_too(
    archives_of, run, ten, store
):
    """Fetched before and put after: no object stays that no row names."""
    archives = archives_of(ten)

    class Meanwhile(ReplayStore):
        def put(self, key, content):
            super().put(key, content)
            if "session-00002" in key:
                archives.eraser.erase(read("user-2"))

    run(archives_of(ten, store_at=Meanwhile.at))
    assert len(ids(store)) == 8
    assert list(verify(store, indexed(store))) == []


def test_single_recordings_are_erased_by_their_ids(archives_of, run, ten, store):
    """With the last of a day its file goes."""
    archives = archives_of(ten)
    run(archives)
    erased = archives.eraser.erase((), recording_ids=list(ten.recordings))
    assert erased == 10
    assert list(store.keys("recordings")) == list(store.keys("index")) == []


def test_an_archive_whose_database_was_lost_is_taken_in(
    archives_of, run, ten, store, target, engine
):
    """Found by id and distinct id; the addresses are masked and so not known."""
    run(archives_of(ten))
    with transaction(engine) as connection:
        connection.execute(delete(names))
        connection.execute(delete(archived))
    source = ArchiveSource(engine, store_at=ReplayStore.at)
    with pytest.raises(NotFound):
        source.recording("session-00003")
    assert adopt(engine, store, target) == 10
    assert adopt(engine, store, target) == 0
    recording = source.recording("session-00003")
    assert len(list(source.snapshot_lines(recording))) == 4
    (person,) = source.find_people(read("user-3")[0])
    assert person.email == "p***@example.com"
    assert source.find_people(read("person3@example.com")[0]) == []
    assert list(unindexed(engine, target, indexed(store))) == []


def test_what_was_adopted_and_grew_is_archived_again(
    archives_of, run, ten, store, target, engine
):
    archives = archives_of(ten)
    run(archives)
    with transaction(engine) as connection:
        connection.execute(delete(names))
        connection.execute(delete(archived))
    adopt(engine, store, target)
    first = ten.recordings["session-00000"]
    ten.recordings = {first.id: replace(first, duration=timedelta(seconds=4))}
    assert archives.runs.report(run(archives)).counts == {"archived": 1}
