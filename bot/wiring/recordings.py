"""Where recordings come from, and what is fetched for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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


def sources(
    settings: Settings,
    store: ReplayStore | None = None,
    engine: Callable[[], Engine] | None = None,
) -> list[RecordingSource]:
    """Where recordings come from, the best first. Raises SettingsError where nowhere is
    configured."""
    found: list[RecordingSource] = []
    opened = engine or partial(database, settings)
    if captured := capture_source(settings, store, opened):
        found.append(captured)
    if settings.posthog_api_key and settings.posthog_project_id:
        key, project = settings.posthog_api_key, settings.posthog_project_id
        kept = store or ReplayStore.at(settings.object_url)
        found.append(_posthog(settings, project, key.get_secret_value(), kept))
    if archive := archive_source(settings, opened):
        found.append(archive)
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


def _posthog(
    settings: Settings, project: str, key: str, store: ReplayStore
) -> PostHogSource:
    try:
        return PostHogSource(
            host=settings.posthog_host,
            project_id=project,
            api_key=key,
            cache=StoredBlobs(store),
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
