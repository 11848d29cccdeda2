"""What lies at a target: archived recordings and their index, by their keys.

``recordings/day=2026-11-24/<id>.replay.html`` or ``….jsonl.zst``, and for each day
``index/day=2026-11-24/recordings.parquet``; days are of the start, in UTC.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO

from bot.archiving.orders import Format
from bot.storage import ReplayStore

RECORDINGS = "recordings"
INDEX = "index"

StoreAt = Callable[[str], ReplayStore]
"""Opens a target."""

_ENDINGS: dict[Format, str] = {"replay": ".replay.html", "raw": ".jsonl.zst"}
_SAFE_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
# Past this size an object waits on disk instead of in memory.
_IN_MEMORY_BYTES = 16 * 1024 * 1024
_DAY = re.compile(r"/day=(\d{4}-\d{2}-\d{2})/")


@dataclass(frozen=True, slots=True)
class Made:
    """An object ready to be put."""

    content: IO[bytes]
    bytes: int
    sha256: str


def object_key(recording_id: str, day: date, format_: Format) -> str:
    """Where a recording lies. Ids are made by whoever is recorded: one that could lead
    elsewhere is not part of a key."""
    name = recording_id
    if not _SAFE_ID.fullmatch(name) or name.startswith("id-"):
        name = f"id-{hashlib.sha256(recording_id.encode()).hexdigest()[:40]}"
    return f"{RECORDINGS}/day={day.isoformat()}/{name}{_ENDINGS[format_]}"


def index_key(day: date) -> str:
    return f"{INDEX}/day={day.isoformat()}/recordings.parquet"


def day_of(key: str) -> date | None:
    """The day that a key names."""
    found = _DAY.search(key)
    try:
        return None if found is None else date.fromisoformat(found[1])
    except ValueError:
        return None


@contextmanager
def made_of(pieces: Iterable[bytes]) -> Iterator[Made]:
    """The object of some pieces, measured; it goes when the ``with`` ends."""
    digest = hashlib.sha256()
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as out:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            out.write(piece)
        out.seek(0)
        yield Made(out, size, digest.hexdigest())
