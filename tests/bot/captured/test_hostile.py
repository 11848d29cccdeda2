"""Whatever a stranger sends with the public token, what others sent is filed."""

import json
import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.archiving.erasing import Eraser
from bot.archiving.index import Index
from bot.captured.erasing import Erasure
from bot.captured.filing import Filing
from bot.captured.pending import Pending, backlog_of
from bot.captured.source import CaptureSource
from bot.database.captures import aliases, people, projects
from bot.database.engine import connect
from bot.model import Batch, Identifier, IdentifierKind
from bot.recording.rrweb import LAST_MS
from bot.storage import ReplayStore
from bot.wiring.archives import warehouse_at
from integrations.capture.wire import read_batch
from tests import recorded
from tests.bot.captured.sent import PROJECT, batches, filing, keep_all

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STATIC = recorded.facts("static-simple")["session_id"]
ANY = random.Random(7)


def event(
    name="$pageview", *, distinct_id="mallory", at="2026-11-23T12:00:00Z", **said
):
    return {
        "event": name,
        "timestamp": at,
        "properties": {"distinct_id": distinct_id, "token": PROJECT} | said,
    }


def batch(*items, project=PROJECT):
    return Batch(project, NOW, json.dumps(items).encode(), "/e/")


def incompressible(length):
    """Text of four bytes a character, which an index cannot make smaller."""
    return "".join(chr(ANY.randrange(0x20000, 0x2A6DF)) for _ in range(length))


HOSTILE = {
    "ids too long for an index": event(
        "$identify",
        distinct_id=incompressible(400),
        **{"$anon_distinct_id": incompressible(400)},
    ),
    "a moment before time": event(
        "$identify", at="0001-01-01T00:00:00+14:00", **{"$anon_distinct_id": "a"}
    ),
    "a moment after time": event(
        "$identify", at="9999-12-31T23:59:59-14:00", **{"$anon_distinct_id": "a"}
    ),
    "the last moment": event(
        "$identify", at="9999-12-31T23:59:59Z", **{"$anon_distinct_id": "a"}
    ),
    "a number of a thousand digits for a name": event(
        "$identify", distinct_id=10**999, **{"$anon_distinct_id": "a"}
    ),
    "numbers without end": event(
        **{"$set": {"n": 10**999, "m": -(10**400), "b": 1e300}}
    ),
    "a session of the year 10889": event(
        **{"$session_id": "ffffffff-ffff-7fff-bfff-ffffffffffff"}
    ),
    "NUL everywhere": event(
        "\0", distinct_id="\0", **{"\0": "\0", "$set": {"\0": "\0", "email": "\0"}}
    ),
    "half an emoji everywhere": event(
        "$identify",
        distinct_id="\ud83d",
        **{
            "$anon_distinct_id": "\udc00",
            "$browser": "\ud800",
            "$session_id": "s",
            "$set": {"\ud83d": "\ud83d", "email": "\ud83d", "name": "\ud83d"},
        },
    ),
}


@pytest.mark.parametrize("item", HOSTILE.values(), ids=HOSTILE)
def test_one_hostile_item_keeps_nothing_else_from_being_filed(engine, store, item):
    keep_all(engine, store, [batch(item), *batches("static-simple"), batch(item)])
    filing(engine, store).run()
    backlog = backlog_of(engine)
    assert (backlog.rows, backlog.set_aside) == (0, 0)
    source = CaptureSource(engine, store)
    assert source.recording(STATIC).duration
    with engine.connect() as connection:
        connection.execute(select(people)).all()
        connection.execute(select(aliases)).all()
        assert not connection.scalar(select(func.sum(projects.c.unreadable)))


def test_a_recording_of_the_last_second_is_read_wherever_the_database_is(
    postgresql_url, store
):
    """In Tokyo that second is in a year that Python has not."""
    engine = connect(f"{postgresql_url}?options=-c%20timezone%3DAsia/Tokyo")
    rrweb = [{"type": 4, "data": {"href": "https://acme.test/"}, "timestamp": LAST_MS}]
    last = event("$snapshot", **{"$snapshot_data": rrweb, "$session_id": STATIC})
    keep_all(engine, store, [batch(last)])
    filing(engine, store).run()
    assert CaptureSource(engine, store).recording(STATIC).start.year == 9999
    engine.dispose()


def test_the_same_id_in_another_project_is_somebody_else(engine, store):
    """Customer 42 of one shop is not customer 42 of the other: neither found as theirs
    nor forgotten with them."""
    rrweb = [{"type": 4, "data": {"href": "https://acme.test/"}, "timestamp": 1000}]
    for project in ("phc_a", "phc_b"):
        seen = event(
            "$snapshot",
            distinct_id="42",
            **{"$snapshot_data": rrweb, "$session_id": f"of-{project[-1]}"},
        )
        known = event("$identify", distinct_id="42", **{"$set": {"email": project}})
        keep_all(engine, store, [batch(seen, known, project=project)])
    filing(engine, store).run()
    source = CaptureSource(engine, store)
    email = Identifier(IdentifierKind.EMAIL, "phc_a")
    [person] = source.find_people(email)
    found = source.recordings_of(
        person, since=datetime(1970, 1, 1, tzinfo=UTC), limit=9
    )
    assert [one.id for one in found] == ["of-a"]
    index = Index(engine, store_at=ReplayStore.at, warehouse_at=warehouse_at)
    archives = Eraser(engine, index, store_at=ReplayStore.at)
    erasure = Erasure(engine, store, [source], filing(engine, store).run, archives)
    assert erasure.known([email]).captured_ids == ("of-a",)


def test_a_crowd_is_taken_in_some_at_a_time(engine, store):
    """Nobody who keeps what comes in waits for all of it; and all of it is there, each
    once, also where it is filed again after a death between."""
    crowd = [
        batch(*(event(distinct_id=f"id-{part}-{one}") for one in range(40)))
        for part in range(10)
    ]
    keep_all(engine, store, [*crowd, *batches("static-simple")])
    deaths = [KeyboardInterrupt()]

    def dying(batch):
        if batch.path == "/s/" and deaths:
            raise deaths.pop()
        return read_batch(batch)

    with pytest.raises(KeyboardInterrupt):
        Filing(engine, store, dying).run()
    with engine.connect() as connection:
        everybody = select(func.count()).select_from(people)
        assert 300 < connection.scalar(everybody) <= 400
    Pending(engine, store).free_all()
    filing(engine, store).run()
    with engine.connect() as connection:
        assert connection.scalar(everybody) == 400 + 1
    assert backlog_of(engine).rows == 0
    assert CaptureSource(engine, store).recording(STATIC).click_count == 2
