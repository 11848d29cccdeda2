"""The use case: the assets a recording names, fetched within limits and carried once.

Note every event, then carry. Style sheets come first, because they name more; then
pictures and fonts in the order they were met. Whatever is not had is listed with the
reason, and never an error: a replay without its pictures is still a replay.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, Protocol
from urllib.parse import urldefrag, urljoin

from bot.assets.cache import AssetCache
from bot.assets.css import references, rewritten
from bot.assets.fetch import Asset, Fetcher, NotFetched
from bot.assets.guard import NotAllowed
from bot.assets.index import (
    MAX_MISSING,
    MAX_MISSING_CHARS,
    AssetFile,
    AssetIndex,
    Missing,
)
from bot.assets.kinds import Kind
from bot.assets.names import Found, Names, named
from bot.recording.rrweb import RrwebEvent

_PARALLEL = 6
# Sheets that sheets import, and no further.
_SHEET_DEPTH = 2
# A recording can name addresses without end.
_MAX_NAMES = 2000
_MAX_NAME_CHARS = 2000


class AssetCollector(Protocol):
    """What ``export`` asks of whoever brings the assets."""

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        """Look at an event, as recorded and as it goes into the replay."""

    def carry(
        self, payload: IO[bytes], clean: Callable[[str], str]
    ) -> AssetIndex | None:
        """Append the assets' bodies to the payload and return their index. ``clean``
        takes secrets out of a URL."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one export fetches at most."""

    count: int
    total_bytes: int
    total_s: float


@dataclass(frozen=True, slots=True)
class _Wish:
    """An address to ask, what for, and what it is called in the replay."""

    kind: Kind
    url: str
    name: str


class FetchedAssets:
    """An AssetCollector that fetches; one for each export."""

    def __init__(
        self,
        fetcher: Fetcher,
        limits: Limits,
        cache: AssetCache | None = None,
        known: Mapping[str, Asset] | None = None,
    ) -> None:
        """``known`` are assets at hand, by their URL in the events."""
        self._fetcher = fetcher
        self._limits = limits
        self._cache = cache
        self._known = known or {}
        self._names = Names()
        self._seen: set[int] = set()
        self._wishes: dict[str, _Wish] = {}
        self._unnamed = 0
        self._found: dict[tuple[Kind, str], Asset | str] = {}
        self._room = threading.Lock()
        self._count = 0
        self._bytes = 0

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        for text, shown in self._places(recorded, redacted):
            if text == shown:
                # Every snapshot repeats the page's styles.
                if (seen := hash(text)) in self._seen:
                    continue
                self._seen.add(seen)
            self._note(text, shown, self._names.base(recorded.window_id))

    def _places(
        self, recorded: RrwebEvent, redacted: RrwebEvent
    ) -> Iterator[tuple[Found, Found]]:
        """The event's places beside the same places without secrets."""
        places = self._names.places(recorded)
        if recorded is redacted:
            yield from ((one, one) for one in places)
            return
        before, after = list(places), list(self._names.places(redacted))
        if len(before) == len(after):
            yield from zip(before, after, strict=True)
        else:
            yield from ((one, one) for one in after if one in before)

    def _note(self, recorded: Found, shown: Found, base: str) -> None:
        before = list(named(*recorded))
        after = before if recorded == shown else list(named(*shown))
        if len(before) != len(after):
            before = after = [one for one in after if one in before]
        for (kind, url), (_, name) in zip(before, after, strict=True):
            self._wish(kind, _absolute(base, url), name)

    def _wish(self, kind: Kind, url: str, name: str) -> _Wish | None:
        url, name = urldefrag(url)[0], name.partition("#")[0]
        if name in self._wishes:
            return None
        if len(self._wishes) >= _MAX_NAMES:
            self._unnamed += 1
            return None
        wish = _Wish(kind, url, name)
        self._wishes[name] = wish
        return wish

    def carry(self, payload: IO[bytes], clean: Callable[[str], str]) -> AssetIndex:
        until = time.monotonic() + self._limits.total_s
        pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="assets")
        try:
            sheets = [one for one in self._wishes.values() if one.kind is Kind.SHEET]
            for _ in range(_SHEET_DEPTH + 1):
                self._fetch(pool, sheets, until)
                sheets = [one for sheet in sheets for one in self._within(sheet, clean)]
            rest = [one for one in self._wishes.values() if one.kind is not Kind.SHEET]
            self._fetch(pool, rest, until)
        finally:
            # A resolver that hangs is left behind: the export has waited long enough.
            pool.shutdown(wait=False, cancel_futures=True)
        return self._written(payload, clean)

    def _fetch(
        self, pool: ThreadPoolExecutor, wishes: Iterable[_Wish], until: float
    ) -> None:
        waiting: dict[tuple[Kind, str], Future[Asset | str]] = {}
        for wish in wishes:
            key = (wish.kind, wish.url)
            if key not in waiting and key not in self._found:
                waiting[key] = pool.submit(self._one, wish, until)
        for key, answer in waiting.items():
            try:
                self._found[key] = answer.result(max(0, until - time.monotonic()))
            except NotInTime:
                self._found[key] = "there was no time left for it"

    def _one(self, wish: _Wish, until: float) -> Asset | str:
        """The asset, or why there is none."""
        try:
            if len(wish.name) > _MAX_NAME_CHARS:
                raise NotAllowed("the address is too long")
            asset = self._known.get(wish.name)
            if asset is None:
                self._fetcher.allows(wish.url)
                asset = self._cache.get(wish.url, wish.kind) if self._cache else None
            if asset is None:
                self._take_room(0)
                asset = self._asked(wish, until)
            self._take_room(len(asset.content))
            return asset
        except NotAllowed as error:
            return str(error)
        except NotFetched as error:
            return error.reason

    def _asked(self, wish: _Wish, until: float) -> Asset:
        if time.monotonic() >= until:
            raise NotFetched("there was no time left for it", lasts=False)
        try:
            asset = self._fetcher.fetch(wish.url, wish.kind, deadline=until)
        except NotFetched as error:
            if self._cache is not None:
                self._cache.put(wish.url, wish.kind, error)
            raise
        if self._cache is not None:
            self._cache.put(wish.url, wish.kind, asset)
        return asset

    def _take_room(self, size: int) -> None:
        """Raises NotFetched where the replay has no room for one more."""
        with self._room:
            if self._count >= self._limits.count:
                raise NotFetched(f"more than {self._limits.count} assets are named")
            if self._bytes + size >= self._limits.total_bytes:
                raise NotFetched("there is no room left for it")
            self._count += size > 0
            self._bytes += size

    def _within(self, sheet: _Wish, clean: Callable[[str], str]) -> Iterator[_Wish]:
        """Notes what a fetched sheet names; the further sheets among it. The sheet is
        kept with the names that the replay knows them by."""
        asset = self._found.get((sheet.kind, sheet.url))
        if not isinstance(asset, Asset):
            return
        # With every address whole: the viewer does not know where a sheet came from.
        css = rewritten(
            asset.content.decode("utf-8", "replace"),
            lambda url: _absolute(asset.url, url),
        )
        shown = rewritten(css, clean)
        self._found[sheet.kind, sheet.url] = Asset(
            asset.type, shown.encode("utf-8", "replace"), asset.url
        )
        for before, after in zip(references(css), references(shown), strict=False):
            wish = self._wish(before.kind, before.url, after.url)
            if wish is not None and wish.kind is Kind.SHEET:
                yield wish

    def _written(self, payload: IO[bytes], clean: Callable[[str], str]) -> AssetIndex:
        offset = payload.seek(0, SEEK_END)
        files: dict[tuple[str, str], int] = {}
        listed: list[AssetFile] = []
        urls: dict[str, int] = {}
        missing: list[Missing] = []
        for name, wish in self._wishes.items():
            found = self._found.get((wish.kind, wish.url), "it is named too far down")
            if isinstance(found, str):
                shown = clean(name)[:MAX_MISSING_CHARS]
                missing.append(Missing(shown, found))
                continue
            digest = hashlib.sha256(found.content).hexdigest()
            number = files.setdefault((found.type, digest), len(files))
            urls[name] = number
            if number == len(listed):
                size = len(found.content)
                listed.append(AssetFile(offset, size, found.type, digest))
                payload.write(found.content)
                offset += size
        return AssetIndex(
            files=tuple(listed),
            urls=urls,
            missing=tuple(missing[:MAX_MISSING]),
            missing_count=len(missing) + self._unnamed,
        )


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return url
