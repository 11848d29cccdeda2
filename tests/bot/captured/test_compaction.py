"""A session that is over becomes one block, and nothing of it is lost meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.captured import doomed
from bot.captured.compaction import Compaction
from bot.captured.source import CaptureSource
from bot.database.captures import blocks, doomed_objects, projects, sessions
from bot.errors import BadInput, RetryLater
from bot.storage import ReplayStore
from tests import recorded
from tests.bot.captured.sent import batches, filing, keep_all
from tests.bot.captured.test_filing import filed_one_by_one, index

NAME = "checkout"
SESSION = recorded.facts(NAME)["session_id"]


def later(**span):
    return lambda: datetime.now(UTC) + timedelta(**span)


def lines(engine, store):
    source = CaptureSource(engine, store)
    return list(source.snapshot_lines(source.recording(SESSION)))


def count(engine, table):
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_a_settled_session_is_one_block_with_the_same_lines_and_index(engine, store):
    filed_one_by_one(engine, store, batches(NAME))
    before, told = lines(engine, store), index(engine)
    assert count(engine, blocks) > 1
    assert Compaction(engine, store).run() == 0
    Compaction(engine, store, clock=later(hours=1)).run()
    assert count(engine, blocks) == 1
    assert lines(engine, store) == before
    assert index(engine) == [{**told[0], "state": "settled"}]
    with engine.connect() as connection:
        used = connection.scalar(select(projects.c.bytes_stored))
        assert used == connection.scalar(select(sessions.c.bytes_stored))
        assert used == connection.scalar(select(blocks.c.bytes))


def test_what_comes_late_opens_it_again(engine, store):
    kept = batches(NAME)
    late = next(one for one in kept if one.path == "/s/")
    kept.remove(late)
    filed_one_by_one(engine, store, kept)
    Compaction(engine, store, clock=later(hours=1)).run()
    filed_one_by_one(engine, store, [late])
    assert index(engine)[0]["state"] == "open"
    assert index(engine)[0]["events"] == recorded.facts(NAME)["events"]
    Compaction(engine, store, clock=later(hours=1)).run()
    assert count(engine, blocks) == 1
    assert len(lines(engine, store)) > 1


def test_old_blocks_go_an_hour_later(engine, store):
    """Somebody may be reading them."""
    filed_one_by_one(engine, store, batches(NAME))
    Compaction(engine, store, clock=later(hours=1)).run()
    everything = len(list(store.keys("captured/blocks")))
    assert doomed.sweep(engine, store, clock=later(hours=1)) == 0
    assert doomed.sweep(engine, store, clock=later(hours=3)) == everything - 1
    assert len(list(store.keys("captured/blocks"))) == 1
    assert count(engine, doomed_objects) == 0
    assert lines(engine, store)


def test_a_store_that_cannot_take_the_block_leaves_everything_as_it_was(
    engine, store, tmp_path
):
    filed_one_by_one(engine, store, batches(NAME))
    before, told = lines(engine, store), index(engine)
    folder = tmp_path / "objects/captured/blocks"
    [session] = folder.iterdir()
    moved = session.rename(tmp_path / "moved")
    session.write_text("in the way")
    with pytest.raises(RetryLater):
        Compaction(engine, store, clock=later(hours=1)).run()
    session.unlink()
    moved.rename(session)
    assert lines(engine, store) == before
    assert index(engine) == told


def damaged_by_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path):
    path.write_bytes(b"")


def removed(path):
    path.unlink()


@pytest.mark.parametrize("harm", [damaged_by_a_bit, cut_short, emptied, removed])
def test_a_damaged_block_is_an_error_and_no_silent_hole(
    sqlite_engine, store, tmp_path, harm
):
    """Whoever opens the recording is told; compaction touches nothing of it."""
    engine = sqlite_engine
    keep_all(engine, store, batches(NAME))
    filing(engine, store).run()
    filed_one_by_one(engine, store, batches("static-simple"))
    with engine.connect() as connection:
        query = select(blocks.c.object_key).join(sessions)
        [key] = connection.execute(
            query.where(sessions.c.session_id == SESSION)
        ).scalars()
    harm(tmp_path / "objects" / key)
    with pytest.raises(BadInput, match=SESSION):
        lines(engine, store)
    Compaction(engine, ReplayStore.at((tmp_path / "objects").as_uri())).run()
    with pytest.raises(BadInput, match=SESSION):
        lines(engine, store)
