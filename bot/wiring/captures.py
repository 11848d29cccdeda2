"""Captured recordings of this installation: who keeps, files and finds them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from sqlalchemy import Engine, select

from bot.captured import doomed
from bot.captured.compaction import Compaction
from bot.captured.filing import Filing
from bot.captured.journal import Journal
from bot.captured.kept_for import Retentions
from bot.captured.pending import Pending
from bot.captured.retention import Retention
from bot.captured.source import CaptureSource
from bot.config import Settings
from bot.database.captures import sessions
from bot.database.engine import transaction
from bot.jobs.chores import Chore, Chores
from bot.storage import ReplayStore
from integrations.capture.wire import read_batch

_FILE_S = 1.0
_COMPACT_S = 20.0
_SWEEP_S = 60.0
_PURGE_S = 600.0
_MEGABYTE = 1_000_000


class Captures:
    """What captured recordings are handled with, each made when it is first needed."""

    def __init__(self, settings: Settings, engine: Engine, store: ReplayStore) -> None:
        self._settings = settings
        self.engine = engine
        self.store = store

    @cached_property
    def quotas(self) -> dict[str, int]:
        return {
            one.token: one.quota_bytes
            for one in self._settings.capture_projects
            if one.quota_bytes is not None
        }

    @cached_property
    def keeper(self) -> Journal:
        return Journal(self.engine, self.store, quotas=self.quotas)

    @cached_property
    def filing(self) -> Filing:
        return Filing(
            self.engine,
            self.store,
            read_batch,
            retentions=self._retentions,
            session_bytes=self._settings.capture_session_mb * _MEGABYTE,
            lease=self._settings.lease,
        )

    @cached_property
    def source(self) -> CaptureSource:
        return CaptureSource(
            self.engine,
            self.store,
            retentions=self._retentions,
            quotas=self.quotas,
            is_keeping=is_keeping(self._settings),
        )

    @cached_property
    def compaction(self) -> Compaction:
        return Compaction(self.engine, self.store)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.engine, self.store, self._retentions)

    @property
    def _retentions(self) -> Retentions:
        projects = self._settings.capture_projects
        return Retentions(
            {one.token: one.retention for one in projects},
            default=self._settings.capture_retention,
        )

    def free_all(self) -> None:
        """Take up at once what a killed process held; for where there is no other."""
        Pending(self.engine, self.store).free_all()

    def worker(self) -> Chores:
        """A worker's share, not yet started."""
        return Chores(
            [
                Chore(self.filing.run, _FILE_S),
                Chore(self.filing.renew, self.filing.renew_seconds),
                Chore(self.compaction.run, _COMPACT_S),
                Chore(partial(doomed.sweep, self.engine, self.store), _SWEEP_S),
                Chore(self.retention.run, _PURGE_S),
            ]
        )


def is_keeping(settings: Settings) -> bool:
    """Whether what is sent to the capture proxy is kept."""
    return settings.capture_mode in ("keep", "tee")


def capture_source(
    settings: Settings, store: ReplayStore | None, engine: Callable[[], Engine]
) -> CaptureSource | None:
    """The source of captured recordings; None where nothing is kept and nothing was."""
    is_there = settings.database_url is not None or settings.data_dir.exists()
    if not is_keeping(settings) and not (is_there and _has_sessions(engine())):
        return None
    kept = store or ReplayStore.at(settings.object_url)
    return Captures(settings, engine(), kept).source


def _has_sessions(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return connection.execute(select(sessions.c.id).limit(1)).first() is not None
