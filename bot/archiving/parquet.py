"""The index of a day as Parquet, written by DuckDB.

People's names and addresses stand in it as in a portable file: masked. The types are
documented in the README; ``COLUMNS`` is what a table elsewhere is made by.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Row

from bot.exporter.manifest import masked

COLUMNS: Mapping[str, str] = {
    "recording_id": "VARCHAR",
    "source": "VARCHAR",
    "person_id": "VARCHAR",
    "person_name": "VARCHAR",
    "person_email": "VARCHAR",
    "distinct_id": "VARCHAR",
    "start": "TIMESTAMP WITH TIME ZONE",
    "end": "TIMESTAMP WITH TIME ZONE",
    "duration_ms": "BIGINT",
    "active_ms": "BIGINT",
    "events": "BIGINT",
    "clicks": "BIGINT",
    "input_events": "BIGINT",
    "console_errors": "BIGINT",
    "console_warnings": "BIGINT",
    "exceptions": "BIGINT",
    "requests": "BIGINT",
    "failed_requests": "BIGINT",
    "pages": "VARCHAR[]",
    "first_url": "VARCHAR",
    "platform": "VARCHAR",
    "browser": "VARCHAR",
    "os": "VARCHAR",
    "device": "VARCHAR",
    "format": "VARCHAR",
    "object_key": "VARCHAR",
    "bytes": "BIGINT",
    "sha256": "VARCHAR",
    "archived_at": "TIMESTAMP WITH TIME ZONE",
}


def parquet_of(rows: Iterable[Row[Any]], *, day: date | None = None) -> bytes:
    """A Parquet file of the rows; the same for the same rows. In a folder that names
    the day there is no column for it; with ``day`` there is."""
    columns = dict(COLUMNS) | ({"day": "DATE"} if day else {})
    with tempfile.TemporaryDirectory(prefix="courier-") as folder:
        plain, packed = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        with plain.open("w", encoding="utf-8") as out:
            for row in rows:
                shown = shown_of(row) | ({"day": day.isoformat()} if day else {})
                out.write(json.dumps(shown) + "\n")
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            connection.execute(
                # Both paths are of our own making.
                f"COPY (SELECT * FROM read_json('{plain}', columns = {{{types}}},"  # noqa: S608
                " format = 'newline_delimited', maximum_object_size = 67108864))"
                f" TO '{packed}' (FORMAT parquet, COMPRESSION zstd)"
            )
        return packed.read_bytes()


def shown_of(row: Row[Any]) -> dict[str, Any]:
    """A row as it stands in the index."""
    shown = {name: _plain(getattr(row, name)) for name in COLUMNS}
    distinct_id = row.distinct_id or ""
    return shown | {
        "person_name": masked(row.person_name),
        "person_email": masked(row.person_email),
        "distinct_id": masked(distinct_id) if "@" in distinct_id else distinct_id,
        "pages": json.loads(row.pages),
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
