"""What is archived, as a source of recordings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine

from bot.archiving.orders import target_at
from bot.archiving.source import ArchiveSource, is_anything_archived
from bot.config import Settings
from bot.storage import ReplayStore

store_at = partial(ReplayStore.at, named="ARCHIVE_URL or --to")


def archive_source(
    settings: Settings, engine: Callable[[], Engine]
) -> ArchiveSource | None:
    """What is archived, as a source; None where there is no archive."""
    place = settings.archive_url and target_at(settings.archive_url)
    if not place:
        is_there = settings.database_url is not None or settings.data_dir.exists()
        if not is_there or not is_anything_archived(engine()):
            return None
    return ArchiveSource(engine(), store_at=store_at, moved_to=place)
