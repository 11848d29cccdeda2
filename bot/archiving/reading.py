"""The Parquet index of a target, read where it lies and opened in DuckDB.

Its files are fetched through the object store, since DuckDB's own extension for that
would have to be downloaded. A query sees the rows and nothing else of the machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from bot.archiving.objects import INDEX, day_of, index_key
from bot.archiving.parquet import COLUMNS
from bot.errors import BadInput
from bot.storage import ReplayStore

_FETCHED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@contextmanager
def opened(store: ReplayStore) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory whose table ``recordings`` is the index, with the column
    ``day``. Raises BadInput where a file of the index cannot be read."""
    with (
        TemporaryDirectory(prefix="courier-") as folder,
        duckdb.connect() as connection,
    ):
        connection.execute("SET TimeZone = 'UTC'")
        files = _fetched(store, Path(folder))
        types = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE recordings ({types}, day DATE)")
        for path in files:
            _load(connection, path)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def query(store: ReplayStore, sql: str) -> Answer:
    """The answer to SQL about the table ``recordings``. Raises BadInput."""
    with opened(store) as connection:
        try:
            asked = connection.execute(sql)
            names = tuple(str(column[0]) for column in asked.description or ())
            return Answer(names, asked.fetchall())
        except duckdb.Error as error:
            raise BadInput(f"DuckDB: {error}") from None


def _fetched(store: ReplayStore, folder: Path) -> list[Path]:
    wanted = [
        (key, day)
        for key in sorted(store.keys(INDEX))
        if (day := day_of(key)) is not None and key == index_key(day)
    ]

    def fetch(number: int) -> Path:
        key, day = wanted[number]
        # Its name is of our making, and tells the day.
        path = folder / f"{day.isoformat()}.parquet"
        path.write_bytes(store.get(key))
        return path

    with ThreadPoolExecutor(_FETCHED_AT_ONCE) as threads:
        return list(threads.map(fetch, range(len(wanted))))


def _load(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        connection.execute(
            "INSERT INTO recordings BY NAME"
            " SELECT * EXCLUDE (day), $day::DATE AS day"
            " FROM (SELECT NULL AS day, * FROM read_parquet($path,"
            " hive_partitioning = false))",
            {"path": str(path), "day": path.stem},
        )
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"the index of {path.stem} cannot be read: {reason}") from None
