"""Where share links are opened: while they may be, as often as they may be.

A link that opens a few times only gives whoever opened it a ticket, with which the
replay behind it is read to its end.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, or_, select, update

from bot.audit import AuditEntry, Event, write
from bot.clock import Clock
from bot.database.engine import transaction
from bot.database.schema import links, views
from bot.errors import Gone, NotFound
from bot.model import LinkState
from bot.share_urls import TOKEN_BYTES
from bot.sharing.entries import state_of

_MAX_TOKEN = 100
# Whoever opened a page may watch it to its end after the last open was spent.
_WATCHING = timedelta(hours=12)
CLOSED = {
    LinkState.REVOKED: "This link was revoked.",
    LinkState.EXPIRED: "This link has expired.",
    LinkState.USED_UP: "This link was opened as often as it may be.",
}
"""What is said of a link in each state but open."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that may be opened now."""

    id: str
    replay_id: str
    expires_at: datetime
    is_limited: bool = False
    """Opening it is counted, and reading on takes the ticket that opening gave."""


class Door:
    """The door of an installation's share links."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, token: str, *, ticket: str = "") -> OpenLink:
        """The link of a token. Raises NotFound, or Gone: its text is the LinkState.

        ``ticket`` is what ``admit`` gave for a link that opens a few times only; with
        it the replay is read to its end.
        """
        if len(token) > _MAX_TOKEN or len(ticket) > _MAX_TOKEN:
            raise NotFound("no such link")
        now = self._clock()
        with transaction(self._engine) as connection:
            row = connection.execute(
                select(links).where(links.c.token_hash == hash_of(token))
            ).one_or_none()
            if row is None:
                raise NotFound("no such link")
            state = state_now(row, now)
            if state is LinkState.USED_UP and _was_admitted(
                connection, row.id, ticket, now
            ):
                state = LinkState.OPEN
        if state is not LinkState.OPEN:
            raise Gone(state.value, plain=CLOSED[state])
        limited = row.max_opens is not None
        return OpenLink(row.id, row.replay_id, row.expires_at, limited)

    def admits(self, link: OpenLink, ticket: str) -> bool:
        """Whether what is behind the page may be read: always, where opens are not
        counted."""
        if not link.is_limited:
            return True
        with transaction(self._engine) as connection:
            return _was_admitted(connection, link.id, ticket, self._clock())

    def admit(self, link: OpenLink, what: str) -> str:
        """Count that the link was opened: when and what, and nothing about whom.

        Returns the ticket with which the replay is read on. Raises Gone where somebody
        else took the last open meanwhile, or revoked it.
        """
        ticket = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()
        with transaction(self._engine) as connection:
            counted = connection.execute(
                update(links)
                .where(links.c.id == link.id, links.c.revoked_at.is_(None))
                .where(
                    or_(links.c.max_opens.is_(None), links.c.opens < links.c.max_opens)
                )
                .values(opens=links.c.opens + 1)
            )
            if counted.rowcount != 1:
                revoked = connection.execute(
                    select(links.c.revoked_at).where(links.c.id == link.id)
                ).scalar_one_or_none()
                state = LinkState.REVOKED if revoked else LinkState.USED_UP
                raise Gone(state.value, plain=CLOSED[state])
            connection.execute(
                views.insert().values(
                    link_id=link.id,
                    viewed_at=now,
                    what=what,
                    ticket_hash=hash_of(ticket) if link.is_limited else None,
                )
            )
            event = Event.OPEN if what == "page" else Event.DOWNLOAD
            write(connection, AuditEntry(now, event, link_id=link.id))
        return ticket


def _was_admitted(
    connection: Connection, link_id: str, ticket: str, now: datetime
) -> bool:
    found = connection.execute(
        select(views.c.id).where(
            views.c.link_id == link_id,
            views.c.ticket_hash == hash_of(ticket),
            views.c.viewed_at > now - _WATCHING,
        )
    ).first()
    return found is not None


def state_now(row: Row[tuple[object, ...]], now: datetime) -> LinkState:
    """Whether a row's link opens at ``now``, and why not."""
    return state_of(row.revoked_at, row.expires_at, row.max_opens, row.opens, now)


def hash_of(token: str) -> str:
    """How a token is kept."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
