"""Events kept on disk to be read more than once, in order of time.

What a cut needs to know before it starts is known when the last event is in: when the
recording began, which windows are alive in a span, where each window's last full
snapshot is. Memory holds some thirty bytes an event.
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from types import TracebackType
from typing import IO

import zstandard

from bot.recording import lossless
from bot.recording.rrweb import FULL_SNAPSHOT, IN_NEXT_SNAPSHOT, RrwebEvent

# Past this size the events wait on disk instead of in memory.
_IN_MEMORY_BYTES = 16 * 1024 * 1024
# Small events gain nothing from being packed alone.
_PACKED_FROM_BYTES = 1024

_PLAIN, _SNAPSHOT, _IN_NEXT_SNAPSHOT = range(3)


class Spool:
    """A recording's events; ``fill`` once, then read as often as wanted.

    Use it in a ``with``: the file goes when it ends.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (kept)
            max_size=_IN_MEMORY_BYTES
        )
        self._windows: dict[str, int] = {}
        self._times = array("d")
        self._offsets = array("q", [0])
        self._window_of = array("l")
        self._kinds = bytearray()
        self._order: array[int] | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._times)

    def fill(self, events: Iterable[RrwebEvent]) -> Iterator[RrwebEvent]:
        """Keeps the events while they pass by. Raises whatever the reader raises."""
        pack = zstandard.ZstdCompressor(level=1).compress
        for item in events:
            line = item.line
            if len(line) >= _PACKED_FROM_BYTES:
                line = pack(line)
            self._file.write(line)
            self._offsets.append(self._offsets[-1] + len(line))
            self._times.append(item.timestamp_ms)
            self._window_of.append(
                self._windows.setdefault(item.window_id, len(self._windows))
            )
            self._kinds.append(_kind(item))
            yield item
        self._sort()

    def _sort(self) -> None:
        """By time; what happened in the same millisecond stays in order of arrival."""
        times = self._times
        if all(one <= two for one, two in pairwise(times)):
            return
        order = array("l", sorted(range(len(times)), key=times.__getitem__))
        self._order = order
        self._times = array("d", (times[at] for at in order))
        self._window_of = array("l", (self._window_of[at] for at in order))
        self._kinds = bytearray(self._kinds[at] for at in order)

    @property
    def first_ms(self) -> int:
        return int(self._times[0])

    @property
    def last_ms(self) -> int:
        return int(self._times[-1])

    def places(self, from_ms: float, to_ms: float) -> range:
        """Where the events of a span are, both ends included."""
        return range(
            bisect_left(self._times, from_ms), bisect_right(self._times, to_ms)
        )

    def before(self, moment_ms: float) -> range:
        """Where the events before a moment are."""
        return range(bisect_left(self._times, moment_ms))

    def windows(self, places: range) -> set[str]:
        """The windows that events at these places are of."""
        found = set(self._window_of[places.start : places.stop])
        return {name for name, number in self._windows.items() if number in found}

    def arrived(self) -> Iterator[RrwebEvent]:
        """All events in order of arrival."""
        unpack = zstandard.ZstdDecompressor().decompress
        for at in range(len(self)):
            yield self._read(at, unpack)

    def read(self, places: range) -> Iterator[RrwebEvent]:
        """The events at these places."""
        unpack = zstandard.ZstdDecompressor().decompress
        for place in places:
            yield self._read(self._arrival_of(place), unpack)

    def read_state(self, places: range) -> Iterator[RrwebEvent]:
        """The same without those that a later full snapshot among them makes
        needless, which is most of a long recording."""
        unpack = zstandard.ZstdDecompressor().decompress
        last: dict[int, int] = {}
        for place in places:
            if self._kinds[place] == _SNAPSHOT:
                last[self._window_of[place]] = place
        for place in places:
            is_plain = self._kinds[place] == _PLAIN
            if is_plain or place >= last.get(self._window_of[place], 0):
                yield self._read(self._arrival_of(place), unpack)

    def _arrival_of(self, place: int) -> int:
        return place if self._order is None else self._order[place]

    def _read(self, at: int, unpack: Callable[[bytes], bytes]) -> RrwebEvent:
        self._file.seek(self._offsets[at])
        line = self._file.read(self._offsets[at + 1] - self._offsets[at])
        if line[:1] != b"[":
            line = unpack(line)
        window_id, event = lossless.loads(line)
        return RrwebEvent(window_id, event)


def _kind(item: RrwebEvent) -> int:
    if item.type == FULL_SNAPSHOT:
        return _SNAPSHOT
    return _IN_NEXT_SNAPSHOT if item.source in IN_NEXT_SNAPSHOT else _PLAIN
