"""Rows that are written once, however often that is tried."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Insert


def insert_once(
    connection: Connection, unique: Column[str], values: Mapping[str, object]
) -> bool:
    """Insert the row unless there is one with its value in the ``unique`` column, which
    NULL equals nowhere; whether it is new."""
    # PostgreSQL's driver does not tell the number of rows.
    inserting = _unless_there(connection, unique, values).returning(unique)
    return connection.execute(inserting).first() is not None


def _unless_there(
    connection: Connection, unique: Column[str], values: Mapping[str, object]
) -> Insert:
    # Each dialect takes long to load, and one of them is needed.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        on_postgresql = postgresql.insert(unique.table).values(values)
        return on_postgresql.on_conflict_do_nothing(index_elements=[unique])
    from sqlalchemy.dialects import sqlite

    on_sqlite = sqlite.insert(unique.table).values(values)
    return on_sqlite.on_conflict_do_nothing(index_elements=[unique])
