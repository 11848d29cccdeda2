"""Sessions in the index: what was found for them, and what they come to with it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.captured.blocks import KEY_BYTES, Line, item_key, line_of
from bot.captured.facts import Facts, facts_of_event, facts_of_json, merged
from bot.captured.identities import News
from bot.captured.rows import put_row
from bot.database.captures import blocks as block_table
from bot.database.captures import projects as project_table
from bot.database.captures import sessions as table
from bot.database.captures import visitors
from bot.database.schema import replays
from bot.model import CapturedEvent, CapturedItem, CapturedSnapshots

OPEN, SETTLED, ERASED = "open", "settled", "erased"
_SOME = 500
# A day of posthog-js is some forty thousand. All that a session has are looked at
# whenever more comes for it.
_MAX_ITEMS = 200_000


class Changed(Exception):
    """Somebody else filed the same meanwhile: look again at what is new."""


@dataclass(frozen=True, slots=True)
class SessionKey:
    project: str
    session_id: str

    @property
    def id(self) -> str:
        """Its row's id; the same before there is a row."""
        whole = f"{self.project}\n{self.session_id}".encode()
        return hashlib.blake2b(whole, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session as it was when new blocks were made for it."""

    id: str
    revision: int


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


@dataclass(slots=True)
class _Found:
    facts: list[Facts] = field(default_factory=list)
    lines: dict[bytes, Line] = field(default_factory=dict)
    """Of those that are not in a block yet."""
    visitors: set[str] = field(default_factory=set)
    plain_bytes: int = 0
    written: set[bytes] = field(default_factory=set)
    is_cut: bool = False
    is_past: bool = False
    """Whether all of it came after the session's retention."""


class Findings:
    """What a round found, by session; each item once."""

    def __init__(self) -> None:
        self.sessions: defaultdict[SessionKey, _Found] = defaultdict(_Found)
        self.unreadable: Counter[str] = Counter()
        self.plain_bytes = 0
        self._news: defaultdict[tuple[str, str], News] = defaultdict(News)

    def add(self, project: str, item: CapturedItem, *, is_past: bool = False) -> None:
        """``is_past``: it came after its session's retention. Raises ValueError where
        an item's events cannot be read."""
        session_id = item.session_id
        news = self._news[(project, session_id)]
        key = SessionKey(project, session_id)
        is_first = bool(session_id) and key not in self.sessions
        found = self.sessions[key] if session_id else None
        if found is not None:
            found.is_past = is_past and (is_first or found.is_past)
        if isinstance(item, CapturedEvent):
            news.add(item)
            if found is not None:
                found.facts.append(facts_of_event(item))
        else:
            news.seen(item.distinct_id)
            if found is not None:
                self._add_snapshots(found, item)
        if found is not None and item.distinct_id:
            found.visitors.add(item.distinct_id)

    def _add_snapshots(self, found: _Found, item: CapturedSnapshots) -> None:
        key = item_key(item)
        if key in found.lines or key in found.written:
            return
        line = line_of(item)
        if line is not None:
            found.lines[key] = line
            self.plain_bytes += len(line.content)

    @property
    def rows(self) -> int:
        """About how many rows of the index all of it concerns."""
        people = sum(len(one.ids) + len(one.aliases) for one in self._news.values())
        return len(self.sessions) + people

    def unreadable_alone(self) -> Findings:
        """Nothing but what could not be read: that is counted once."""
        found = Findings()
        found.unreadable = self.unreadable
        return found

    def count_unreadable(self, project: str) -> None:
        self.unreadable[project] += 1

    def news(self, without: set[str]) -> dict[str, News]:
        """What was said of each project's people, but in these sessions."""
        every: defaultdict[str, News] = defaultdict(News)
        for (project, session_id), one in self._news.items():
            if session_id and SessionKey(project, session_id).id in without:
                continue
            every[project].take(one)
        return every

    def take_new(
        self, connection: Connection, *, most: int
    ) -> list[tuple[KnownSession, list[Line]]]:
        """The snapshots that no block holds, by session; where a session has more than
        ``most`` bytes of them it is cut. They are not found again."""
        waiting = {key.id: one for key, one in self.sessions.items() if one.lines}
        known = known_items(connection, waiting)
        taken = []
        for session, found in waiting.items():
            revision, size, items = known.get(session, (0, 0, set()))
            lines: list[Line] = []
            for key, line in found.lines.items():
                if key in items:
                    continue
                is_full = size + found.plain_bytes + len(line.content) > most
                if is_full or len(items) + len(lines) >= _MAX_ITEMS:
                    found.is_cut = True
                    continue
                found.plain_bytes += len(line.content)
                lines.append(line)
            found.written |= found.lines.keys()
            found.lines = {}
            if lines:
                taken.append((KnownSession(session, revision), lines))
        self.plain_bytes = 0
        return taken


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
        rows = _rows(self._connection, list(keys))
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
        for row in _rows(connection, some).values():
            found[row.id] = (row.revision, row.plain_bytes, set())
        query = select(block_table.c.session, block_table.c["items"])
        rows = connection.execute(query.where(block_table.c.session.in_(some)))
        for session, items in rows:
            # Of a session that is newer than what was read above, nothing is known.
            if session in found:
                found[session][2].update(keys_in(items))
    return found


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


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for at in range(0, len(ids), _SOME):
        some = table.c.id.in_(ids[at : at + _SOME])
        found |= {row.id: row for row in connection.execute(select(table).where(some))}
    return found


def _time(moment_ms: int | None) -> datetime | None:
    if moment_ms is None:
        return None
    return datetime.fromtimestamp(moment_ms / 1000, UTC)
