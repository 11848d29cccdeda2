"""Archived objects as they are read back: from where they are now, and verified."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import zstandard
from sqlalchemy import Row

from bot.archiving.objects import StoreAt
from bot.archiving.orders import in_words
from bot.errors import NotFound, Refused
from bot.exporter.convert import snapshot_lines
from bot.exporter.portable import open_portable


class Copies:
    """Reads objects where they were put; first of all at ``moved_to``, should they have
    been moved."""

    def __init__(self, store_at: StoreAt, moved_to: str | None) -> None:
        self._store_at = store_at
        self._moved_to = moved_to

    def fetch(self, row: Row[Any], path: Path | None) -> None:
        """Write the object there and check it; without a path, see whether it is
        there. Raises NotFound, Refused where it was altered."""
        places = dict.fromkeys(one for one in (self._moved_to, row.target) if one)
        missing: NotFound | None = None
        for place in places:
            store = self._store_at(place)
            try:
                if path is None:
                    if store.size(row.object_key) == row.bytes:
                        return
                    raise NotFound(f"{in_words(place)} has no whole {row.object_key}")
                digest = _copied(store.stream(row.object_key), path.open("wb"))
            except NotFound as error:
                missing = error
                continue
            if digest != row.sha256:
                raise Refused(
                    f"{row.object_key} in {in_words(place)} is not what was archived:"
                    " it was altered",
                    plain="The archived copy of this recording was altered; it is not"
                    " shown.",
                )
            return
        raise missing or NotFound(f"recording {row.recording_id} has no place")


def _copied(pieces: Iterator[bytes], out: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with out:
        for piece in pieces:
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def lines_of(row: Row[Any], path: Path) -> Iterator[bytes]:
    """The snapshot lines of a row's object in a file."""
    if row.format == "replay":
        yield from snapshot_lines(open_portable(path).events(), row.recording_id)
        return
    with path.open("rb") as packed:
        reader = zstandard.ZstdDecompressor().stream_reader(packed)
        yield from io.BufferedReader(reader)
