"""What is to go goes: by age, by quota's count, and all of one person."""

import gzip
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.archiving.erasing import Eraser
from bot.archiving.index import Index
from bot.captured.doomed import sweep
from bot.captured.erasing import Erasure, Known
from bot.captured.kept_for import Retentions
from bot.captured.removing import remove_sessions
from bot.captured.retention import Retention
from bot.captured.rows import alone
from bot.captured.source import CaptureSource
from bot.cli.forgetting import _plan_text
from bot.config import Settings
from bot.database.captures import (
    aliases,
    blocks,
    distinct_ids,
    doomed_objects,
    journal,
    people,
    projects,
    sessions,
    visitors,
)
from bot.database.schema import links, replays
from bot.errors import Gone, NotFound
from bot.identifiers import read
from bot.model import Person
from bot.storage import ReplayStore
from bot.wiring import Services
from bot.wiring.archives import warehouse_at
from tests import commands, recorded
from tests.bot.captured.sent import PROJECT, batches, filing, keep_all
from tests.bot.captured.test_compaction import later
from tests.bot.captured.test_filing import filed_one_by_one

CHECKOUT = recorded.facts("checkout")["session_id"]
STATIC = recorded.facts("static-simple")["session_id"]
ADDRESS = "jane.doe@example.com"


def counts(engine, *tables):
    with engine.connect() as connection:
        return [
            connection.scalar(select(func.count()).select_from(one)) for one in tables
        ]


def test_what_is_past_its_retention_leaves_nothing(engine, store):
    keep_all(engine, store, [*batches("checkout"), *batches("static-simple")])
    filing(engine, store).run()
    kept_for = Retentions({PROJECT: timedelta(days=30), "other": None})
    assert Retention(engine, store, kept_for).run() == {}
    removed = Retention(engine, store, kept_for, clock=later(days=31)).run()[PROJECT]
    assert (removed.recordings, removed.people) == (2, 2)
    left = (sessions, blocks, visitors, people, distinct_ids, aliases, doomed_objects)
    assert counts(engine, *left) == [0] * len(left)
    assert list(store.keys("captured")) == []
    with engine.connect() as connection:
        assert connection.scalar(select(projects.c.bytes_stored)) == 0
    with pytest.raises(NotFound):
        CaptureSource(engine, store).recording(CHECKOUT)


def test_a_project_that_is_not_named_any_more_is_purged_by_the_default(engine, store):
    """One that names a longer retention keeps to it."""
    others = [replace(one, project="phc_old") for one in batches("static-simple")]
    keep_all(engine, store, [*batches("static-simple"), *others])
    filing(engine, store).run()
    kept_for = Retentions({PROJECT: timedelta(days=90)}, default=timedelta(days=30))
    removed = Retention(engine, store, kept_for, clock=later(days=31)).run()
    assert {name: one.recordings for name, one in removed.items()} == {"phc_old": 1}
    assert counts(engine, sessions) == [1]


@pytest.mark.parametrize("way", ["forgotten", "purged"])
def test_what_goes_while_it_is_read_was_deleted_and_is_not_damaged(engine, store, way):
    keep_all(engine, store, batches("checkout"))
    filing(engine, store, round_bytes=1).run()
    source = CaptureSource(engine, store)
    lines = source.snapshot_lines(source.recording(CHECKOUT))
    next(lines)
    if way == "purged":
        kept_for = Retentions(default=timedelta(days=1))
        Retention(engine, store, kept_for, clock=later(days=2)).run()
    else:
        with alone(engine) as connection:
            ids = connection.scalars(select(sessions.c.id)).all()
            remove_sessions(connection, ids, tombstones=True)
        sweep(engine, store)
    with pytest.raises(Gone, match="was deleted"):
        list(lines)


def test_what_comes_after_the_retention_is_not_filed_anew(engine, store):
    """What it left in the store goes; what is still there is added to."""
    on_time, *late = batches("static-simple")
    late = [
        replace(one, received_at=one.received_at + timedelta(days=33)) for one in late
    ]
    keep_all(engine, store, late)
    kept_for = Retentions(default=timedelta(days=30))
    filing(engine, store, retentions=kept_for).run()
    assert counts(engine, sessions, blocks, visitors, people) == [0] * 4
    with engine.connect() as connection:
        doomed = connection.scalars(select(doomed_objects.c.object_key)).all()
    assert set(store.keys("captured/blocks")) <= set(doomed)
    keep_all(engine, store, [on_time])
    filing(engine, store, retentions=kept_for).run()
    keep_all(engine, store, late)
    filing(engine, store, retentions=kept_for).run()
    assert counts(engine, sessions) == [1]


@pytest.fixture
def environment(tmp_path, sqlite_url):
    return {
        "DATA_DIR": str(tmp_path),
        "CAPTURE_MODE": "keep",
        "CAPTURE_PROJECTS": PROJECT,
    }


@pytest.fixture
def services(environment):
    services = Services(Settings.from_env(environment))
    yield services
    services.close()


def replay_courier(environment, folder, *words):
    return commands.run(*words, environment=environment, folder=folder)


def holders(folder, text):
    """The files that hold the text, as it is; what is compressed is looked at as
    rows and objects."""
    found = subprocess.run(
        ["grep", "-rl", text, str(folder)], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def test_a_person_is_forgotten(services, environment, tmp_path):
    """Filed, waiting in the journal, compacted, exported, shared, archived: all
    of it goes, and what others did stays. What comes late is dropped."""
    engine, store = services.engine, services.store
    kept = batches("checkout")
    filed_one_by_one(engine, store, kept[:-4])
    services.captures.compaction.run()
    shared = replay_courier(environment, tmp_path, "share", CHECKOUT, "--json")
    assert shared.returncode == 0, shared.stderr
    archived = replay_courier(environment, tmp_path, "archive", "--to", "archived")
    assert archived.returncode == 0, archived.stderr
    assert list((tmp_path / "archived").rglob("*.parquet"))
    keep_all(engine, store, [*kept[-4:], *batches("static-simple")])
    store.put(f"blobs/posthog/host/1/{CHECKOUT}/0-9", ADDRESS.encode())
    store.put(f"blobs/posthog/host/1/{STATIC}/0-9", b"another's")
    assert holders(tmp_path, ADDRESS)

    dry = replay_courier(environment, tmp_path, "forget", ADDRESS, "--dry-run")
    assert CHECKOUT in dry.stdout
    assert "\n1 captured session\n" in dry.stdout
    assert counts(engine, replays, links) == [1, 1]
    asked = replay_courier(environment, tmp_path, "forget", ADDRESS)
    assert asked.returncode == 1
    assert counts(engine, replays, links) == [1, 1]

    services.close()
    done = replay_courier(
        environment, tmp_path, "forget", ADDRESS.upper(), "--yes", "--json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["recording_ids"] == [CHECKOUT]
    assert report["erased"]["recordings"] == 1
    assert report["erased"]["replays"] == report["erased"]["links"] == 1
    assert report["erased"]["cached"] == report["erased"]["archived"] == 1
    assert any("downloaded" in one for one in report["not_reached"])

    assert holders(tmp_path, ADDRESS) == []
    assert counts(engine, journal, doomed_objects, replays, links, aliases) == [0] * 5
    folders = {key.split("/")[-2] for key in store.keys("captured")}
    source = services.captures.source
    assert len(folders) == 1
    assert source.recording(STATIC).id == STATIC
    assert list(source.snapshot_lines(source.recording(STATIC)))
    assert list(store.keys("replays")) == []
    assert [one for one in (tmp_path / "archived").rglob("*") if one.is_file()] == []
    assert list(store.keys("blobs")) == [f"blobs/posthog/host/1/{STATIC}/0-9"]
    with pytest.raises(Gone):
        source.recording(CHECKOUT)
    assert source.erased([CHECKOUT, STATIC]) == {CHECKOUT}

    filed_one_by_one(engine, store, kept)
    with pytest.raises(Gone):
        source.recording(CHECKOUT)
    assert holders(tmp_path, ADDRESS) == []
    again = replay_courier(environment, tmp_path, "forget", ADDRESS, "--yes")
    assert again.returncode == 1
    assert "nothing to erase" in again.stderr


def test_a_bucket_holds_nothing_of_a_person_any_more(sqlite_engine, s3):
    """The objects of a journal's large batch, of blocks and of nobody else."""
    kept = batches("checkout")
    first = next(one for one in kept if one.path == "/s/")
    large = gzip.decompress(first.body) + b" " * 1_100_000
    kept[kept.index(first)] = replace(first, body=large, query="")
    keep_all(sqlite_engine, s3, [*kept, *batches("static-simple")])
    assert any(s3.keys("captured/journal"))
    files = filing(sqlite_engine, s3)
    source = CaptureSource(sqlite_engine, s3)
    index = Index(sqlite_engine, store_at=ReplayStore.at, warehouse_at=warehouse_at)
    archives = Eraser(sqlite_engine, index, store_at=ReplayStore.at)
    erasure = Erasure(sqlite_engine, s3, [source], files.run, archives)
    known = erasure.known(read(ADDRESS))
    assert known.captured_ids == (CHECKOUT,)
    assert known.recordings[0].click_count == 22
    erasure.erase(known)
    [left] = s3.keys("captured")
    with sqlite_engine.connect() as connection:
        assert connection.scalars(select(blocks.c.object_key)).all() == [left]
    with pytest.raises(Gone):
        source.recording(CHECKOUT)
    assert list(source.snapshot_lines(source.recording(STATIC)))


def test_purge_says_what_went(environment, tmp_path, services):
    environment["CAPTURE_PROJECTS"] = f"{PROJECT} retention=1d"
    keep_all(services.engine, services.store, batches("static-simple"))
    services.captures.filing.run()
    with services.engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=2)
        connection.execute(sessions.update().values(received_at=long_ago))
    purged = replay_courier(environment, tmp_path, "purge", "--json")
    said = json.loads(purged.stdout)
    assert said["recordings"] == said["projects"][PROJECT]["recordings"] == 1


def test_what_was_erased_stays_erased_after_its_retention(sqlite_engine, store):
    """PostHog may have it for longer, and would show it again."""
    keep_all(sqlite_engine, store, batches("static-simple"))
    filing(sqlite_engine, store).run()
    with alone(sqlite_engine) as connection:
        rows = list(connection.execute(select(sessions.c.id)).scalars())
        remove_sessions(connection, rows, tombstones=True)
    kept_for = Retentions({PROJECT: timedelta(days=30)})
    Retention(sqlite_engine, store, kept_for, clock=later(days=31)).run()
    assert CaptureSource(sqlite_engine, store).erased([STATIC]) == {STATIC}


def test_no_name_commands_the_terminal_of_whoever_forgets_it():
    person = Person("1", "\x1b]0;mine\x07 Jane", None, ())
    known = Known((), (person,), (), (), (), 0)
    assert "\x1b" not in _plan_text(known)
