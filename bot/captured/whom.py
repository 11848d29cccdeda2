"""People of captured sessions, as the courier knows people."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from bot.captured.identities import folded
from bot.database.captures import distinct_ids, people, sessions, visitors
from bot.model import Person

# More people than anybody would choose from.
_MOST = 20
_MOST_IDS = 200


def people_with(
    connection: Connection,
    *,
    email: str | None = None,
    distinct_id: str | None = None,
    person_id: str | None = None,
    session_id: str | None = None,
) -> list[Person]:
    """Everybody who has that; the oldest first."""
    where: ColumnElement[bool]
    if email is not None:
        where = people.c.email_folded == folded(email)
    elif person_id is not None:
        where = people.c.id == person_id.lower()
    elif distinct_id is not None:
        theirs = distinct_ids.c.distinct_id == distinct_id
        where = people.c.id.in_(select(distinct_ids.c.person_id).where(theirs))
    else:
        came = (
            select(distinct_ids.c.person_id)
            .join(
                visitors,
                and_(
                    visitors.c.project == distinct_ids.c.project,
                    visitors.c.distinct_id == distinct_ids.c.distinct_id,
                ),
            )
            .join(sessions, sessions.c.id == visitors.c.session)
            .where(sessions.c.session_id == session_id)
        )
        where = people.c.id.in_(came)
    query = select(people).where(where).order_by(people.c.created_at, people.c.id)
    return _read(connection, connection.execute(query.limit(_MOST)).all())


def visits_of(persons: Iterable[Person]) -> Select[str]:
    """The sessions that came by an id of any of the people, as a query of their rows'
    ids. The same id in another project is somebody else's; whom another source knows is
    looked for by their ids in all."""
    every = list(persons)
    ids = [one.id for one in every]
    theirs = and_(
        distinct_ids.c.project == visitors.c.project,
        distinct_ids.c.distinct_id == visitors.c.distinct_id,
        distinct_ids.c.person_id.in_(ids),
    )
    whose: list[ColumnElement[bool]] = [select(distinct_ids).where(theirs).exists()]
    for one in every:
        is_known = select(people.c.id).where(people.c.id == one.id).exists()
        whose.append(and_(~is_known, visitors.c.distinct_id.in_(one.distinct_ids)))
    return select(visitors.c.session).where(or_(*whose))


def people_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Person]:
    """Whose each session is, by its row's id: who had the last distinct id of it."""
    keys = {(row.project, row.distinct_id) for row in rows if row.distinct_id}
    if not keys:
        return {}
    query = select(
        distinct_ids.c.project, distinct_ids.c.distinct_id, distinct_ids.c.person_id
    ).where(
        distinct_ids.c.project.in_({project for project, _ in keys}),
        distinct_ids.c.distinct_id.in_({one for _, one in keys}),
    )
    whose = {
        (row.project, row.distinct_id): row.person_id
        for row in connection.execute(query)
    }
    query_people = select(people).where(people.c.id.in_(set(whose.values())))
    known = _read(connection, connection.execute(query_people).all())
    by_id = {person.id: person for person in known}
    return {
        row.id: by_id[whose[row.project, row.distinct_id]]
        for row in rows
        if whose.get((row.project, row.distinct_id)) in by_id
    }


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Person]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    query = (
        select(distinct_ids.c.person_id, distinct_ids.c.distinct_id)
        .where(distinct_ids.c.person_id.in_([row.id for row in rows]))
        .order_by(distinct_ids.c.is_identified.desc(), distinct_ids.c.distinct_id)
    )
    for person_id, distinct_id in connection.execute(query):
        ids[person_id].append(distinct_id)
    return [
        Person(
            id=row.id,
            name=row.name or row.email or next(iter(ids[row.id]), row.id),
            email=row.email,
            distinct_ids=tuple(ids[row.id][:_MOST_IDS]),
            properties=json.loads(row.properties),
        )
        for row in rows
    ]
