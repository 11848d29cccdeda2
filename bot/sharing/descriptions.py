"""What was shown below share links that people posted, until the links close."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, select, update

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.once import insert_once
from bot.database.schema import links, previews
from bot.sharing.entries import is_closed


@dataclass(frozen=True, slots=True)
class Description:
    """A preview whose link has closed; ``address`` is where it stands."""

    id: int
    destination: str
    address: Mapping[str, str]
    sealed_url: str


class Descriptions:
    """The previews of an installation."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def add(
        self,
        link_id: str,
        destination: str,
        address: Mapping[str, str],
        sealed_url: str,
        *,
        origin: str,
    ) -> None:
        """Remember a preview; once for an ``origin``."""
        row = {
            "link_id": link_id,
            "destination": destination,
            "address": json.dumps(dict(address)),
            "sealed_url": sealed_url,
            "origin": origin[:80],
        }
        with transaction(self._engine) as connection:
            insert_once(connection, previews.c.origin, row)

    def outlived(self, limit: int = 100) -> list[Description]:
        """Previews that still say of a closed link that it opens."""
        query = (
            select(previews)
            .join(links, links.c.id == previews.c.link_id)
            .where(previews.c.is_closed.is_(False), is_closed(self._clock()))
            .order_by(previews.c.id)
            .limit(limit)
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            Description(
                row.id, row.destination, json.loads(row.address), row.sealed_url
            )
            for row in rows
        ]

    def closed(self, description: Description) -> None:
        """That it closed is on its way to it."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(previews)
                .where(previews.c.id == description.id)
                .values(is_closed=True)
            )
