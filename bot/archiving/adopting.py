"""Takes in an archive that the database does not know, from its Parquet index.

It was made by another installation, or the database was lost. People are masked in the
index, so that theirs are found by their id or distinct id, not by an address.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine, select

from bot.archiving import shelf
from bot.archiving.parquet import COLUMNS
from bot.archiving.reading import opened
from bot.database.archives import archived as table
from bot.database.engine import transaction
from bot.storage import ReplayStore

_AT_ONCE = 200


def adopt(engine: Engine, store: ReplayStore, target: str) -> int:
    """Take in what the index at the target tells of and the database does not know;
    how many. The next run fetches them anew where their source has them still, since
    what they were made of is not known. Raises BadInput."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    query = f"SELECT {columns}, day FROM recordings ORDER BY day"  # noqa: S608 (ours)
    taken = 0
    with opened(store) as connection:
        asked = connection.execute(query)
        while rows := asked.fetchmany(_AT_ONCE):
            found = [dict(zip((*COLUMNS, "day"), row, strict=True)) for row in rows]
            taken += _take_in(engine, target, found)
    return taken


def _take_in(engine: Engine, target: str, found: list[dict[str, Any]]) -> int:
    ids = [one["recording_id"] for one in found]
    query = select(table.c.recording_id).where(
        table.c.target == target, table.c.recording_id.in_(ids)
    )
    with transaction(engine) as connection:
        known = set(connection.execute(query).scalars())
        new = [one for one in found if one["recording_id"] not in known]
        for one in new:
            row = {
                **one,
                "target": target,
                "pages": json.dumps(one["pages"] or []),
                "redaction": "",
                "revision": "",
                "is_final": False,
            }
            shelf.put(connection, row, _names(one))
    return len(new)


def _names(one: dict[str, Any]) -> set[tuple[str, str]]:
    distinct_id = one["distinct_id"] or ""
    known = {("person", one["person_id"] or "")}
    if "***" not in distinct_id:
        known.add(("distinct_id", distinct_id))
    return {(kind, value) for kind, value in known if value}
