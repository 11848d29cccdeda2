from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.archiving.building import Archives
from bot.archiving.objects import StoreAt
from bot.archiving.orders import Order, target_at
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource
from bot.storage import ReplayStore
from bot.wiring.archives import warehouse_at
from tests.quick_source import FIRST, QuickSource

LEASE = timedelta(seconds=60)


class Time:
    """The time that all parts of an archive go by."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def target(tmp_path: Path) -> str:
    return target_at(str(tmp_path / "archive"))


@pytest.fixture
def store(target: str) -> ReplayStore:
    return ReplayStore.at(target)


@pytest.fixture(autouse=True)
def fresh_tables() -> None:
    """What is known of tables is of another test's stand-in."""
    warehouse_at.cache_clear()


@pytest.fixture
def archives_of(engine: Engine, time: Time) -> Callable[..., Archives]:
    def make(
        *sources: RecordingSource,
        per_hour: Mapping[str, int] | None = None,
        redaction: RedactionPolicy | None = None,
        store_at: StoreAt = ReplayStore.at,
        **options: object,
    ) -> Archives:
        return Archives(
            engine,
            {one.name: one for one in sources},
            store_at=store_at,
            redaction=redaction or RedactionPolicy(),
            lease=LEASE,
            per_hour=per_hour or {},
            warehouse_at=warehouse_at,
            clock=time,
            **options,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def run(target: str, time: Time) -> Callable[..., str]:
    """Begins a run, works on it as long as there is something to do, and gives its
    id."""

    def go(archives: Archives, **order: str) -> str:
        begun, _ = archives.runs.begin(
            Order(**{"target": target, **order}),  # type: ignore[arg-type]
            since=FIRST,
            until=time.now,
            is_shared=True,
        )
        while archives.work.do_one():
            pass
        return begun.id

    return go


@pytest.fixture
def quick() -> QuickSource:
    return QuickSource(5)
