"""Takes a person out of every archive: objects, rows, index, and what waits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    false,
    or_,
    select,
)

from bot.archiving import shelf
from bot.archiving.facts import folded, names_of, recording_from_json
from bot.archiving.index import Index
from bot.archiving.objects import StoreAt
from bot.database.archives import archived as table
from bot.database.archives import names, tasks
from bot.database.engine import transaction
from bot.model import Identifier, IdentifierKind

_Names = set[tuple[str, str]]

_KINDS = {
    IdentifierKind.EMAIL: ("email",),
    IdentifierKind.DISTINCT_ID: ("distinct_id",),
    IdentifierKind.UUID: ("person", "distinct_id"),
    IdentifierKind.PERSON: ("person",),
}
_IDS_AT_ONCE = 500


class Eraser:
    """Erases from all targets; whatever it could not finish, the same again does."""

    def __init__(self, engine: Engine, index: Index, *, store_at: StoreAt) -> None:
        self._engine = engine
        self._index = index
        self._store_at = store_at

    def erase(
        self, who: Sequence[Identifier], *, recording_ids: Collection[str] = ()
    ) -> int:
        """Erase everything of whoever is named, and those recordings; how many were
        archived. Raises what stores raise: objects go first, so that a row is left as
        long as there is something to find by it.

        A source that has them still would have them archived again: erase there first.
        """
        known_by = self._all_names(_names_of(who))
        ids = {*recording_ids, *(one.value for one in who if _is_recording(one))}
        rows = self._rows(known_by, ids)
        for row in rows:
            self._store_at(row.target).delete(row.object_key)
        with transaction(self._engine) as connection:
            for some in _in_turn([row.id for row in rows]):
                shelf.remove(connection, table.c.id.in_(some))
            _drop_tasks(connection, known_by, ids | {row.recording_id for row in rows})
        for target in sorted({row.target for row in rows}):
            self._index.write(target, still_ours=lambda: None)
        return len(rows)

    def _all_names(self, given: _Names) -> _Names:
        """And by all else that the same people are known by."""
        found = set(given)
        query = select(names.c.kind, names.c.value).where(
            names.c.archived_id.in_(
                select(names.c.archived_id).where(_is_one_of(given))
            )
        )
        if given:
            with transaction(self._engine) as connection:
                rows = connection.execute(query.distinct())
                found |= {(row.kind, row.value) for row in rows}
        return found

    def _rows(self, known_by: _Names, ids: Collection[str]) -> list[Row[Any]]:
        found: dict[str, Row[Any]] = {}
        wanted = [
            *(
                table.c.id.in_(select(names.c.archived_id).where(_is_one_of(some)))
                for some in _in_turn(sorted(known_by))
            ),
            *(table.c.recording_id.in_(some) for some in _in_turn(sorted(ids))),
        ]
        with transaction(self._engine) as connection:
            for which in wanted:
                rows = connection.execute(select(table).where(which))
                found |= {row.id: row for row in rows}
        return list(found.values())


def _names_of(who: Iterable[Identifier]) -> _Names:
    return {
        (kind, folded(one.value) if kind == "email" else one.value)
        for one in who
        for kind in _KINDS.get(one.kind, ())
    }


def _is_recording(one: Identifier) -> bool:
    return one.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID)


def _is_one_of(known_by: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    by_kind: dict[str, list[str]] = {}
    for kind, value in known_by:
        by_kind.setdefault(kind, []).append(value)
    return or_(
        false(),
        *(
            (names.c.kind == kind) & names.c.value.in_(values)
            for kind, values in by_kind.items()
        ),
    )


def _drop_tasks(connection: Connection, known_by: _Names, ids: Collection[str]) -> None:
    """What is still to be archived of them is not; whoever has one in hand loses it."""
    waiting = select(tasks.c.id, tasks.c.recording).where(
        tasks.c.recording.is_not(None)
    )
    theirs = [
        row.id
        for row in connection.execute(waiting)
        if names_of(recording_from_json(row.recording)) & known_by
    ]
    for some in _in_turn(theirs):
        connection.execute(delete(tasks).where(tasks.c.id.in_(some)))
    for some in _in_turn(sorted(ids)):
        connection.execute(delete(tasks).where(tasks.c.recording_id.in_(some)))


def _in_turn(every: list[Any]) -> Iterable[list[Any]]:
    return (every[at : at + _IDS_AT_ONCE] for at in range(0, len(every), _IDS_AT_ONCE))
