"""The recordings of runs, one a row: leased, archived, settled."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.archiving.facts import recording_from_json
from bot.archiving.orders import Order
from bot.archiving.paces import Paces
from bot.clock import Clock
from bot.database.archives import archived, paces, runs
from bot.database.archives import tasks as table
from bot.database.engine import transaction
from bot.ledger import Lost
from bot.model import Recording

# Other tasks die with it: a recording that kills whoever reads it is left alone.
MAX_INTERRUPTIONS = 5
_MAX_ERROR = 1000


class TaskState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    ARCHIVED = "archived"
    THERE = "there"
    """Archived before, and unchanged since."""
    ONGOING = "ongoing"
    """Still going on: what there was of it is archived, and will be again."""
    GONE = "gone"
    FAILED = "failed"


OPEN = (TaskState.WAITING, TaskState.WORKING)


@dataclass(frozen=True, slots=True)
class Task:
    """A recording leased to one worker. ``lease`` proves it is still ours."""

    id: str
    lease: str
    run_id: str
    order: Order
    recording: Recording
    attempts: int
    interruptions: int


class _NotNow(Exception):
    """Another worker took the source's turn: nothing is begun."""


class Tasks:
    """The tasks of all runs. Every method is one transaction and may raise
    RetryLater."""

    def __init__(
        self, engine: Engine, paces: Paces, *, lease: timedelta, clock: Clock
    ) -> None:
        self._engine = engine
        self._paces = paces
        self._lease = lease
        self._clock = clock

    def claim(self, run_id: str | None = None) -> Task | None:
        """The task of the oldest recording, of one run or of those that all workers
        share; None where there is none to begin with now."""
        now = self._clock()
        try:
            with transaction(self._engine) as connection:
                row = _take(connection, _of(run_id), now=now, lease=self._lease)
                if row is None:
                    return None
                if not self._paces.step(connection, row.source, now):
                    raise _NotNow
                wanted = connection.execute(
                    select(runs.c.wanted).where(runs.c.id == row.run_id)
                ).scalar_one()
        except _NotNow:
            return None
        return Task(
            id=row.id,
            lease=row.lease,
            run_id=row.run_id,
            order=Order.from_json(wanted),
            recording=recording_from_json(row.recording),
            attempts=row.attempts,
            interruptions=row.interruptions,
        )

    def is_any_due(self, run_id: str | None = None) -> bool:
        """Whether there is something to claim."""
        query = select(table.c.id).where(_of(run_id), _is_due(self._clock())).limit(1)
        with transaction(self._engine) as connection:
            return connection.execute(query).first() is not None

    def is_last(self, task: Task) -> bool:
        """Whether nothing else of its run is to be fetched from its source."""
        others = select(table.c.id).where(
            table.c.run_id == task.run_id,
            table.c.source == task.recording.source,
            table.c.state.in_([one.value for one in OPEN]),
            table.c.id != task.id,
        )
        with transaction(self._engine) as connection:
            return connection.execute(others.limit(1)).first() is None

    def open_sources(self, run_id: str) -> set[str]:
        """The sources of what is still to be fetched."""
        query = select(table.c.source).where(
            table.c.run_id == run_id,
            table.c.state.in_([one.value for one in OPEN]),
        )
        with transaction(self._engine) as connection:
            return set(connection.execute(query.distinct()).scalars())

    def renew(self, task: Task) -> None:
        """Keep the lease. Raises Lost."""
        until = {"leased_until": self._clock() + self._lease}
        with transaction(self._engine) as connection:
            _change(connection, task, until)

    def settle(
        self,
        task: Task,
        state: TaskState,
        *,
        error: str | None = None,
        size: int = 0,
        also: Callable[[Connection], object] | None = None,
    ) -> None:
        """Done with it; ``also`` is done in the same transaction. Raises Lost."""
        with transaction(self._engine) as connection:
            _change(
                connection,
                task,
                {
                    "state": state.value,
                    "error": error and error[:_MAX_ERROR],
                    "bytes": size,
                    "settled_at": self._clock(),
                    "recording": None,
                    "lease": None,
                    "leased_until": None,
                },
            )
            if also is not None:
                also(connection)

    def is_nobodys(self, task: Task, object_key: str) -> bool:
        """Whether the task is gone and no row names the object: it was put while the
        person was erased."""
        is_there = select(table.c.id).where(table.c.id == task.id)
        is_named = select(archived.c.id).where(
            archived.c.target == task.order.target,
            archived.c.object_key == object_key,
        )
        with transaction(self._engine) as connection:
            every = (connection.execute(one).first() for one in (is_there, is_named))
            return not any(every)

    def postpone(self, task: Task, after: timedelta, *, attempts: int) -> None:
        """Give it back, to be tried again then. Raises Lost."""
        with transaction(self._engine) as connection:
            _change(
                connection,
                task,
                {
                    "state": TaskState.WAITING.value,
                    "attempts": attempts,
                    "due_at": self._clock() + after,
                    "lease": None,
                    "leased_until": None,
                },
            )


def _take(
    connection: Connection,
    which: ColumnElement[bool],
    *,
    now: datetime,
    lease: timedelta,
) -> Row[Any] | None:
    first = (
        select(table.c.id)
        .where(which, _is_due(now))
        # The oldest is the next that its source forgets.
        .order_by(table.c.start, table.c.id)
        .limit(1)
        # On PostgreSQL several workers take several rows.
        .with_for_update(skip_locked=True, of=table)
        .scalar_subquery()
    )
    taking = (
        update(table)
        .where(table.c.id == first)
        .values(
            state=TaskState.WORKING.value,
            lease=uuid.uuid4().hex,
            leased_until=now + lease,
            interruptions=table.c.interruptions
            + case((table.c.state == TaskState.WORKING.value, 1), else_=0),
        )
        .returning(*table.c)
    )
    return connection.execute(taking).one_or_none()


def _of(run_id: str | None) -> ColumnElement[bool]:
    whose = runs.c.is_shared if run_id is None else runs.c.id == run_id
    open_runs = select(runs.c.id).where(whose, runs.c.state.in_(("listing", "working")))
    return table.c.run_id.in_(open_runs)


def _is_due(now: datetime) -> ColumnElement[bool]:
    has_to_wait = exists().where(
        paces.c.source == table.c.source, paces.c.not_before > now
    )
    return and_(
        table.c.state.in_([one.value for one in OPEN]),
        table.c.due_at <= now,
        or_(table.c.leased_until.is_(None), table.c.leased_until < now),
        ~has_to_wait,
    )


def _change(connection: Connection, task: Task, values: dict[str, Any]) -> None:
    mine = (table.c.id == task.id, table.c.lease == task.lease)
    changed = connection.execute(update(table).where(*mine).values(values))
    if changed.rowcount != 1:
        raise Lost


def counts(connection: Connection, run_id: str) -> dict[str, tuple[int, int]]:
    """How many tasks of a run are in each state, and the bytes of their objects."""
    query = (
        select(table.c.state, func.count(), func.sum(table.c.bytes))
        .where(table.c.run_id == run_id)
        .group_by(table.c.state)
    )
    return {
        state: (number, int(size or 0))
        for state, number, size in connection.execute(query)
    }
