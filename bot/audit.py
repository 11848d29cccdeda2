"""The audit log: who looked for whom, who shared what, which links were opened.

It is written in the transaction of what it tells of, where there is one. Who opened a
link is never known, and nothing of the recording itself is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, select

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.once import insert_once
from bot.database.schema import audit as table
from bot.metrics import AUDITED

_MAX_SUBJECT = 1000
_MAX_NAME = 255
_PAGE = 500


class Event(StrEnum):
    """What is written down."""

    FIND = "find"
    SHARE = "share"
    ATTACH = "attach"
    OPEN = "open"
    DOWNLOAD = "download"
    EXTEND = "extend"
    REVOKE = "revoke"
    DETACH = "detach"
    """A file was taken back."""
    REFUSE = "refuse"
    """Somebody asked who may not."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log. ``who`` and ``place`` are the vendor's own ids; ``subject``
    is whom was looked for, or the recording."""

    at: datetime
    event: Event
    who: str = ""
    place: str = ""
    subject: str = ""
    link_id: str | None = None


def write(
    connection: Connection, entry: AuditEntry, *, origin: str | None = None
) -> None:
    """Write the entry in the caller's transaction; once for an ``origin``."""
    row = {
        "at": entry.at,
        "event": entry.event.value,
        "who": entry.who[:_MAX_NAME],
        "place": entry.place[:_MAX_NAME],
        "subject": entry.subject[:_MAX_SUBJECT],
        "link_id": entry.link_id,
        "origin": origin,
    }
    if insert_once(connection, table.c.origin, row):
        AUDITED.labels(entry.event.value).inc()


class AuditLog:
    """The log of an installation."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def write(
        self,
        event: Event,
        *,
        who: str,
        place: str = "",
        subject: str = "",
        link_id: str | None = None,
        origin: str | None = None,
    ) -> None:
        """Write one line; once for an ``origin``. Raises RetryLater."""
        entry = AuditEntry(self._clock(), event, who, place, subject, link_id)
        with transaction(self._engine) as connection:
            write(connection, entry, origin=origin)

    def entries(
        self,
        *,
        since: datetime | None = None,
        events: tuple[Event, ...] = (),
        who: str = "",
        limit: int | None = None,
    ) -> Iterator[AuditEntry]:
        """The lines since then, newest first, read a page at a time."""
        query = select(table).order_by(table.c.id.desc())
        if since is not None:
            query = query.where(table.c.at >= since)
        if events:
            query = query.where(table.c.event.in_([one.value for one in events]))
        if who:
            query = query.where(table.c.who == who)
        below: int | None = None
        left = limit
        while left is None or left > 0:
            page = query.limit(_PAGE if left is None else min(_PAGE, left))
            if below is not None:
                page = page.where(table.c.id < below)
            with transaction(self._engine) as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield AuditEntry(
                    at=row.at,
                    event=Event(row.event),
                    who=row.who,
                    place=row.place,
                    subject=row.subject,
                    link_id=row.link_id,
                )
            if len(rows) < _PAGE:
                return
            below = rows[-1].id
            left = None if left is None else left - len(rows)
