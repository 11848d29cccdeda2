"""What goes when a recording goes: its rows here, its objects, and what was made of it.

All of it in one transaction; objects are doomed in it and go right after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection, Engine, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from bot.captured.doomed import doom, doom_below
from bot.captured.sessions import ERASED, use
from bot.database.captures import (
    aliases,
    blocks,
    distinct_ids,
    people,
    sessions,
    visitors,
)
from bot.database.schema import FROM_FILE, links, previews, replays, views
from bot.storage import ReplayStore

_SOME = 500
# A session of which nothing is known but that it was erased.
_BLANK = {
    "state": ERASED,
    "start": None,
    "end": None,
    "distinct_id": None,
    "platform": "web",
    "browser": None,
    "os": None,
    "device": None,
    "pages": "[]",
    "facts": "{}",
    "is_cut": False,
    **dict.fromkeys(
        (
            *("events", "active_ms", "clicks", "keypresses", "console_errors"),
            *("exceptions", "failed_requests", "plain_bytes", "bytes_stored"),
        ),
        0,
    ),
}


@dataclass(frozen=True, slots=True)
class Removed:
    """How much of each went."""

    recordings: int = 0
    bytes: int = 0
    people: int = 0
    distinct_ids: int = 0
    replays: int = 0
    links: int = 0
    cached: int = 0

    def __add__(self, other: Removed) -> Removed:
        return Removed(
            *(
                getattr(self, one.name) + getattr(other, one.name)
                for one in fields(Removed)
            )
        )


def remove_sessions(
    connection: Connection, ids: Sequence[str], *, tombstones: bool
) -> Removed:
    """Remove captured sessions by their rows' ids. With ``tombstones`` it stays known
    that they were erased, and nothing else: what comes late for them is dropped."""
    removed = Removed()
    for at in range(0, len(ids), _SOME):
        some = list(ids[at : at + _SOME])
        of_these = blocks.c.session.in_(some)
        keys = connection.execute(select(blocks.c.object_key).where(of_these)).scalars()
        doom(connection, list(keys))
        for session in some:
            # What compaction left for those who were reading.
            doom_below(connection, f"captured/blocks/{session}/")
        connection.execute(delete(blocks).where(of_these))
        connection.execute(delete(visitors).where(visitors.c.session.in_(some)))
        these = sessions.c.id.in_(some)
        rows = connection.execute(select(sessions).where(these)).all()
        for row in rows:
            use(connection, row.project, -row.bytes_stored)
        if tombstones:
            connection.execute(
                update(sessions)
                .where(these)
                .values(**_BLANK, revision=sessions.c.revision + 1)
            )
        else:
            connection.execute(delete(sessions).where(these))
        were = [row for row in rows if row.start is not None]
        removed += Removed(
            recordings=len(were), bytes=sum(row.bytes_stored for row in were)
        )
    return removed


def remove_people(connection: Connection, ids: list[str]) -> Removed:
    """Remove people, the ids they are known by, and what was said of those."""
    rows = connection.execute(
        select(distinct_ids).where(distinct_ids.c.person_id.in_(ids))
    ).all()
    for row in rows:
        connection.execute(
            delete(aliases).where(
                aliases.c.project == row.project,
                or_(
                    aliases.c.distinct_id == row.distinct_id,
                    aliases.c.other_id == row.distinct_id,
                ),
            )
        )
    connection.execute(delete(distinct_ids).where(distinct_ids.c.person_id.in_(ids)))
    connection.execute(delete(people).where(people.c.id.in_(ids)))
    return Removed(people=len(ids), distinct_ids=len(rows))


def remove_replays(
    connection: Connection, recording_ids: Sequence[str], *, source: str | None = None
) -> Removed:
    """Remove the stored replays of recordings, the links to them, and what was shown
    below those; of one source, or of all but files."""
    removed = Removed()
    for at in range(0, len(recording_ids), _SOME):
        which = (
            replays.c.source != FROM_FILE
            if source is None
            else replays.c.source == source
        )
        some = replays.c.recording_id.in_(recording_ids[at : at + _SOME])
        rows = connection.execute(
            select(replays.c.id, replays.c.object_key).where(which, some)
        ).all()
        if not rows:
            continue
        theirs = links.c.replay_id.in_([row.id for row in rows])
        named = select(links.c.id).where(theirs)
        for table in (views, previews):
            connection.execute(delete(table).where(table.c.link_id.in_(named)))
        gone = connection.execute(delete(links).where(theirs)).rowcount
        connection.execute(
            delete(replays).where(replays.c.id.in_([row.id for row in rows]))
        )
        keys = [row.object_key for row in rows]
        # The picture in front of it, where one was drawn, lies beside it.
        pictures = [key.removesuffix(".segments") + ".frame.png" for key in keys]
        doom(connection, [*keys, *pictures])
        removed += Removed(replays=len(rows), links=gone)
    return removed


def remove_cached(store: ReplayStore, recording_ids: Sequence[str]) -> Removed:
    """Remove what is cached of other sources' recordings. Raises RetryLater."""
    wanted = set(recording_ids)
    # Under the source's name, host and project lies a folder of each recording.
    found = [
        key for key in store.keys("blobs") if wanted.intersection(key.split("/")[1:-1])
    ]
    for key in found:
        store.delete(key)
    return Removed(cached=len(found))


def empty_log(engine: Engine) -> bool:
    """SQLite: what was overwritten stands in the write-ahead log until that is begun
    anew; whether it could be now. True for other databases."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 (narrows the type)
        try:
            busy, _, _ = (
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            )
        except OperationalError:
            return False
    return not busy
