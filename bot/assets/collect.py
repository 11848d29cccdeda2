"""The use case: the assets a recording names, fetched within limits and carried once.

Note every event, then carry. Style sheets come first, because they name more; then what
elements show, fonts, and what sheets name, of which a page may show little. Whatever is
not had is listed with the reason, and never an error: a replay without its pictures is
still a replay.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from bot.assets.cache import AssetCache
from bot.assets.css import references, rewritten
from bot.assets.fetch import Fetcher, NotFetched
from bot.assets.guard import NotAllowed
from bot.assets.index import Asset, AssetIndex, written
from bot.assets.kinds import Kind
from bot.assets.wishes import Wish, Wishes, absolute
from bot.recording.rrweb import RrwebEvent

_PARALLEL = 6
# Asked for before the first of them is taken: what is held in memory at most.
_AHEAD = 4 * _PARALLEL
# Sheets that sheets import, and no further.
_SHEET_DEPTH = 2
_MAX_NAME_CHARS = 2000
# A host that is away costs its full waiting time with every asset.
_MAX_SILENCES = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What one export fetches at most."""

    count: int
    total_bytes: int
    total_s: float


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
        self._wishes = Wishes()
        self._found: dict[tuple[Kind, str], Asset | str] = {}
        self._room = threading.Lock()
        self._count = 0
        self._bytes = 0
        self._silences: Counter[str] = Counter()

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        self._wishes.note(recorded, redacted)

    def carry(self, payload: IO[bytes], clean: Callable[[str], str]) -> AssetIndex:
        until = time.monotonic() + self._limits.total_s
        pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="assets")
        try:
            sheets = self._wishes.of(Kind.SHEET)
            for _ in range(_SHEET_DEPTH + 1):
                self._fetch(pool, sheets, until)
                sheets = [one for sheet in sheets for one in self._within(sheet, clean)]
            self._wishes.leave_out_fonts()
            self._fetch(pool, self._wishes.of(Kind.PICTURE, Kind.FONT), until)
        finally:
            # A resolver that hangs is left behind: the export has waited long enough.
            pool.shutdown(wait=False, cancel_futures=True)
        outcomes = [
            (one.name, self._found.get((one.kind, one.url), "it is named too far down"))
            for one in self._wishes
        ]
        return written(payload, outcomes, clean, unnamed=self._wishes.unnamed)

    def _fetch(
        self, pool: ThreadPoolExecutor, wishes: Iterable[Wish], until: float
    ) -> None:
        """Fetches several at a time, and takes them in the order of the wishes: what
        matters most has room first, whichever arrives first."""
        waiting: deque[tuple[tuple[Kind, str], Future[Asset | str]]] = deque()
        asked: set[tuple[Kind, str]] = set()
        for wish in wishes:
            key = (wish.kind, wish.url)
            if key in asked or key in self._found:
                continue
            asked.add(key)
            waiting.append((key, pool.submit(self._one, wish, until)))
            if len(waiting) == _AHEAD:
                self._take(*waiting.popleft(), until)
        while waiting:
            self._take(*waiting.popleft(), until)

    def _take(
        self, key: tuple[Kind, str], answer: Future[Asset | str], until: float
    ) -> None:
        try:
            asset = answer.result(max(0, until - time.monotonic()))
            if isinstance(asset, Asset):
                self._take_room(len(asset.content))
            self._found[key] = asset
        except NotInTime:
            self._found[key] = "there was no time left for it"
        except NotFetched as error:
            self._found[key] = error.reason

    def _one(self, wish: Wish, until: float) -> Asset | str:
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
            return asset
        except NotAllowed as error:
            return str(error)
        except NotFetched as error:
            return error.reason

    def _asked(self, wish: Wish, until: float) -> Asset:
        if time.monotonic() >= until:
            raise NotFetched("there was no time left for it", lasts=False)
        host = urlsplit(wish.url).netloc
        if self._silences[host] >= _MAX_SILENCES:
            raise NotFetched("its host cannot be reached", lasts=False)
        try:
            asset = self._fetcher.fetch(wish.url, wish.kind, deadline=until)
        except NotFetched as error:
            with self._room:
                self._silences[host] += error.is_silence
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

    def _within(self, sheet: Wish, clean: Callable[[str], str]) -> Iterator[Wish]:
        """Notes what a fetched sheet names; the further sheets among it. The sheet is
        kept with the names that the replay knows them by."""
        asset = self._found.get((sheet.kind, sheet.url))
        if not isinstance(asset, Asset):
            return
        # With every address whole: the viewer does not know where a sheet came from.
        css = rewritten(
            asset.content.decode("utf-8", "replace"),
            lambda url: absolute(asset.url, url),
        )
        shown = rewritten(css, clean)
        self._found[sheet.kind, sheet.url] = Asset(
            asset.type, shown.encode("utf-8", "replace"), asset.url
        )
        for before, after in zip(references(css), references(shown), strict=False):
            wish = self._wishes.add(before, after.url)
            if wish is not None and wish.kind is Kind.SHEET:
                yield wish
