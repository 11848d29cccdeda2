"""Archives of this installation: what they are made of, and who works on them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.archiving.building import Archives
from bot.archiving.parquet import COLUMNS
from bot.jobs.archive_worker import ArchiveWorker
from bot.jobs.queue import ARCHIVE_QUEUE
from bot.ports import Warehouse
from bot.wiring.archived import store_at
from bot.wiring.recordings import asset_collectors

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.wiring.services import Services

_CLOUDS = ("us", "eu")
_FROM_CLOUD_PER_HOUR = 100


def archives_of(services: Services) -> Archives:
    """Archives of every source that is not one itself."""
    settings = services.settings
    return Archives(
        services.engine,
        {one.name: one for one in services.sources if one.name != "archive"},
        store_at=store_at,
        redaction=settings.redaction,
        lease=settings.lease,
        per_hour=_per_hour(settings),
        warehouse_at=warehouse_at,
        assets=asset_collectors(settings, services.store)
        if settings.export_assets
        else None,
    )


@cache
def warehouse_at(name: str) -> Warehouse:
    """The table in BigQuery of that name. Raises SettingsError."""
    from integrations.bigquery import BigQueryTable

    return BigQueryTable(name, {**COLUMNS, "day": "DATE"}, partition="day")


def archive_worker_of(services: Services) -> ArchiveWorker:
    """A worker's share in the archives, not yet started."""
    return ArchiveWorker(
        services.archives.work,
        services.archives.schedules,
        services.bell.sibling(ARCHIVE_QUEUE),
        threads=services.settings.archive_threads,
    )


def _per_hour(settings: Settings) -> dict[str, int]:
    if settings.archive_per_hour is not None:
        return {"posthog": settings.archive_per_hour}
    host = settings.posthog_host.rstrip("/")
    is_cloud = host in _CLOUDS or host.endswith(".posthog.com")
    return {"posthog": _FROM_CLOUD_PER_HOUR} if is_cloud else {}
