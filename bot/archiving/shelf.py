"""What is archived where: the rows that the index and the source "archive" are made
of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, select, update

from bot.database.archives import archived as table
from bot.database.archives import days, names
from bot.database.engine import transaction
from bot.database.once import insert_once


def put(
    connection: Connection, row: Mapping[str, Any], known_by: Iterable[tuple[str, str]]
) -> list[str]:
    """Write the row of a recording in place of an earlier one. The keys of objects that
    no row names any more."""
    target = row["target"]
    row_id = _id_of(target, row["recording_id"])
    query = select(table.c.day, table.c.object_key).where(table.c.id == row_id)
    before = connection.execute(query).one_or_none()
    remove(connection, table.c.id == row_id)
    connection.execute(table.insert().values(**row, id=row_id))
    rows = [
        {"archived_id": row_id, "kind": kind, "value": value}
        for kind, value in sorted(set(known_by))
    ]
    if rows:
        connection.execute(names.insert(), rows)
    changed(connection, target, row["day"])
    if before is None or before.object_key == row["object_key"]:
        return []
    return [str(before.object_key)]


def remove(connection: Connection, which: ColumnElement[bool]) -> None:
    """Remove rows; their days are written anew."""
    found = connection.execute(
        select(table.c.id, table.c.target, table.c.day).where(which)
    ).all()
    ids = [row.id for row in found]
    for some in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        connection.execute(delete(names).where(names.c.archived_id.in_(some)))
        connection.execute(delete(table).where(table.c.id.in_(some)))
    for target, day in {(row.target, row.day) for row in found}:
        changed(connection, target, day)


def changed(connection: Connection, target: str, day: date) -> None:
    """What is made of the day's rows is out of date."""
    day_id = _id_of(target, day.isoformat())
    row = {"id": day_id, "target": target, "day": day, "revision": 0}
    insert_once(connection, days.c.id, row)
    connection.execute(
        update(days).where(days.c.id == day_id).values(revision=days.c.revision + 1)
    )


def of_day(engine: Engine, target: str, day: date) -> list[Row[Any]]:
    """The rows of a day, by their start."""
    query = (
        select(table)
        .where(table.c.target == target, table.c.day == day)
        .order_by(table.c.start, table.c.recording_id)
    )
    with transaction(engine) as connection:
        return list(connection.execute(query))


def all_of(engine: Engine, target: str) -> Iterator[Row[Any]]:
    """Every row of a target, day by day."""
    query = select(table.c.day).where(table.c.target == target).distinct()
    with transaction(engine) as connection:
        found = list(connection.execute(query.order_by(table.c.day)).scalars())
    for day in found:
        yield from of_day(engine, target, day)


def _id_of(target: str, name: str) -> str:
    return hashlib.sha256(f"{target}\n{name}".encode()).hexdigest()[:32]
