"""Writing what several workers write: one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, update

from bot.database.engine import transaction

_LOCK = 7031977


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else changes captured sessions or people: they
    hang together in more ways than locks on rows could follow. Raises RetryLater."""
    with transaction(engine) as connection:
        # SQLite has one writer anyway.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        yield connection


def put_row(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    new: Mapping[str, Any] | None = None,
) -> None:
    """The row with that key has those values, and those of ``new`` too where there was
    none. For transactions that are ``alone``."""
    where = [table.c[name] == value for name, value in key.items()]
    if not connection.execute(update(table).where(*where).values(**values)).rowcount:
        connection.execute(insert(table).values(**key, **values, **(new or {})))
