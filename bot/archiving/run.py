"""What a run is, who has it, and how far it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.archiving.orders import Order
from bot.archiving.tasks import OPEN, TaskState

LISTING, WORKING, STOPPING, DONE, STOPPED = (
    *("listing", "working", "stopping"),
    *("done", "stopped"),
)
_CLOSED = (DONE, STOPPED)


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it is now."""

    id: str
    order: Order
    since: datetime
    until: datetime
    state: str
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    unread: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.state not in _CLOSED


@dataclass(frozen=True, slots=True)
class Held:
    """A run leased to one worker, who lists its recordings or brings it to its end."""

    run: Run
    lease: str
    listed: dict[str, str | None]
    """What brings the next page, by source; None where all are listed. A source that
    is not in it was not begun with."""


@dataclass(frozen=True, slots=True)
class Report:
    """How far a run is."""

    run: Run
    counts: dict[str, int]
    """Recordings by TaskState."""
    bytes: int
    reasons: dict[str, int]
    """Why some failed, and how many."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        return self.total - sum(self.counts.get(one, 0) for one in OPEN)

    @property
    def failed(self) -> int:
        return self.counts.get(TaskState.FAILED, 0) + len(self.run.unread)


def run_of(row: Row[Any]) -> Run:
    """The run that a row of the table tells of."""
    return Run(
        id=row.id,
        order=Order.from_json(row.wanted),
        since=row.since,
        until=row.until,
        state=row.state,
        created_at=row.created_at,
        finished_at=row.finished_at,
        error=row.error,
        unread=tuple(json.loads(row.unread)),
    )
