"""Runs: begun once, continued by whoever comes, and reported on."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    func,
    or_,
    select,
    update,
)

from bot.archiving import tasks
from bot.archiving.orders import Order, in_words
from bot.archiving.run import (
    DONE,
    LISTING,
    STOPPED,
    STOPPING,
    WORKING,
    Held,
    Report,
    Run,
    run_of,
)
from bot.clock import Clock
from bot.database.archives import runs as table
from bot.database.archives import tasks as task_table
from bot.database.engine import transaction
from bot.database.once import insert_once
from bot.errors import NotFound, Refused
from bot.ledger import Lost

__all__ = [
    "DONE",
    "LISTING",
    "STOPPED",
    "STOPPING",
    "WORKING",
    "Held",
    "Report",
    "Run",
    "Runs",
    "change",
]

_MAX_REASONS = 1000


class Runs:
    """All runs. Every method is one transaction and may raise RetryLater."""

    def __init__(self, engine: Engine, *, lease: timedelta, clock: Clock) -> None:
        self._engine = engine
        self._lease = lease
        self._clock = clock

    def begin(
        self, order: Order, *, since: datetime, until: datetime, is_shared: bool
    ) -> tuple[Run, bool]:
        """The run and whether it is new: where the same was begun before and is not
        finished, that one goes on. Raises Refused where another writes there."""
        with transaction(self._engine) as connection:
            return self.begin_in(
                connection, order, since=since, until=until, is_shared=is_shared
            )

    def begin_in(
        self,
        connection: Connection,
        order: Order,
        *,
        since: datetime,
        until: datetime,
        is_shared: bool,
    ) -> tuple[Run, bool]:
        """The same in the caller's transaction."""
        now = self._clock()
        row = {
            "id": uuid.uuid4().hex,
            "target": order.target,
            "open_target": order.target,
            "wanted": order.to_json(),
            "since": since,
            "until": until,
            "state": LISTING,
            "listed": "{}",
            "is_shared": is_shared,
            "unread": "[]",
            "created_at": now,
            "due_at": now,
        }
        is_new = insert_once(connection, table.c.open_target, row)
        found = connection.execute(
            select(table).where(table.c.open_target == order.target)
        ).one()
        run = run_of(found)
        if run.order != order:
            raise Refused(
                f"another archive run to {in_words(order.target)} is not finished"
                f" ({run.id[:8]}): wait for it, or stop it with `replay-courier"
                f" archive stop {run.id[:8]}`"
            )
        return run, is_new

    def get(self, run_id: str) -> Run:
        """By its id or the beginning of it. Raises NotFound."""
        query = select(table).where(table.c.id.startswith(run_id, autoescape=True))
        with transaction(self._engine) as connection:
            found = connection.execute(query.limit(2)).all()
        if len(found) != 1:
            raise NotFound(f"there is no archive run {run_id}")
        return run_of(found[0])

    def recent(self, limit: int) -> list[Run]:
        """Newest first."""
        query = select(table).order_by(table.c.created_at.desc()).limit(limit)
        with transaction(self._engine) as connection:
            return [run_of(row) for row in connection.execute(query)]

    def stop(self, run_id: str) -> Run:
        """Nothing more of it is begun; what is archived stays. Raises NotFound."""
        run = self.get(run_id)
        with transaction(self._engine) as connection:
            connection.execute(
                update(table)
                .where(table.c.id == run.id, table.c.state.in_((LISTING, WORKING)))
                .values(state=STOPPING, due_at=self._clock())
            )
        return self.get(run.id)

    def report(self, run_id: str) -> Report:
        """Raises NotFound."""
        run = self.get(run_id)
        with transaction(self._engine) as connection:
            query = select(table.c.outcome).where(table.c.id == run.id)
            kept = connection.execute(query).scalar_one()
            outcome = json.loads(kept) if kept else _outcome(connection, run.id)
        return Report(run, **outcome)

    def hold(self, run_id: str | None = None) -> Held | None:
        """Lease a run that has to be listed, or brought to its end because nothing is
        left to do in it; None where there is none."""
        now = self._clock()
        whose = table.c.is_shared if run_id is None else table.c.id == run_id
        first = (
            select(table.c.id)
            .where(whose, _needs_somebody(now))
            .order_by(table.c.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taking = (
            update(table)
            .where(table.c.id == first)
            .values(lease=uuid.uuid4().hex, leased_until=now + self._lease)
            .returning(*table.c)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(taking).one_or_none()
        if row is None:
            return None
        return Held(run_of(row), row.lease, json.loads(row.listed))

    def is_any_waiting(self) -> bool:
        """Whether there is one for workers to hold."""
        query = select(table.c.id).where(
            table.c.is_shared, _needs_somebody(self._clock())
        )
        with transaction(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def open_targets(self) -> set[str]:
        query = select(table.c.open_target).where(table.c.open_target.is_not(None))
        with transaction(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def renew(self, held: Held) -> None:
        """Keep the lease. Raises Lost."""
        with transaction(self._engine) as connection:
            change(connection, held, leased_until=self._clock() + self._lease)

    def release(self, held: Held, *, after: timedelta, error: str | None) -> None:
        """Give it back, to be looked at again then. Raises Lost."""
        with transaction(self._engine) as connection:
            change(
                connection,
                held,
                lease=None,
                leased_until=None,
                due_at=self._clock() + after,
                error=error,
            )

    def close(self, held: Held) -> None:
        """It is at its end: what became of its recordings is kept in numbers, and its
        tasks go. Raises Lost."""
        state = STOPPED if held.run.state == STOPPING else DONE
        theirs = task_table.c.run_id == held.run.id
        with transaction(self._engine) as connection:
            connection.execute(
                task_table.delete().where(
                    theirs, task_table.c.state.in_([one.value for one in tasks.OPEN])
                )
            )
            change(
                connection,
                held,
                state=state,
                outcome=json.dumps(_outcome(connection, held.run.id)),
                open_target=None,
                finished_at=self._clock(),
                lease=None,
                leased_until=None,
                error=None,
            )
            connection.execute(task_table.delete().where(theirs))


def change(connection: Connection, held: Held, **values: Any) -> None:
    """Change a run that is leased. Raises Lost."""
    mine = (table.c.id == held.run.id, table.c.lease == held.lease)
    if connection.execute(update(table).where(*mine).values(values)).rowcount != 1:
        raise Lost


def failures_now(connection: Connection) -> int:
    """How many recordings failed in the last finished run and in those going on."""
    failing = select(func.count()).where(
        task_table.c.state == tasks.TaskState.FAILED.value
    )
    last = (
        select(table.c.outcome)
        .where(table.c.finished_at.is_not(None))
        .order_by(table.c.finished_at.desc())
        .limit(1)
    )
    outcome = connection.execute(last).scalar()
    counted = json.loads(outcome)["counts"] if outcome else {}
    finished = int(counted.get(tasks.TaskState.FAILED.value, 0))
    return finished + (connection.execute(failing).scalar() or 0)


def _outcome(connection: Connection, run_id: str) -> dict[str, Any]:
    """What a report says of a run's recordings."""
    counted = tasks.counts(connection, run_id)
    reasons: dict[str, int] = {}
    failed = select(task_table.c.error).where(
        task_table.c.run_id == run_id,
        task_table.c.state == tasks.TaskState.FAILED.value,
    )
    for reason in connection.execute(failed.limit(_MAX_REASONS)).scalars():
        reasons[reason or ""] = reasons.get(reason or "", 0) + 1
    return {
        "counts": {state: number for state, (number, _) in counted.items()},
        "bytes": sum(size for _, size in counted.values()),
        "reasons": reasons,
    }


def _needs_somebody(now: datetime) -> ColumnElement[bool]:
    has_open = (
        select(task_table.c.id)
        .where(
            task_table.c.run_id == table.c.id,
            task_table.c.state.in_([one.value for one in tasks.OPEN]),
        )
        .exists()
    )
    has_leased = (
        select(task_table.c.id)
        .where(
            task_table.c.run_id == table.c.id,
            task_table.c.state == tasks.TaskState.WORKING.value,
            task_table.c.leased_until >= now,
        )
        .exists()
    )
    return and_(
        table.c.due_at <= now,
        or_(table.c.leased_until.is_(None), table.c.leased_until < now),
        or_(
            table.c.state == LISTING,
            and_(table.c.state == WORKING, ~has_open),
            and_(table.c.state == STOPPING, ~has_leased),
        ),
    )
