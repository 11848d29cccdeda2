"""What was damaged after it was accepted is told by name, and harms nothing else."""

import pytest
from sqlalchemy import select, update

from bot.captured.pending import backlog_of
from bot.captured.source import CaptureSource
from bot.database.captures import blocks, journal, sessions
from bot.errors import BadInput
from tests import recorded
from tests.bot.captured.sent import batches, filing, keep_all

CHECKOUT = recorded.facts("checkout")["session_id"]
STATIC = recorded.facts("static-simple")["session_id"]


def cut_short(content):
    return content[: len(content) // 2]


def ends_early(content):
    return content[:-1]


def altered(content):
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def empty(content):
    return b""


def another(content):
    return b"not a block at all"


def gone(content):
    return None


def lines(source, session_id):
    return list(source.snapshot_lines(source.recording(session_id)))


def said(source):
    return {one.name: one for one in source.check()}


@pytest.mark.parametrize("harm", [cut_short, altered, empty, another, gone])
def test_a_damaged_block_is_named_and_others_play(engine, store, harm):
    keep_all(engine, store, batches("checkout") + batches("static-simple"))
    filing(engine, store).run()
    source = CaptureSource(engine, store)
    whole = lines(source, STATIC)
    query = (
        select(blocks.c.object_key)
        .join(sessions)
        .where(sessions.c.session_id == CHECKOUT)
    )
    with engine.connect() as connection:
        key = connection.execute(query).scalars().first()
    content = harm(store.get(key))
    store.delete(key)
    if content is not None:
        store.put_durably(key, content)

    with pytest.raises(BadInput) as told:
        lines(source, CHECKOUT)

    assert CHECKOUT in str(told.value)
    assert key in str(told.value)
    assert lines(source, STATIC) == whole
    assert source.recording(CHECKOUT).id == CHECKOUT, "it is still listed"


@pytest.mark.parametrize("harm", [cut_short, ends_early, empty, another])
def test_a_damaged_row_of_the_journal_is_set_aside(engine, store, harm):
    """The rest is filed; the row stays, and doctor tells."""
    keep_all(engine, store, batches("static-simple"))
    with engine.begin() as connection:
        ids = connection.execute(select(journal.c.id)).scalars().all()
        row = connection.execute(select(journal).where(journal.c.id == ids[0])).one()
        damaged = harm(row.payload)
        connection.execute(
            update(journal).where(journal.c.id == row.id).values(payload=damaged)
        )
    keep_all(engine, store, batches("checkout"))

    filing(engine, store).run()

    source = CaptureSource(engine, store)
    assert len(lines(source, CHECKOUT)) > 0
    told_of(engine, source)
    with engine.connect() as connection:
        [left] = connection.execute(select(journal)).all()
    assert (left.id, left.payload) == (row.id, damaged)
    check = said(source)["capture: recordings"]
    assert f"set aside: 1 ({row.id})" in check.detail
    assert "SET attempts = 0" in check.fix
    with engine.begin() as connection:
        connection.execute(update(journal).values(attempts=0, payload=row.payload))
    filing(engine, store).run()
    assert backlog_of(engine).rows == 0


def test_a_large_batch_whose_object_is_gone_is_set_aside(engine, store):
    keep_all(engine, store, batches("static-simple"))
    [large] = [one for one in batches("static-simple") if one.path == "/s/"][:1]
    padding = b" " * 1_100_000
    keep_all(engine, store, [type(large)("p", large.received_at, padding, "/s/")])
    with engine.connect() as connection:
        query = select(journal.c.object_key).where(journal.c.object_key.is_not(None))
        [key] = connection.execute(query).scalars()
    store.delete(key)

    filing(engine, store).run()

    source = CaptureSource(engine, store)
    assert len(lines(source, STATIC)) > 0
    told_of(engine, source)


def told_of(engine, source):
    """One row of the journal is set aside, and doctor says so."""
    backlog = backlog_of(engine)
    assert (backlog.rows, backlog.set_aside) == (0, 1)
    check = said(source)["capture: recordings"]
    assert not check.ok
    assert "rows of the journal set aside: 1" in check.detail
