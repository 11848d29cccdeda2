"""The assets of a replay that is exported again: nothing is fetched, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import SEEK_END
from typing import IO

from bot.assets.index import Asset, AssetIndex
from bot.recording.rrweb import RrwebEvent


class KeptAssets:
    """An AssetCollector that carries on what a replay already carried."""

    def __init__(self, index: AssetIndex, bodies: tuple[bytes, ...]) -> None:
        self._index = index
        self._bodies = bodies

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        """What the events name is known."""

    def carry(self, payload: IO[bytes], clean: Callable[[str], str]) -> AssetIndex:
        offset = payload.seek(0, SEEK_END)
        files = []
        for file, body in zip(self._index.files, self._bodies, strict=True):
            payload.write(body)
            files.append(replace(file, offset=offset))
            offset += file.bytes
        return replace(
            self._index,
            files=tuple(files),
            urls={clean(url): file for url, file in self._index.urls.items()},
            missing=tuple(
                replace(one, url=clean(one.url)) for one in self._index.missing
            ),
        )

    def by_url(self) -> Mapping[str, Asset]:
        """The same assets for a collector that fetches what is missing."""
        return {
            url: Asset(self._index.files[number].type, self._bodies[number], url)
            for url, number in self._index.urls.items()
        }
