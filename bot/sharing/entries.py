"""Links as the people see them who shared them or look after the installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from bot.database.schema import links, replays, views
from bot.model import LinkState


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A link and what became of it, without its token."""

    id: str
    replay_id: str
    recording_id: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    max_opens: int | None
    opens: int
    views: int
    start_at_s: int
    note: str
    sealed_about: str | None
    destination: str | None
    posted: Mapping[str, str] | None

    def state(self, now: datetime) -> LinkState:
        return state_of(
            self.revoked_at, self.expires_at, self.max_opens, self.opens, now
        )


def state_of(
    revoked_at: datetime | None,
    expires_at: datetime,
    max_opens: int | None,
    opens: int,
    now: datetime,
) -> LinkState:
    """Whether a link opens at ``now``, and the first reason why not."""
    if revoked_at is not None:
        return LinkState.REVOKED
    if expires_at <= now:
        return LinkState.EXPIRED
    if max_opens is not None and opens >= max_opens:
        return LinkState.USED_UP
    return LinkState.OPEN


def is_closed(now: datetime) -> ColumnElement[bool]:
    """The same as a condition: that a link does not open at ``now``."""
    used_up = and_(links.c.max_opens.is_not(None), links.c.opens >= links.c.max_opens)
    return or_(links.c.revoked_at.is_not(None), links.c.expires_at <= now, used_up)


def read_entries(
    connection: Connection, condition: Any, limit: int, *, order: Any = None
) -> list[LinkEntry]:
    """The links that meet the condition, newest first unless ordered otherwise."""
    newest = links.c.created_at.desc()
    ordered = (newest,) if order is None else (order, newest)
    query = _query().where(condition).order_by(*ordered).limit(limit)
    return [_entry(row) for row in connection.execute(query).all()]


def _query() -> Select[Any]:
    # Counted for the links that are read, and not for all there are.
    seen = (
        select(func.count())
        .where(views.c.link_id == links.c.id, views.c.what == "page")
        .correlate(links)
        .scalar_subquery()
    )
    return select(links, replays.c.recording_id, seen.label("views")).join(
        replays, replays.c.id == links.c.replay_id
    )


def _entry(row: Row[Any]) -> LinkEntry:
    return LinkEntry(
        id=row.id,
        replay_id=row.replay_id,
        recording_id=row.recording_id,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        max_opens=row.max_opens,
        opens=row.opens,
        views=row.views,
        start_at_s=row.start_at_s,
        note=row.note,
        sealed_about=row.sealed_about,
        destination=row.destination,
        posted=None if row.posted is None else json.loads(row.posted),
    )
