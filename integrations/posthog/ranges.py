"""Reads one range of a recording's blocks, whole and checked.

PostHog answers 200 with the blocks it could load and says nothing of the others, so
what comes is compared with the times that the sources promise. A block asked for alone
comes whole or with an error.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from bot.errors import RetryLater
from integrations.posthog.parts import Parts, split_lines

Fetch = Callable[[Mapping[str, str]], Iterator[bytes]]

_IN_MEMORY_BYTES = 16 << 20
_READ_BYTES = 1 << 18
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*(\d{10,15})')


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a ``blob_v2`` recording and the time its events span."""

    index: int
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Range:
    """What one call reads; ``name`` is its own among the recording's ranges.

    ``lasting`` is false for what moves on: it must not be kept and may be empty.
    """

    name: str
    params: Mapping[str, str]
    blocks: tuple[Block, ...] = ()
    lasting: bool = True

    @classmethod
    def of_blocks(cls, blocks: Sequence[Block]) -> Range:
        first, last = str(blocks[0].index), str(blocks[-1].index)
        end = blocks[-1].end
        # A block that grew ends later, and so the range has another name.
        until = f"-{int(end.timestamp() * 1000)}" if end else ""
        return cls(
            name=f"blob_v2-{first}-{last}{until}",
            params={
                "source": "blob_v2",
                "start_blob_key": first,
                "end_blob_key": last,
            },
            blocks=tuple(blocks),
        )


def read_range(
    wanted: Range, *, recording_id: str, fetch: Fetch, parts: Parts | None
) -> Iterator[bytes]:
    """The range's lines, once they are known to be all there; kept in ``parts``.

    Raises RetryLater where a block is missing even when asked for alone.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
        body = _Body(file)
        arrived = body.add(fetch(wanted.params))
        suspicious = _suspicious(wanted.blocks, body.seconds) if arrived else ()
        for block in suspicious:
            alone = Range.of_blocks([block])
            arrived = body.add(fetch(alone.params), but=body.digests())
            if not arrived:
                raise _incomplete(recording_id, alone.name)
        if not arrived and wanted.lasting:
            raise _incomplete(recording_id, wanted.name)
        if parts and wanted.lasting:
            file.seek(0)
            parts.keep(file)
        yield from body.lines()


class _Body:
    """Lines gathered on disk, and the seconds at which their events happened."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seconds: set[int] = set()

    def add(self, chunks: Iterable[bytes], but: frozenset[bytes] = frozenset()) -> bool:
        """Add the lines that are not there yet; False where none or not all came."""
        line = b""
        ended = _Ended(chunks)
        for line in split_lines(ended):
            self.seconds.update(
                int(found) // 1000 for found in _TIMESTAMP.findall(line)
            )
            if not but or _digest(line) not in but:
                self._file.write(line + b"\n")
        return bool(line) and (ended.with_newline or _is_json(line))

    def lines(self) -> Iterator[bytes]:
        self._file.seek(0)
        return split_lines(iter(lambda: self._file.read(_READ_BYTES), b""))

    def digests(self) -> frozenset[bytes]:
        return frozenset(_digest(line) for line in self.lines())


class _Ended:
    """Passes chunks on and remembers whether the last one ended its line."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.with_newline = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if chunk:
                self.with_newline = chunk.endswith(b"\n")
                yield chunk


def _suspicious(blocks: Sequence[Block], seconds: set[int]) -> Sequence[Block]:
    """The blocks without an event where they are said to begin or to end.

    Where no block has one, the times are of another making and prove nothing.
    """
    edges = [
        (block, [_has_event_at(at, seconds) for at in (block.start, block.end) if at])
        for block in blocks
    ]
    if not any(any(found) for _, found in edges):
        return ()
    return [block for block, found in edges if not all(found)]


def _has_event_at(moment: datetime, seconds: set[int]) -> bool:
    at = int(moment.timestamp())
    return not seconds.isdisjoint((at - 1, at, at + 1))


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).digest()


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _incomplete(recording_id: str, name: str) -> RetryLater:
    return RetryLater(
        f"recording {recording_id}: PostHog gave only a part of {name}",
        plain=f"PostHog gave only a part of recording {recording_id}. Please try again"
        " in a few minutes.",
    )
