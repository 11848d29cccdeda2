"""The parts of archiving, put together for one installation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Engine

from bot.archiving.archiver import Archiver
from bot.archiving.erasing import Eraser
from bot.archiving.index import Index, WarehouseAt
from bot.archiving.objects import StoreAt
from bot.archiving.orders import Order
from bot.archiving.paces import Paces
from bot.archiving.planning import Planner
from bot.archiving.runs import Runs
from bot.archiving.schedules import Schedules
from bot.archiving.tasks import Tasks
from bot.archiving.working import Work
from bot.assets.index import Collectors
from bot.clock import Clock, utc_now
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource


class Archives:
    """Archives of an installation's sources; ``per_hour`` is how many recordings may be
    fetched from each."""

    def __init__(
        self,
        engine: Engine,
        sources: Mapping[str, RecordingSource],
        *,
        store_at: StoreAt,
        redaction: RedactionPolicy,
        lease: timedelta,
        per_hour: Mapping[str, int],
        warehouse_at: WarehouseAt,
        assets: Collectors | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.runs = Runs(engine, lease=lease, clock=clock)
        self.schedules = Schedules(engine, self.runs, clock=clock)
        self.paces = Paces(engine, per_hour, clock=clock)
        self.index = Index(engine, store_at=store_at, warehouse_at=warehouse_at)
        self.eraser = Eraser(engine, self.index, store_at=store_at)
        self._store_at = store_at
        tasks = Tasks(engine, self.paces, lease=lease, clock=clock)
        self.work = Work(
            runs=self.runs,
            tasks=tasks,
            paces=self.paces,
            planner=Planner(
                engine, list(sources.values()), redaction=redaction, clock=clock
            ),
            archiver=Archiver(
                sources,
                tasks,
                self.paces,
                store_at=store_at,
                redaction=redaction,
                clock=clock,
                assets=assets,
            ),
            index=self.index,
            lease=lease,
        )

    def check(self, order: Order) -> None:
        """Raises SettingsError, Refused or RetryLater where its target or its table
        cannot be written to: sooner than after an hour of fetching."""
        self._store_at(order.target).check()
        if order.warehouse:
            self.index.warehouse_at(order.warehouse).check()
