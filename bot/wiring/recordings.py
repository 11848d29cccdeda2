"""Where recordings come from, and what is fetched for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import overload

from sqlalchemy import Engine

from bot.assets.cache import AssetCache, RecentBlobs
from bot.assets.collect import FetchedAssets, Limits
from bot.assets.fetch import Fetcher
from bot.assets.guard import Guard, Resolver, addresses
from bot.config import Settings
from bot.database.engine import connect
from bot.database.migrating import upgrade
from bot.errors import SettingsError
from bot.ports import RecordingSource
from bot.storage import ReplayStore, StoredBlobs
from bot.wiring.archived import archive_source
from bot.wiring.captures import capture_source
from integrations.posthog import PostHogSource

_MEGABYTE = 1_000_000
# Of assets, between the exports of one command.
_MEMORY_BYTES = 64 * _MEGABYTE


class Sources(Sequence[RecordingSource]):
    """The sources there are now. One that had nothing is looked for again whenever
    somebody asks: what is archived by a command is found by a worker that was there
    before."""

    def __init__(self, makers: Sequence[Callable[[], RecordingSource | None]]) -> None:
        self._makers = makers
        self._made: dict[int, RecordingSource] = {}

    def _now(self) -> list[RecordingSource]:
        for place, make in enumerate(self._makers):
            if place not in self._made and (one := make()) is not None:
                self._made[place] = one
        return [self._made[place] for place in sorted(self._made)]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[RecordingSource]:
        return iter(self._now())

    @overload
    def __getitem__(self, index: int) -> RecordingSource: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RecordingSource]: ...
    def __getitem__(
        self, index: int | slice
    ) -> RecordingSource | Sequence[RecordingSource]:
        return self._now()[index]


def sources(
    settings: Settings,
    store: ReplayStore | None = None,
    engine: Callable[[], Engine] | None = None,
) -> Sequence[RecordingSource]:
    """Where recordings come from, the best first. Raises SettingsError where nowhere is
    configured."""
    opened = engine or cache(partial(database, settings))
    found = Sources(
        (
            partial(capture_source, settings, store, opened),
            partial(_posthog, settings, store),
            partial(archive_source, settings, opened),
        )
    )
    if not found:
        raise SettingsError(
            "no source of recordings: set POSTHOG_PROJECT_ID and POSTHOG_API_KEY, or"
            " CAPTURE_MODE"
        )
    return found


def database(settings: Settings) -> Engine:
    """The installation's database, with the schema of this version."""
    engine = connect(settings.sql_url)
    upgrade(engine)
    return engine


def _posthog(settings: Settings, store: ReplayStore | None) -> PostHogSource | None:
    if not settings.posthog_api_key or not settings.posthog_project_id:
        return None
    kept = store or ReplayStore.at(settings.object_url)
    try:
        return PostHogSource(
            host=settings.posthog_host,
            project_id=settings.posthog_project_id,
            api_key=settings.posthog_api_key.get_secret_value(),
            cache=StoredBlobs(kept),
            project_path=settings.posthog_paths,
            ui_host=settings.posthog_ui_host,
        )
    except ValueError:
        # Without the address, which may hold a password where none is understood.
        raise SettingsError(
            "POSTHOG_HOST: expected us, eu, or an address such as"
            " https://posthog.example.com without a user name"
        ) from None


def asset_collectors(
    settings: Settings,
    store: ReplayStore | None = None,
    *,
    resolve: Resolver = addresses,
) -> Callable[[], FetchedAssets]:
    """Makes collectors of assets, one for each export; without a store, what is fetched
    is kept in memory. Raises SettingsError where no host is allowed."""
    if not settings.asset_hosts:
        raise SettingsError(
            "ASSET_HOSTS is missing: assets are fetched from the hosts it names, and no"
            " other"
        )
    fetcher = Fetcher(
        Guard(settings.asset_hosts, settings.asset_private_networks),
        resolve=resolve,
        max_bytes=settings.assets_mb * _MEGABYTE,
        timeout_s=settings.assets_time.total_seconds() / 2,
    )
    limits = Limits(
        count=settings.assets_count,
        total_bytes=settings.assets_total_mb * _MEGABYTE,
        total_s=settings.assets_time.total_seconds(),
    )
    blobs = (
        RecentBlobs(_MEMORY_BYTES) if store is None else StoredBlobs(store, "assets")
    )
    cache = AssetCache(blobs, lifetime=settings.assets_cache)
    return partial(FetchedAssets, fetcher, limits, cache)


def existing_store(settings: Settings) -> ReplayStore | None:
    """The installation's store, None where there is no installation: a laptop that
    turns a file into another is not given a data folder."""
    if settings.storage_url is None and not settings.data_dir.exists():
        return None
    return ReplayStore.at(settings.object_url)
