"""Events become rows: each once, and those of one burst one row together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from bot.database.engine import transaction
from bot.database.schema import requests as table
from bot.errors import RetryLater
from bot.model import Burst

# How often a burst may end just when another event is about to join it.
_TRIES = 5


def add(engine: Engine, row: dict[str, Any], burst: Burst | None) -> tuple[str, bool]:
    """The row's id, or that of the row that stands for it, and whether it is new.

    Raises RetryLater.
    """
    name = None if burst is None else burst.name
    for _ in range(_TRIES):
        try:
            with transaction(engine) as connection:
                connection.execute(table.insert().values({**row, "burst": name}))
        except IntegrityError:
            known = _id_where(engine, table.c.key == row["key"])
            if known is None and burst is not None and burst.is_separate:
                # Others may join what waits already; this one is answered for itself.
                name = None
                continue
            if known is None:
                known = _id_where(engine, table.c.burst == name)
            if known is not None:
                return known, False
        else:
            return str(row["id"]), True
    raise RetryLater(f"request {row['key']} could not be written down")


def _id_where(engine: Engine, condition: Any) -> str | None:
    with transaction(engine) as connection:
        found = connection.execute(select(table.c.id).where(condition))
        return found.scalar_one_or_none()
