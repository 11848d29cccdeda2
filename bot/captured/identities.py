"""Who is who: distinct ids to people, as PostHog does it, in whatever order it is told.

What said that two ids are one person's is kept (``capture_aliases``); people follow
from all of it, oldest first. ``$identify`` joins an anonymous id to whom it names
unless both are people already; ``$create_alias`` likewise; ``$merge_dangerously`` joins
whomever. (PostHog docs, "Identifying users" and "Merging users".)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, func, or_, select

from bot.captured.rows import put_row
from bot.database.captures import aliases, distinct_ids, people
from bot.model import MAX_DISTINCT_ID_BYTES, CapturedEvent

_NAMESPACE = uuid.UUID("4b0f9a52-6d57-4f0c-9c1e-6a3f2f1f7c55")
IDENTIFY, ALIAS, MERGE = "identify", "alias", "merge"
# What one person may come to; more was made to fill the database.
_MAX_IDS = 500
_MAX_SAID = 10 * _MAX_IDS
_MAX_PROPERTIES = 200
_MAX_TEXT = 1000
_MAX_NAME = 100
# Ids that SDKs make up for nobody; PostHog refuses to join by them too.
_NOBODY = frozenset(
    {
        *(
            "",
            "anonymous",
            "guest",
            "distinctid",
            "distinct_id",
            "id",
            "not_authenticated",
        ),
        *("email", "undefined", "true", "false", "null", "none", "nil", "0", "nan"),
        *("[object object]", "00000000-0000-0000-0000-000000000000"),
    }
)

Scalar = str | int | float | bool
Alias = tuple[str, str, str]


class Property(msgspec.Struct, array_like=True, frozen=True):
    """A value and when it was set; ``once`` where only if there was none."""

    at_ms: int
    value: Scalar
    once: bool = False


@dataclass(slots=True)
class News:
    """What some events say of a project's people."""

    ids: dict[str, dict[str, Property]] = field(default_factory=dict)
    identified: set[str] = field(default_factory=set)
    aliases: dict[Alias, datetime] = field(default_factory=dict)

    def seen(self, distinct_id: str) -> None:
        if distinct_id:
            self.ids.setdefault(distinct_id, {})

    def add(self, event: CapturedEvent) -> None:
        """Take what the event says."""
        self.seen(event.distinct_id)
        named, said = event.distinct_id, event.properties
        if event.name == "$identify":
            if named.strip().casefold() not in _NOBODY:
                self.identified.add(named)
            self._join(event, said.get("$anon_distinct_id"), IDENTIFY)
        elif event.name in ("$create_alias", "alias"):
            self._join(event, said.get("alias"), ALIAS)
        elif event.name == "$merge_dangerously":
            self._join(event, said.get("alias"), MERGE)
        at = int(event.at.timestamp() * 1000)
        known = self.ids.setdefault(named, {})
        for values, once in ((event.set_, False), (event.set_once, True)):
            for name, value in values.items():
                if (kept := _scalar(value)) is not None:
                    _put(known, name, Property(at, kept, once))

    def take(self, other: News) -> None:
        """Take what others say too."""
        for distinct_id, properties in other.ids.items():
            known = self.ids.setdefault(distinct_id, {})
            for name, one in properties.items():
                _put(known, name, one)
        self.identified |= other.identified
        for alias, at in other.aliases.items():
            self.aliases[alias] = min(at, self.aliases.get(alias, at))

    def _join(self, event: CapturedEvent, other: object, kind: str) -> None:
        named = event.distinct_id
        if not isinstance(other, str) or not 0 < len(other) <= 400 or other == named:
            return
        if max(len(one.encode()) for one in (named, other)) > MAX_DISTINCT_ID_BYTES:
            return
        if {named.strip().casefold(), other.strip().casefold()} & _NOBODY:
            return
        self.seen(other)
        alias = (named, other, kind)
        self.aliases[alias] = min(event.at, self.aliases.get(alias, event.at))


def learn(connection: Connection, project: str, news: News, now: datetime) -> None:
    """Write down what is new, and who everybody concerned is because of it."""
    known = _rows(connection, project, news.ids)
    touched = set()
    for distinct_id, properties in news.ids.items():
        row = known.get(distinct_id)
        merged = dict(row[1]) if row else {}
        for name, one in properties.items():
            _put(merged, name, one)
        is_identified = distinct_id in news.identified or bool(row and row[0])
        if row is None or row[:2] != (is_identified, merged):
            touched.add(distinct_id)
            known[distinct_id] = (is_identified, merged, row[2] if row else None)
    for (named, other, kind), at in news.aliases.items():
        key = {
            "project": project,
            "distinct_id": named,
            "other_id": other,
            "kind": kind,
        }
        before = connection.scalar(select(aliases.c.at).filter_by(**key))
        if before is None and _is_crowded(connection, project, named, other):
            continue
        if before is None or at < before:
            put_row(connection, aliases, key, {"at": at})
            touched.add(named)
    while touched:
        group = _Group.around(connection, project, touched.pop(), known)
        touched -= set(group.ids)
        group.write(connection, project, now)


@dataclass(slots=True)
class _Group:
    """Ids that anything joins, whether or not it counts."""

    ids: dict[str, tuple[bool, dict[str, Property], str | None]]
    said: list[tuple[datetime, str, str, str]]
    stored: dict[str, tuple[bool, dict[str, Property], str | None]]

    @classmethod
    def around(
        cls,
        connection: Connection,
        project: str,
        start: str,
        news: Mapping[str, tuple[bool, dict[str, Property], str | None]],
    ) -> _Group:
        found: set[str] = {start}
        said: set[tuple[datetime, str, str, str]] = set()
        new = {start}
        while new and len(found) < _MAX_IDS:
            ids = list(new)
            rows = connection.execute(
                select(aliases)
                .where(
                    aliases.c.project == project,
                    or_(aliases.c.distinct_id.in_(ids), aliases.c.other_id.in_(ids)),
                )
                .order_by(aliases.c.at, aliases.c.distinct_id, aliases.c.other_id)
                .limit(_MAX_SAID)
            ).all()
            said |= {(row.at, row.distinct_id, row.other_id, row.kind) for row in rows}
            reached = {one for row in rows for one in (row.distinct_id, row.other_id)}
            new = set(sorted(reached - found)[: _MAX_IDS - len(found)])
            found |= new
        stored = _rows(connection, project, found)
        nobody: tuple[bool, dict[str, Property], str | None] = (False, {}, None)
        ids = sorted(found)
        return cls(
            {one: news.get(one) or stored.get(one) or nobody for one in ids},
            sorted(said),
            stored,
        )

    def write(self, connection: Connection, project: str, now: datetime) -> None:
        was = {row[2] for row in self.ids.values() if row[2]}
        now_are = [
            (_person(project, members, self.ids), members) for members in self._people()
        ]
        rows = {
            one: (*self.ids[one][:2], person["id"])
            for person, members in now_are
            for one in members
        }
        changed = {one for one, row in rows.items() if self.stored.get(one) != row}
        # Whom somebody left is another than before too.
        concerned = {rows[one][2] for one in changed}
        concerned |= {self.stored[one][2] for one in changed & self.stored.keys()}
        stay = {person["id"] for person, _ in now_are}
        for person, members in now_are:
            if person["id"] not in concerned:
                continue
            key = {"id": person.pop("id")}
            person["updated_at"] = now
            put_row(connection, people, key, person, new={"created_at": now})
            for one in changed.intersection(members):
                is_identified, properties, person_id = rows[one]
                put_row(
                    connection,
                    distinct_ids,
                    {"project": project, "distinct_id": one},
                    {
                        "person_id": person_id,
                        "is_identified": is_identified,
                        "properties": msgspec.json.encode(properties).decode(),
                    },
                )
        drop_empty(connection, was - stay)

    def _people(self) -> list[list[str]]:
        """The ids of each person: what was said, oldest first."""
        person = {one: {one} for one in self.ids}
        is_somebody = {one: row[0] for one, row in self.ids.items()}
        for _, named, other, kind in self.said:
            if named not in person or other not in person:
                continue
            mine, theirs = person[named], person[other]
            if mine is theirs:
                continue
            both = any(map(is_somebody.get, mine)) and any(map(is_somebody.get, theirs))
            if both and kind != MERGE:
                continue
            mine |= theirs
            for one in theirs:
                person[one] = mine
        return sorted({id(one): sorted(one) for one in person.values()}.values())


def _is_crowded(connection: Connection, project: str, *ids: str) -> bool:
    """Whether one of the ids has been joined with as many others as anybody has."""
    for one in ids:
        said = select(func.count()).where(
            aliases.c.project == project,
            or_(aliases.c.distinct_id == one, aliases.c.other_id == one),
        )
        if (connection.scalar(said) or 0) >= _MAX_IDS:
            return True
    return False


def drop_empty(connection: Connection, ids: Iterable[str]) -> None:
    """Remove those of the people whom no distinct id names any more."""
    for person_id in ids:
        is_named = select(distinct_ids.c.person_id).where(
            distinct_ids.c.person_id == person_id
        )
        connection.execute(
            delete(people).where(and_(people.c.id == person_id, ~is_named.exists()))
        )


def _rows(
    connection: Connection, project: str, ids: Iterable[str]
) -> dict[str, tuple[bool, dict[str, Property], str | None]]:
    wanted = sorted(ids)
    found: dict[str, tuple[bool, dict[str, Property], str | None]] = {}
    for at in range(0, len(wanted), 500):
        rows = connection.execute(
            select(distinct_ids).where(
                distinct_ids.c.project == project,
                distinct_ids.c.distinct_id.in_(wanted[at : at + 500]),
            )
        )
        for row in rows:
            properties = msgspec.json.decode(row.properties, type=dict[str, Property])
            found[row.distinct_id] = (row.is_identified, properties, row.person_id)
    return found


def _person(
    project: str,
    members: list[str],
    ids: Mapping[str, tuple[bool, dict[str, Property], str | None]],
) -> dict[str, Any]:
    """The row of the person whose ids these are. Who was named first stays that
    person's id as long as it is the smallest of the names."""
    named = [one for one in members if ids[one][0]]
    properties: dict[str, Property] = {}
    for one in members:
        for name, value in ids[one][1].items():
            _put(properties, name, value)
    values = {name: one.value for name, one in sorted(properties.items())}
    email = values.get("email")
    address = email if isinstance(email, str) and len(email) <= 320 else None
    called = values.get("name")
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{project}\n{(named or members)[0]}")),
        "project": project,
        "email": address,
        "email_folded": folded(address) if address else None,
        "name": called[:400] if isinstance(called, str) else None,
        "properties": msgspec.json.encode(values).decode(),
        "is_identified": bool(named),
    }


def folded(address: str) -> str:
    """An e-mail address in the one spelling it is found by."""
    return address.strip().casefold()[:320]


def _put(known: dict[str, Property], name: str, one: Property) -> None:
    """What is set last holds; what is set once holds where nothing was set, the first
    of it."""
    name = name.encode(errors="replace").decode()[:_MAX_NAME]
    had = known.get(name)
    if had is None:
        if len(known) < _MAX_PROPERTIES:
            known[name] = one
    elif had.once != one.once:
        known[name] = one if had.once else had
    elif one.once:
        known[name] = min(had, one, key=_order)
    else:
        known[name] = max(had, one, key=_order)


def _order(one: Property) -> tuple[int, str]:
    return one.at_ms, repr(one.value)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, str):
        text = value.encode(errors="replace").decode().replace("\0", "\ufffd")
        return text[:_MAX_TEXT]
    return value if isinstance(value, int | float) else None
