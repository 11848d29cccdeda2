"""What the index knows of sessions already: their rows, and which items they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.captured.blocks import KEY_BYTES
from bot.database.captures import blocks as block_table
from bot.database.captures import sessions as table

_SOME = 500


def keys_in(items: bytes) -> Iterable[bytes]:
    """A block's item keys, apart."""
    return (items[at : at + KEY_BYTES] for at in range(0, len(items), KEY_BYTES))


def known_items(
    connection: Connection, sessions: Iterable[str]
) -> dict[str, tuple[int, int, set[bytes]]]:
    """Each session's revision, bytes and item keys, of those that there are."""
    wanted = sorted(sessions)
    found: dict[str, tuple[int, int, set[bytes]]] = {}
    for at in range(0, len(wanted), _SOME):
        some = wanted[at : at + _SOME]
        for row in rows_of(connection, some).values():
            found[row.id] = (row.revision, row.plain_bytes, set())
        query = select(block_table.c.session, block_table.c["items"])
        rows = connection.execute(query.where(block_table.c.session.in_(some)))
        for session, items in rows:
            # Of a session that is newer than what was read above, nothing is known.
            if session in found:
                found[session][2].update(keys_in(items))
    return found


def rows_of(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The sessions' rows, of those that there are."""
    found: dict[str, Row[Any]] = {}
    for at in range(0, len(ids), _SOME):
        some = table.c.id.in_(ids[at : at + _SOME])
        found |= {row.id: row for row in connection.execute(select(table).where(some))}
    return found
