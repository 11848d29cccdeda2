"""Connections to the database, and transactions over them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from bot.errors import RetryLater, SettingsError
from bot.folders import private_folder


def connect(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; nothing is opened yet. Raises SettingsError
    where the URL is none of theirs."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Its own words quote a piece of the URL, which may be of the password.
        raise SettingsError(
            "DATABASE_URL: expected sqlite:///… or postgresql://…; signs such as / or @"
            " in a password are written %2F and %40"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            private_folder(Path(parsed.database).parent)
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": 5}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        # SQLite has one writer. Threads that wait for each other here go on at once;
        # in SQLite's own busy loop they would sleep, and some of them long.
        engine.update_execution_options(turn=threading.Lock())
        return engine
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        # Errors quote them, and errors are logged: what people typed, response_urls.
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 3},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 (narrows the type)
    # Begin is ours (below): the driver's own would start as a reader and then fail to
    # become a writer when two processes meet.
    connection.isolation_level = None
    for pragma in (
        # Of a new database. What is captured comes in rows of many kilobytes, which
        # cost a third less to write in pages of this size; small ones cost the same.
        "page_size=16384",
        "journal_mode=WAL",
        # What was committed survives a power cut: the ledger promises it.
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        # What was deleted is gone, and not merely room for what comes next.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _: object) -> None:
    # In another zone the last hours of the year 9999 are in one that Python has not,
    # and no row with such a time could be read.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction; raises RetryLater where the database is locked, full or away."""
    turn = engine.get_execution_options().get("turn", nullcontext())
    try:
        with turn, engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise RetryLater(
            f"the database did not take it: {error.orig}",
            plain="Our own database is not available right now.",
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise RetryLater("the database connection was lost") from error
        _forget_rows(error)
        raise


def _forget_rows(error: DBAPIError) -> None:
    """PostgreSQL's DETAIL quotes whole rows, and errors are logged and kept."""
    for one in (error, error.orig):
        if one is not None:
            one.args = tuple(str(part).partition("\nDETAIL:")[0] for part in one.args)
