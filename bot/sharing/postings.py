"""Where share links were posted, and whether those messages still tell the truth.

A link closes by time, by being opened, or by somebody anywhere; the message that was
posted is to say so. What has to be told is read from here and told by a request of its
own, so that it outlives whoever noticed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, or_, select, update

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.schema import links
from bot.model import LinkState
from bot.sharing.descriptions import Descriptions
from bot.sharing.entries import is_closed, state_of


@dataclass(frozen=True, slots=True)
class Posting:
    """A posted link whose message has yet to tell ``state``."""

    link_id: str
    destination: str
    address: Mapping[str, str]
    state: LinkState
    expires_at: datetime
    by: str


class Postings:
    """The messages that hold links."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self.descriptions = Descriptions(engine, clock=clock)

    def add(self, link_id: str, destination: str, address: Mapping[str, str]) -> None:
        """Remember the message that holds a link; what it says is true now."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(links)
                .where(links.c.id == link_id)
                .values(
                    destination=destination,
                    posted=json.dumps(dict(address)),
                    told=LinkState.OPEN.value,
                )
            )

    def untold(self, limit: int = 100) -> list[Posting]:
        """Messages that say something else than what is true, longest known first."""
        now = self._clock()
        told = links.c.told
        untold = told.in_(("", LinkState.OPEN.value))
        query = (
            select(links)
            .where(
                # Every second: only what may have to be told is looked at.
                untold,
                links.c.posted.is_not(None),
                or_(told == "", is_closed(now)),
            )
            .order_by(links.c.created_at)
            .limit(limit)
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            Posting(
                link_id=row.id,
                destination=row.destination,
                address=json.loads(row.posted),
                state=state_of(
                    row.revoked_at, row.expires_at, row.max_opens, row.opens, now
                ),
                expires_at=row.expires_at,
                by=row.revoked_by or "",
            )
            for row in rows
        ]

    def told(self, posting: Posting) -> None:
        """What the message has to say is on its way to it."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(links)
                .where(links.c.id == posting.link_id)
                # Extended meanwhile: that is told next.
                .where(links.c.expires_at == posting.expires_at)
                .values(told=posting.state.value)
            )
