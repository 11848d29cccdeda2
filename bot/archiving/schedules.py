"""Archives that are made every day: one run a day, however many workers look."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine, Row, delete, select, update

from bot.archiving.orders import Order
from bot.archiving.runs import Runs
from bot.clock import Clock
from bot.database.archives import schedules as table
from bot.database.engine import transaction
from bot.errors import NotFound, Refused

# What started before the last run ended may have come to an end only after it.
_OVERLAP = timedelta(days=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Schedule:
    """An archive that is made every day."""

    id: str
    order: Order
    look_back: timedelta
    minute: int
    next_at: datetime

    @property
    def time(self) -> str:
        """As ``HH:MM``, UTC."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


class Schedules:
    """All schedules. Every method may raise RetryLater."""

    def __init__(self, engine: Engine, runs: Runs, *, clock: Clock) -> None:
        self._engine = engine
        self._runs = runs
        self._clock = clock

    def keep(self, order: Order, *, look_back: timedelta, minute: int) -> Schedule:
        """Archive so every day from now on, instead of what the target's schedule was
        before."""
        now = self._clock()
        row = {
            "id": uuid.uuid4().hex,
            "target": order.target,
            "wanted": order.to_json(),
            "look_back_s": int(look_back.total_seconds()),
            "minute": minute,
            "next_at": next_time(minute, now),
            "created_at": now,
        }
        with transaction(self._engine) as connection:
            connection.execute(delete(table).where(table.c.target == order.target))
            made = table.insert().values(row).returning(*table.c)
            return _schedule(connection.execute(made).one())

    def all(self) -> list[Schedule]:
        with transaction(self._engine) as connection:
            rows = connection.execute(select(table).order_by(table.c.created_at))
            return [_schedule(row) for row in rows]

    def remove(self, schedule_id: str) -> Schedule:
        """By its id or the beginning of it. Raises NotFound."""
        found = [one for one in self.all() if one.id.startswith(schedule_id)]
        if len(found) != 1:
            raise NotFound(f"there is no archive schedule {schedule_id}")
        with transaction(self._engine) as connection:
            connection.execute(delete(table).where(table.c.id == found[0].id))
        return found[0]

    def begin_due(self) -> list[str]:
        """Begin the runs whose time has come; their ids. Several days that were missed
        are one run, which looks back over all of them. While the target's last run is
        not finished, the next one waits for it."""
        now = self._clock()
        query = select(table).where(table.c.next_at <= now)
        with transaction(self._engine) as connection:
            due = list(connection.execute(query))
        begun = (self._begin(row, now) for row in due)
        return [run_id for run_id in begun if run_id]

    def _begin(self, row: Row[Any], now: datetime) -> str:
        since = now - timedelta(seconds=row.look_back_s)
        if row.done_until is not None:
            since = min(since, row.done_until - _OVERLAP)
        try:
            with transaction(self._engine) as connection:
                claiming = (
                    update(table)
                    .where(table.c.id == row.id, table.c.next_at == row.next_at)
                    .values(next_at=next_time(row.minute, now), done_until=now)
                )
                if not connection.execute(claiming).rowcount:
                    return ""
                run, is_new = self._runs.begin_in(
                    connection,
                    Order.from_json(row.wanted),
                    since=since,
                    until=now,
                    is_shared=True,
                )
                if not is_new:
                    raise Refused(f"run {run.id} is not finished")
        except Refused as error:
            _log.info("scheduled archive waits", error=str(error))
            return ""
        return run.id


def next_time(minute: int, now: datetime) -> datetime:
    """When it is that minute of a UTC day for the next time after now."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    today = midnight + timedelta(minutes=minute)
    return today if today > now else today + timedelta(days=1)


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        id=row.id,
        order=Order.from_json(row.wanted),
        look_back=timedelta(seconds=row.look_back_s),
        minute=row.minute,
        next_at=row.next_at,
    )
