"""Segments: runs of events, compressed on their own, with a time index.

A segment is zstd over UTF-8 lines ``[window_id, event]``. Independent segments let a
viewer play after the first one and the share page fetch what it needs.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

import zstandard

from bot.errors import BadInput
from bot.recording import lossless
from bot.recording.rrweb import FULL_SNAPSHOT, RrwebEvent

# Past level 12 zstd takes several times as long for a few percent.
_LEVEL = 12
_FULL_BYTES = 4 * 1024 * 1024
# A full snapshot is where a player can start, so a segment likes to begin with one.
_CUT_AT_SNAPSHOT_BYTES = 1024 * 1024
# What a reader unpacks of one segment at most, whatever a file claims.
MAX_SEGMENT_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """Where one segment is in the payload, and what it covers (epoch ms)."""

    offset: int
    bytes: int
    events: int
    first_ms: int
    last_ms: int
    expanded_bytes: int
    full_snapshots: int
    sha256: str
    """Of the compressed bytes, so that it is checked before anything is unpacked."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Segment:
        """Raises BadInput where a field is missing or of the wrong type."""
        fields = dict.fromkeys(cls.__slots__, int) | {"sha256": str}
        if not isinstance(value, dict) or any(
            not isinstance(value.get(name), kind) for name, kind in fields.items()
        ):
            raise BadInput("the manifest's segment index is damaged")
        if any(value[name] < 0 for name in ("offset", "bytes", "expanded_bytes")):
            raise BadInput("the manifest's segment index is damaged")
        return cls(**{name: value[name] for name in fields})


class SegmentWriter:
    """Writes events as segments to ``out``; ``finish`` returns the index."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._segments: list[Segment] = []
        self._offset = 0
        self._reset()

    def _reset(self) -> None:
        self._lines: list[bytes] = []
        self._expanded = 0
        self._first_ms: float | None = None
        self._last_ms: float = 0
        self._snapshots = 0

    def add(self, item: RrwebEvent) -> None:
        if item.type == FULL_SNAPSHOT and self._expanded >= _CUT_AT_SNAPSHOT_BYTES:
            self._cut()
        line = lossless.dumps([item.window_id, item.event]) + b"\n"
        moment = item.timestamp_ms
        self._first_ms = (
            moment if self._first_ms is None else min(self._first_ms, moment)
        )
        self._last_ms = max(self._last_ms, moment)
        self._snapshots += item.type == FULL_SNAPSHOT
        self._lines.append(line)
        self._expanded += len(line)
        if self._expanded >= _FULL_BYTES:
            self._cut()

    def _cut(self) -> None:
        if not self._lines:
            return
        plain = b"".join(self._lines)
        self._digest.update(plain)
        packed = self._compressor.compress(plain)
        self._out.write(packed)
        self._segments.append(
            Segment(
                offset=self._offset,
                bytes=len(packed),
                events=len(self._lines),
                first_ms=int(self._first_ms or 0),
                last_ms=int(self._last_ms),
                expanded_bytes=len(plain),
                full_snapshots=self._snapshots,
                sha256=hashlib.sha256(packed).hexdigest(),
            )
        )
        self._offset += len(packed)
        self._reset()

    def finish(self) -> tuple[tuple[Segment, ...], str]:
        """The index, and the SHA-256 of all lines together."""
        self._cut()
        return tuple(self._segments), self._digest.hexdigest()


def unpack(segment: Segment, packed: bytes) -> bytes:
    """A segment's lines, verified before they are unpacked. Raises BadInput."""
    if hashlib.sha256(packed).hexdigest() != segment.sha256:
        raise BadInput("the replay is damaged: a segment does not match its digest")
    if segment.expanded_bytes > MAX_SEGMENT_BYTES:
        raise BadInput("the replay claims a segment too large to unpack")
    try:
        plain = (
            zstandard.ZstdDecompressor()
            .stream_reader(packed)
            .read(segment.expanded_bytes + 1)
        )
    except zstandard.ZstdError as error:
        raise BadInput("the replay is damaged: a segment cannot be unpacked") from error
    if len(plain) != segment.expanded_bytes:
        raise BadInput("the replay is damaged: a segment has the wrong length")
    return plain


def read_events(plain: bytes) -> Iterator[RrwebEvent]:
    """The events of a segment's lines. Raises BadInput."""
    for line in io.BytesIO(plain):
        if line == b"\n":
            continue
        try:
            window_id, event = lossless.loads(line)
            yield RrwebEvent(window_id, event)
        except (ValueError, TypeError) as error:
            raise BadInput("the replay is damaged: a line is no event") from error
