"""Whether what lies at a target is what was archived: every object is read again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from bot.archiving import shelf
from bot.archiving.objects import RECORDINGS
from bot.archiving.reading import opened
from bot.errors import NotFound
from bot.storage import ReplayStore


class Damage(StrEnum):
    MISSING = "missing"
    """The index names it, and it is not there."""
    ALTERED = "altered"
    """It is there with other bytes than were archived."""
    ORPHANED = "orphaned"
    """It is there, and the index does not name it."""
    TWICE = "twice"
    """Two rows of the index tell of one recording."""
    UNINDEXED = "unindexed"
    """The database knows of it, and the index does not, or not as it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    damage: Damage
    what: str
    """The object's key, or the recording's id."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index says of an object."""

    recording_id: str
    key: str
    bytes: int
    sha256: str


def indexed(store: ReplayStore) -> list[Indexed]:
    """All rows of the index. Raises BadInput where it cannot be read, and NotFound
    where there is no archive: more likely a wrong address than an empty one."""
    with opened(store) as connection:
        rows = connection.execute(
            "SELECT recording_id, object_key, bytes, sha256 FROM recordings"
            " ORDER BY day, recording_id"
        ).fetchall()
    if not rows and next(store.keys(RECORDINGS), None) is None:
        raise NotFound("there is no archive: no index and no recordings")
    return [Indexed(*row) for row in rows]


def verify(
    store: ReplayStore,
    rows: list[Indexed],
    *,
    checked: Callable[[], object] = lambda: None,
) -> Iterator[Finding]:
    """What is wrong with the objects that the rows tell of, and with others that are
    there; ``checked`` is called after each object."""
    keys = set(store.keys(RECORDINGS))
    seen: set[str] = set()
    for row in rows:
        if row.recording_id in seen:
            yield Finding(Damage.TWICE, row.recording_id)
        seen.add(row.recording_id)
        if damage := _damage(store, row, keys):
            yield Finding(damage, row.key)
        checked()
    for key in sorted(keys - {row.key for row in rows}):
        yield Finding(Damage.ORPHANED, key)


def unindexed(engine: Engine, target: str, rows: list[Indexed]) -> Iterator[Finding]:
    """What of the database's rows the index does not say."""
    known = {(row.recording_id, row.key, row.sha256) for row in rows}
    for row in shelf.all_of(engine, target):
        if (row.recording_id, row.object_key, row.sha256) not in known:
            yield Finding(Damage.UNINDEXED, row.recording_id)


def _damage(store: ReplayStore, row: Indexed, keys: set[str]) -> Damage | None:
    if row.key not in keys:
        return Damage.MISSING
    digest: Any = hashlib.sha256()
    size = 0
    try:
        for piece in store.stream(row.key):
            digest.update(piece)
            size += len(piece)
    except NotFound:
        return Damage.MISSING
    is_same = size == row.bytes and digest.hexdigest() == row.sha256
    return None if is_same else Damage.ALTERED
