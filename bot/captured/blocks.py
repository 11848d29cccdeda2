"""Blocks: some of a session's snapshots as one compressed object.

A block is a zstd frame with a checksum over lines ``{"window_id", "data": [events]}``,
which is a shape of PostHog's own API; events stand in it byte for byte as sent. Lines
are in the order of their first events.
"""

from __future__ import annotations

import hashlib
import heapq
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec
import zstandard

from bot.captured.facts import Facts, facts_of_snapshots, merged
from bot.errors import BadInput, NotFound
from bot.model import CapturedSnapshots
from bot.recording import lossless
from bot.recording.rrweb import LAST_MS, RrwebEvent

KEY_BYTES = 16
"""What an item is known by in a block's row."""
_LEVEL = 3
# How far back a reader has to remember; several blocks may be read at once.
_MAX_WINDOW = 64 * 1024 * 1024


class _Stamp(msgspec.Struct, gc=False):
    timestamp: float


class _Line(msgspec.Struct, gc=False):
    data: list[_Stamp]


_LINE = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it stands in a block."""

    key: bytes
    first_ms: int
    last_ms: int
    content: bytes
    facts: Facts


@dataclass(frozen=True, slots=True)
class Packed:
    """A block about to be kept."""

    content: bytes
    first_ms: int
    last_ms: int
    plain_bytes: int
    items: bytes
    facts: Facts


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """Where a block lies, and what its row says of it."""

    object_key: str
    first_ms: int
    last_ms: int
    plain_bytes: int


def item_key(item: CapturedSnapshots) -> bytes:
    return hashlib.blake2b(item.uuid.encode(), digest_size=KEY_BYTES).digest()


def line_of(item: CapturedSnapshots) -> Line | None:
    """The item as a line; None where none of its events happened at any time."""
    window = msgspec.json.encode(item.window_id)
    content = b'{"window_id":%b,"data":%b}\n' % (window, item.events)
    events = [
        RrwebEvent(item.window_id, event)
        for event in lossless.loads(item.events)
        if 0 <= event["timestamp"] <= LAST_MS
    ]
    if not events:
        return None
    times = [int(event.timestamp_ms) for event in events]
    facts = facts_of_snapshots(item, events)
    return Line(item_key(item), min(times), max(times), content, facts)


def pack(lines: Iterable[Line]) -> Packed:
    """A block of at least one line."""
    ordered = sorted(lines, key=lambda line: (line.first_ms, line.key))
    plain = b"".join(line.content for line in ordered)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    return Packed(
        content=compressor.compress(plain),
        first_ms=ordered[0].first_ms,
        last_ms=max(line.last_ms for line in ordered),
        plain_bytes=len(plain),
        items=b"".join(line.key for line in ordered),
        facts=merged(line.facts for line in ordered),
    )


def read_blocks(
    blocks: Iterable[KeptBlock], get: Callable[[str], bytes], *, recording: str
) -> Iterator[bytes]:
    """The lines of a session's blocks in the order of their first events.

    A block is fetched when its time comes. Raises BadInput, which names the recording,
    where one is damaged or not there: half a replay is never made of the rest.
    """
    waiting = sorted(blocks, key=lambda one: (one.first_ms, one.object_key))
    opened: list[tuple[float, int, bytes, Iterator[bytes]]] = []
    number = 0
    while waiting or opened:
        if waiting and (not opened or waiting[0].first_ms <= opened[0][0]):
            lines = _lines(waiting.pop(0), get, recording)
        else:
            _, _, line, lines = heapq.heappop(opened)
            yield line
        if following := next(lines, None):
            number += 1
            at = _first_ms(following)
            heapq.heappush(opened, (at, number, following, lines))


def _lines(
    block: KeptBlock, get: Callable[[str], bytes], recording: str
) -> Iterator[bytes]:
    """The lines of one block; the last is given once the whole was verified."""
    read = 0
    try:
        packed = io.BytesIO(get(block.object_key))
        unpacking = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        with unpacking.stream_reader(packed, read_across_frames=False) as reader:
            held: bytes | None = None
            for line in io.BufferedReader(reader):
                read += len(line)
                if held is not None:
                    yield held
                held = line
        if read != block.plain_bytes or held is None:
            raise ValueError("another length")
        yield held
    except NotFound as error:
        raise _damaged(recording, f"{block.object_key} is not there") from error
    except (zstandard.ZstdError, ValueError) as error:
        reason = f"{block.object_key} is damaged: {error}"
        raise _damaged(recording, reason) from error


def _first_ms(line: bytes) -> float:
    try:
        stamps = _LINE.decode(line).data
    except msgspec.DecodeError:
        # A lone surrogate: JavaScript writes some, and strict readers refuse them.
        stamps = [_Stamp(one["timestamp"]) for one in lossless.loads(line)["data"]]
    return min(one.timestamp for one in stamps if 0 <= one.timestamp <= LAST_MS)


def _damaged(recording: str, reason: str) -> BadInput:
    return BadInput(
        f"recording {recording}: its block {reason}",
        plain=f"Recording {recording} is damaged in our own store, and half of it"
        " would mislead. An administrator finds the reason in the log.",
    )
