"""Keeps ranges of snapshot lines in the cache; what to keep is left to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

import zstandard

from bot.errors import RetryLater
from bot.ports import BlobCache

_PART_BYTES = 8 << 20


class Parts:
    """A range in the cache: compressed pieces, and their number written last, so that
    a process that dies while keeping leaves nothing that could be taken for whole."""

    def __init__(self, cache: BlobCache, key: str) -> None:
        self._cache = cache
        self._key = key

    def lines(self) -> Iterator[bytes] | None:
        """The kept lines, or None where they are not there.

        Iterating raises RetryLater where a later piece was dropped meanwhile.
        """
        count = self._cache.get(self._key)
        if count is None or not count.isdigit():
            return None
        first = self._piece(0)
        return None if first is None else split_lines(self._pieces(first, int(count)))

    def keep(self, content: IO[bytes]) -> None:
        compressor = zstandard.ZstdCompressor(level=3)
        count = 0
        while piece := content.read(_PART_BYTES):
            self._cache.put(f"{self._key}.{count}", compressor.compress(piece))
            count += 1
        self._cache.put(self._key, str(count).encode())

    def _pieces(self, first: bytes, count: int) -> Iterator[bytes]:
        yield first
        for number in range(1, count):
            piece = self._piece(number)
            if piece is None:
                # Lines were handed out already: the next try must read afresh.
                self._cache.put(self._key, b"")
                raise RetryLater(f"piece {number} of {self._key} was lost", after=0)
            yield piece

    def _piece(self, number: int) -> bytes | None:
        packed = self._cache.get(f"{self._key}.{number}")
        try:
            return None if packed is None else zstandard.decompress(packed)
        except zstandard.ZstdError:
            return None


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their newline, blank ones left out.

    Only ``\\n`` ends one: compressed strings hold U+0085 and U+2028 as they are.
    """
    begun: list[bytes] = []
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        begun.append(first)
        if others:
            line = b"".join(begun)
            if line.strip():
                yield line
            yield from (line for line in others[:-1] if line.strip())
            begun = [others[-1]]
    line = b"".join(begun)
    if line.strip():
        yield line
