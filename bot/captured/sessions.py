"""Sessions in the index: what they come to with what was found for them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.captured.facts import Facts, facts_of_json, merged
from bot.captured.findings import Findings, SessionKey
from bot.captured.known import keys_in, known_items, rows_of
from bot.captured.rows import put_row
from bot.database.captures import blocks as block_table
from bot.database.captures import projects as project_table
from bot.database.captures import sessions as table
from bot.database.captures import visitors
from bot.database.schema import replays

OPEN, SETTLED, ERASED = "open", "settled", "erased"
_SOME = 500


class Changed(Exception):
    """Somebody else filed the same meanwhile: look again at what is new."""


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block that lies in the store; a row will name it."""

    object_key: str
    session: str
    revision: int
    first_ms: int
    last_ms: int
    size: int
    plain_bytes: int
    items: bytes
    facts: Facts

    def row(self) -> dict[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "session": self.session,
            "object_key": self.object_key,
            "first_ms": self.first_ms,
            "last_ms": self.last_ms,
            "events": self.facts.events,
            "bytes": self.size,
            "plain_bytes": self.plain_bytes,
            "items": self.items,
            "facts": self.facts.to_json(),
        }


class Sessions:
    """Takes a round's findings into the index, in a transaction that is alone."""

    def __init__(
        self,
        connection: Connection,
        findings: Findings,
        new: Sequence[NewBlock],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._findings = findings
        self._new = new
        self._now = now
        self.erased: set[str] = set()
        """Those that were forgotten or purged: nothing is kept for them."""

    def file(self) -> None:
        """Raises Changed where some of the new blocks' items were filed meanwhile."""
        keys = {key.id: key for key in self._findings.sessions}
        rows = rows_of(self._connection, list(keys))
        self.erased = {id_ for id_, row in rows.items() if row.state == ERASED}
        self.erased |= {
            key.id
            for key, found in self._findings.sessions.items()
            if found.is_past and key.id not in rows
        }
        new = [one for one in self._new if one.session not in self.erased]
        self._check(new, rows)
        for session in sorted(keys.keys() - self.erased):
            self._put(keys[session], rows.get(session))
        if new:
            self._connection.execute(insert(block_table), [one.row() for one in new])
            self._export_again({keys[one.session].session_id for one in new})
        count_again(self._connection, sorted(keys.keys() - self.erased))

    def _export_again(self, session_ids: set[str]) -> None:
        """What was exported of these before is not all there is."""
        ids = sorted(session_ids)
        for at in range(0, len(ids), _SOME):
            self._connection.execute(
                update(replays)
                .where(
                    replays.c.source == "capture",
                    replays.c.recording_id.in_(ids[at : at + _SOME]),
                )
                .values(is_final=False)
            )

    def _check(self, new: Sequence[NewBlock], rows: Mapping[str, Row[Any]]) -> None:
        changed = {
            one.session
            for one in new
            if one.session in rows and rows[one.session].revision != one.revision
        }
        known = known_items(self._connection, changed)
        for one in new:
            if one.session in known and known[one.session][2] & set(keys_in(one.items)):
                raise Changed

    def _put(self, key: SessionKey, row: Row[Any] | None) -> None:
        found = self._findings.sessions[key]
        had = [] if row is None else [facts_of_json(row.facts)]
        values: dict[str, Any] = {
            "facts": merged([*had, *found.facts]).to_json(),
            "received_at": self._now,
            "state": OPEN,
            "is_cut": found.is_cut or bool(row and row.is_cut),
            "revision": 1 if row is None else row.revision + 1,
        }
        names = {"project": key.project, "session_id": key.session_id}
        put_row(self._connection, table, {"id": key.id}, values, new=names)
        for distinct_id in sorted(found.visitors):
            visit = {"session": key.id, "distinct_id": distinct_id}
            put_row(self._connection, visitors, visit, {"project": key.project})


def count_again(connection: Connection, sessions: Sequence[str]) -> None:
    """The sessions' columns, and what their projects use, as their blocks and events
    have it now."""
    for session in sessions:
        row = connection.execute(select(table).where(table.c.id == session)).one()
        of_blocks = select(
            block_table.c.first_ms,
            block_table.c.last_ms,
            block_table.c.bytes,
            block_table.c.plain_bytes,
            block_table.c.facts,
        )
        parts = connection.execute(
            of_blocks.where(block_table.c.session == session)
        ).all()
        from_blocks = [facts_of_json(part.facts) for part in parts]
        facts = merged([facts_of_json(row.facts), *from_blocks])
        stored = sum(part.bytes for part in parts)
        values = {
            "start": _time(min((part.first_ms for part in parts), default=None)),
            "end": _time(max((part.last_ms for part in parts), default=None)),
            "distinct_id": facts.visitor[1] if facts.visitor else None,
            "platform": facts.platform or "web",
            "browser": facts.browser[1] if facts.browser else None,
            "os": facts.os[1] if facts.os else None,
            "device": facts.device[1] if facts.device else None,
            "pages": json.dumps(facts.urls),
            "events": facts.events,
            "active_ms": facts.active_ms,
            "clicks": facts.clicks,
            "keypresses": facts.keypresses,
            "console_errors": facts.console_errors,
            # The console has most of them too, so they do not add up.
            "exceptions": max(facts.uncaught, len(facts.exceptions)),
            "failed_requests": len(facts.failed),
            "plain_bytes": sum(part.plain_bytes for part in parts),
            "bytes_stored": stored,
        }
        put_row(connection, table, {"id": session}, values)
        use(connection, row.project, stored - row.bytes_stored)


def use(connection: Connection, project: str, more: int) -> None:
    """The project uses so many bytes more, or fewer."""
    _add(connection, project, "bytes_stored", more)


def count_unreadable(connection: Connection, counts: Mapping[str, int]) -> None:
    for project, count in sorted(counts.items()):
        _add(connection, project, "unreadable", count)


def _add(connection: Connection, project: str, name: str, more: int) -> None:
    column = project_table.c[name]
    there = project_table.c.project == project
    changing = update(project_table).where(there).values({name: column + more})
    if not connection.execute(changing).rowcount:
        connection.execute(
            insert(project_table).values({"project": project, name: more})
        )


def _time(moment_ms: int | None) -> datetime | None:
    if moment_ms is None:
        return None
    return datetime.fromtimestamp(moment_ms / 1000, UTC)
