"""What is asked of the ledger without changing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, func, select

from bot.database.engine import transaction
from bot.database.schema import requests as table
from bot.ledger.entries import DEAD, LedgerEntry, entry_of


def row_where(engine: Engine, which: ColumnElement[bool]) -> Row[Any] | None:
    """The row that it holds of; None where there is none."""
    with transaction(engine) as connection:
        return connection.execute(select(table).where(which)).one_or_none()


def destination_of(engine: Engine, request_id: str) -> str | None:
    """Where a request is answered; None where there is no such request."""
    with transaction(engine) as connection:
        return connection.execute(
            select(table.c.destination).where(table.c.id == request_id)
        ).scalar_one_or_none()


def first_accepted(engine: Engine, destination: str) -> datetime | None:
    """When the first request that is kept came from there."""
    with transaction(engine) as connection:
        return connection.execute(
            select(func.min(table.c.created_at)).where(
                table.c.destination == destination
            )
        ).scalar_one_or_none()


def counts(engine: Engine) -> dict[str, int]:
    """How many rows are in each state."""
    with transaction(engine) as connection:
        rows = connection.execute(
            select(table.c.state, func.count()).group_by(table.c.state)
        ).all()
    return {str(state): int(count) for state, count in rows}


def dead_letters(engine: Engine, limit: int) -> list[LedgerEntry]:
    """The requests that could not be answered, newest first."""
    with transaction(engine) as connection:
        rows = connection.execute(
            select(table)
            .where(table.c.state == DEAD)
            .order_by(table.c.created_at.desc())
            .limit(limit)
        ).all()
    return [entry_of(row) for row in rows]
