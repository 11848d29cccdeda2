"""Which rows may be worked on, who has them, and which are rung for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    case,
    or_,
    select,
    update,
)

from bot.database.engine import transaction
from bot.database.schema import requests as table
from bot.ledger.entries import WAITING, WORKING
from bot.model import Action

_OPEN = (WAITING, WORKING)
# Somebody pressed a button for these, and looks at the screen.
_WAITED_FOR = (Action.SHARE.value, Action.ATTACH.value)
# A bell is rung again when nobody came for this long.
_RING_AGAIN = timedelta(seconds=5)
# Before a gate bells go unheard while there is no room.
_RING_AGAIN_AT_GATE = timedelta(seconds=1)


def is_oldest(destination: str, now: datetime) -> ColumnElement[bool]:
    """That a row is the oldest one due for the destination, of those that somebody
    waits for if there are such."""
    oldest = (
        select(table.c.id)
        .where(table.c.destination == destination, _is_free(now))
        .order_by(table.c.action.not_in(_WAITED_FOR), table.c.created_at)
        .limit(1)
        # On PostgreSQL several workers take several rows.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return table.c.id == oldest


def take(
    engine: Engine, which: ColumnElement[bool], *, now: datetime, lease: timedelta
) -> Row[Any] | None:
    """The row, leased until ``now`` and ``lease``; None where it is not to be had."""
    taking = (
        update(table)
        .where(which, _is_free(now))
        .values(
            state=WORKING,
            lease=uuid.uuid4().hex,
            leased_until=now + lease,
            attempts=table.c.attempts + 1,
            interruptions=table.c.interruptions
            + case((table.c.state == WORKING, 1), else_=0),
            # Heard; the next one may ring as soon as the row is due again.
            rung_at=None,
            # What happens from now on may be missed: it is another request.
            burst=None,
        )
        .returning(*table.c)
    )
    with transaction(engine) as connection:
        return connection.execute(taking).one_or_none()


def ring(
    engine: Engine, limit: int, *, now: datetime, where: Mapping[str, int]
) -> list[str]:
    """Rows that nobody is looking at and whose bell is old; they count as rung now. Of
    the destinations that ``where`` names there are so many at most."""
    with transaction(engine) as connection:
        elsewhere = table.c.destination.not_in(list(where))
        ids = _due(connection, now, limit, elsewhere, _RING_AGAIN)
        for destination, room in where.items():
            here, most = table.c.destination == destination, min(room, limit)
            ids += _due(connection, now, most, here, _RING_AGAIN_AT_GATE)
        if ids:
            connection.execute(
                update(table).where(table.c.id.in_(ids)).values(rung_at=now)
            )
    return ids


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(
        table.c.state.in_(_OPEN),
        table.c.due_at <= now,
        or_(table.c.leased_until.is_(None), table.c.leased_until < now),
    )


def _due(
    connection: Connection,
    now: datetime,
    limit: int,
    which: ColumnElement[bool],
    ring_again: timedelta,
) -> list[str]:
    is_unheard = or_(table.c.rung_at.is_(None), table.c.rung_at < now - ring_again)
    query = (
        select(table.c.id)
        .where(_is_free(now), is_unheard, which)
        .order_by(table.c.due_at)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())
