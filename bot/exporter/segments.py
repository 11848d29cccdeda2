"""Segments: runs of events, compressed on their own, with a time index.

A segment is zstd over UTF-8 lines ``[window_id, event]``, whose node ids stand in a
column of their own (``columns``). Independent segments let a viewer play after the
first one and fetch what it needs.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import IO, Any

import zstandard

from bot.errors import BadInput
from bot.exporter import columns
from bot.recording import lossless
from bot.recording.rrweb import FULL_SNAPSHOT, RrwebEvent

# Past level 9 zstd takes several times as long for a few percent; of a short recording
# that is some milliseconds.
_LEVEL = 9
_LEVEL_OF_SMALL = 15
_SMALL_BYTES = 1024 * 1024
_FULL_BYTES = 4 * 1024 * 1024
# A full snapshot is where a player can start, so a segment likes to begin with one.
_CUT_AT_SNAPSHOT_BYTES = 1024 * 1024
# Segments waiting to be packed, which are held in memory.
_PACKED_AHEAD = 2
# Four fields of 64 MiB, the most that a recorder's packed event expands to here.
_LARGEST_EVENT_BYTES = 4 * 64 * 1024 * 1024
# What a reader unpacks of one segment at most, whatever a file claims.
MAX_SEGMENT_BYTES = _LARGEST_EVENT_BYTES + 2 * _FULL_BYTES


@dataclass(frozen=True, slots=True)
class Segment:
    """Where one segment is in the payload, and what it covers (epoch ms)."""

    offset: int
    bytes: int
    events: int
    first_ms: int
    last_ms: int
    expanded_bytes: int
    pictures: Mapping[str, int]
    """Where a player can start: window id to the time of its first full snapshot."""
    sha256: str
    """Of the compressed bytes, so that it is checked before anything is unpacked."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Segment:
        """Raises BadInput where a field is missing or of the wrong type."""
        fields = dict.fromkeys(cls.__slots__, int) | {"sha256": str, "pictures": dict}
        if (
            not isinstance(value, dict)
            or any(
                not isinstance(value.get(name), kind) for name, kind in fields.items()
            )
            or any(value[name] < 0 for name in ("offset", "bytes", "expanded_bytes"))
            or not all(isinstance(at, int) for at in value["pictures"].values())
        ):
            raise BadInput("the manifest's segment index is damaged")
        return cls(**{name: value[name] for name in fields})


class SegmentWriter:
    """Writes events as segments to ``out``; ``finish`` returns the index.

    Packs in a thread of its own, which mostly runs outside Python's lock, while the
    next events are read. Use it in a ``with``, which ends the thread.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._packer = ThreadPoolExecutor(1, thread_name_prefix="pack")
        self._packing: deque[Future[tuple[Segment, bytes]]] = deque()
        self._segments: list[Segment] = []
        self._offset = 0
        self._reset()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._packer.shutdown(cancel_futures=True)

    def _reset(self) -> None:
        self._lines: list[bytes] = []
        self._expanded = 0
        self._first_ms: float | None = None
        self._last_ms: float = 0
        self._pictures: dict[str, int] = {}

    def add(self, item: RrwebEvent) -> None:
        """Raises BadInput where one event is larger than a segment may be."""
        is_snapshot = item.type == FULL_SNAPSHOT
        if is_snapshot and self._expanded >= _CUT_AT_SNAPSHOT_BYTES:
            self._cut()
        line = item.line
        if len(line) > _LARGEST_EVENT_BYTES:
            raise BadInput(
                f"an event of {len(line) // 1024 // 1024} MiB is more than any player"
                " can show; convert the recording without exporting it"
            )
        moment = item.timestamp_ms
        self._first_ms = (
            moment if self._first_ms is None else min(self._first_ms, moment)
        )
        self._last_ms = max(self._last_ms, moment)
        if is_snapshot:
            known = self._pictures.get(item.window_id, moment)
            self._pictures[item.window_id] = int(min(known, moment))
        self._lines.append(line)
        self._expanded += len(line)
        if self._expanded >= _FULL_BYTES:
            self._cut()

    def _cut(self) -> None:
        if not self._lines:
            return
        segment = Segment(
            offset=0,
            bytes=0,
            events=len(self._lines),
            first_ms=int(self._first_ms or 0),
            last_ms=int(self._last_ms),
            expanded_bytes=self._expanded,
            pictures=self._pictures,
            sha256="",
        )
        self._packing.append(self._packer.submit(self._pack, segment, self._lines))
        self._reset()
        while len(self._packing) > _PACKED_AHEAD:
            self._write()

    def _pack(self, segment: Segment, lines: list[bytes]) -> tuple[Segment, bytes]:
        plain = b"".join(lines)
        self._digest.update(plain)
        level = _LEVEL_OF_SMALL if len(plain) < _SMALL_BYTES else _LEVEL
        packed = zstandard.ZstdCompressor(level=level).compress(columns.split(plain))
        digest = hashlib.sha256(packed).hexdigest()
        return replace(segment, bytes=len(packed), sha256=digest), packed

    def _write(self) -> None:
        segment, packed = self._packing.popleft().result()
        self._out.write(packed)
        self._segments.append(replace(segment, offset=self._offset))
        self._offset += len(packed)

    def finish(self) -> tuple[tuple[Segment, ...], str]:
        """The index, and the SHA-256 of all lines together."""
        self._cut()
        while self._packing:
            self._write()
        return tuple(self._segments), self._digest.hexdigest()


def unpack(segment: Segment, packed: bytes) -> bytes:
    """A segment's lines, verified before they are unpacked. Raises BadInput."""
    if hashlib.sha256(packed).hexdigest() != segment.sha256:
        raise BadInput("the replay is damaged: a segment does not match its digest")
    if segment.expanded_bytes > MAX_SEGMENT_BYTES:
        raise BadInput("the replay claims a segment too large to unpack")
    try:
        content = (
            zstandard.ZstdDecompressor()
            .stream_reader(packed)
            .read(columns.longest(segment.expanded_bytes) + 1)
        )
    except zstandard.ZstdError as error:
        raise BadInput("the replay is damaged: a segment cannot be unpacked") from error
    plain = columns.join(content)
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
