"""The ledger: every request that was acked, until it is answered.

A request is a row, committed before the vendor is acked. The row's unique key is the
vendor's own id for the event, so a redelivery is the same row. The queue only says
'look at row N now'; a row that nobody finished is looked at again when its lease runs
out. Posting is 'intent written, posted, outcome written'.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.schema import requests as table
from bot.errors import NotFound
from bot.ledger.body import from_json, to_json
from bot.model import Delivery, ReplayRequest
from bot.sealing import Sealer

WAITING, WORKING, DONE, DEAD = "waiting", "working", "done", "dead"
_OPEN = (WAITING, WORKING)
# A bell is rung again when nobody came for this long.
_RING_AGAIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row leased to one worker. ``lease`` proves it is still ours."""

    id: str
    lease: str
    request: ReplayRequest
    attempts: int
    created_at: datetime
    interruptions: int
    """How often a worker died, or lost its lease, while it had the row."""
    intended: bool
    """Posting was begun before and no outcome is known: look before posting again."""
    failure: str | None
    is_final: bool = False
    """Trying again cannot help."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A row as an administrator sees it."""

    id: str
    key: str
    action: str
    destination: str
    state: str
    attempts: int
    created_at: datetime
    error: str | None


class Lost(Exception):
    """The lease ran out and another worker took the row; stop without a word."""


class Ledger:
    """The requests table. Every method is one transaction and may raise RetryLater.

    ``sealer`` closes what in a request lets anybody post who reads it.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        lease: timedelta,
        clock: Clock = utc_now,
        sealer: Sealer | None = None,
    ) -> None:
        self._engine = engine
        self._lease = lease
        self._clock = clock
        self._sealer = sealer

    def accept(
        self, request: ReplayRequest, *, is_rung: bool = True
    ) -> tuple[str, bool]:
        """The row's id, and whether it is new: the same key is the same row.

        Without ``is_rung`` the next sweep rings for it.
        """
        now = self._clock()
        row = {
            "id": uuid.uuid4().hex,
            "key": request.key,
            "action": request.action.value,
            "destination": request.reply_to.destination,
            "body": json.dumps(to_json(request, self._sealer)),
            "state": WAITING,
            "attempts": 0,
            "created_at": now,
            "due_at": now,
            "rung_at": now if is_rung else None,
            "draft": "{}",
        }
        try:
            with transaction(self._engine) as connection:
                connection.execute(table.insert().values(row))
        except IntegrityError:
            return self._id_of(request.key), False
        return str(row["id"]), True

    def _id_of(self, key: str) -> str:
        with transaction(self._engine) as connection:
            found = connection.execute(select(table.c.id).where(table.c.key == key))
            return str(found.scalar_one())

    def request(self, request_id: str) -> ReplayRequest:
        """What was asked. Raises NotFound."""
        with transaction(self._engine) as connection:
            body = connection.execute(
                select(table.c.body).where(table.c.id == request_id)
            ).scalar_one_or_none()
        if body is None:
            raise NotFound(
                f"no request {request_id}",
                plain="That search is not kept any more. Please search again.",
            )
        return from_json(json.loads(body), self._sealer)

    def claim(self, request_id: str) -> Claim | None:
        """Lease the row to the caller; None where it is done, not due or another's."""
        now = self._clock()
        lease = uuid.uuid4().hex
        with transaction(self._engine) as connection:
            taken = connection.execute(
                update(table)
                .where(table.c.id == request_id, self._is_free(now))
                .values(
                    state=WORKING,
                    lease=lease,
                    leased_until=now + self._lease,
                    attempts=table.c.attempts + 1,
                    interruptions=table.c.interruptions
                    + case((table.c.state == WORKING, 1), else_=0),
                    # Heard; the next one may ring as soon as the row is due again.
                    rung_at=None,
                )
            )
            if taken.rowcount != 1:
                return None
            row = connection.execute(
                select(table).where(table.c.id == request_id)
            ).one()
        return Claim(
            id=row.id,
            lease=lease,
            request=from_json(json.loads(row.body), self._sealer),
            attempts=row.attempts,
            created_at=row.created_at,
            interruptions=row.interruptions,
            intended=row.intended_at is not None,
            failure=row.failure,
            is_final=row.is_final,
        )

    def _is_free(self, now: datetime) -> Any:
        return and_(
            table.c.state.in_(_OPEN),
            table.c.due_at <= now,
            or_(table.c.leased_until.is_(None), table.c.leased_until < now),
        )

    def renew(self, claim: Claim) -> None:
        """Keep the lease. Raises Lost where another worker has the row."""
        self._change(claim, leased_until=self._clock() + self._lease)

    def intend(self, claim: Claim) -> None:
        """Write that posting begins. Raises Lost."""
        self._change(claim, intended_at=self._clock())

    def settle(self, claim: Claim, delivery: Delivery) -> None:
        """Write the outcome: the request is answered. Raises Lost."""
        self._change(
            claim,
            state=DONE if claim.failure is None else DEAD,
            delivery=json.dumps(dict(delivery.reference)),
            settled_at=self._clock(),
            leased_until=None,
        )

    def postpone(self, claim: Claim, until: datetime, error: str) -> None:
        """Give the row back, to be looked at again at ``until``. Raises Lost."""
        self._change(claim, state=WAITING, due_at=until, leased_until=None, error=error)

    def fail(
        self, claim: Claim, plain: str, error: str, *, is_final: bool = False
    ) -> None:
        """Write that it cannot be answered; what is posted next is ``plain``.
        ``is_final`` where asking again cannot help."""
        self._change(
            claim,
            state=WAITING,
            due_at=self._clock(),
            leased_until=None,
            failure=plain,
            is_final=is_final,
            error=error,
        )

    def bury(self, claim: Claim, error: str) -> None:
        """Give up without a word: not even the failure can be posted."""
        self._change(
            claim,
            state=DEAD,
            error=error,
            settled_at=self._clock(),
            leased_until=None,
        )

    def prove(self, claim: Claim, connection: Connection) -> None:
        """Keep others from the row until the caller's transaction ends. Raises Lost
        where another worker has it already."""
        self._write(connection, claim, lease=claim.lease)

    def _change(self, claim: Claim, **values: object) -> None:
        with transaction(self._engine) as connection:
            self._write(connection, claim, **values)

    def _write(self, connection: Connection, claim: Claim, **values: object) -> None:
        changed = connection.execute(
            update(table)
            .where(table.c.id == claim.id, table.c.lease == claim.lease)
            .where(table.c.state == WORKING)
            .values(values)
        )
        if changed.rowcount != 1:
            raise Lost(claim.id)

    def draft(self, claim: Claim) -> LedgerDraft:
        """The notes kept with the row while it is being posted."""
        with transaction(self._engine) as connection:
            text = connection.execute(
                select(table.c.draft).where(table.c.id == claim.id)
            ).scalar_one()
        return LedgerDraft(self, claim, json.loads(text))

    def save_draft(self, claim: Claim, data: Mapping[str, str]) -> None:
        self._change(claim, draft=json.dumps(dict(data)))

    def due(self, limit: int = 200) -> list[str]:
        """Rows that nobody is looking at and whose bell is old; oldest first.

        They count as rung from now on.
        """
        now = self._clock()
        unheard = or_(table.c.rung_at.is_(None), table.c.rung_at < now - _RING_AGAIN)
        with transaction(self._engine) as connection:
            ids = list(
                connection.execute(
                    select(table.c.id)
                    .where(self._is_free(now), unheard)
                    .order_by(table.c.due_at)
                    .limit(limit)
                ).scalars()
            )
            if ids:
                connection.execute(
                    update(table).where(table.c.id.in_(ids)).values(rung_at=now)
                )
        return ids

    def free_all(self) -> int:
        """End every lease; for the only process there is, at its start. How many."""
        with transaction(self._engine) as connection:
            freed = connection.execute(
                update(table)
                .where(table.c.state == WORKING)
                # Still in work: whoever takes it up next is told of the interruption.
                .values(leased_until=None, lease=None, rung_at=None)
            )
        return int(freed.rowcount)

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        with transaction(self._engine) as connection:
            rows = connection.execute(
                select(table.c.state, func.count()).group_by(table.c.state)
            ).all()
        return {str(state): int(count) for state, count in rows}

    def dead_letters(self, limit: int = 50) -> list[LedgerEntry]:
        """The requests that could not be answered, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(
                select(table)
                .where(table.c.state == DEAD)
                .order_by(table.c.created_at.desc())
                .limit(limit)
            ).all()
        return [_entry(row) for row in rows]


class LedgerDraft:
    """A destination's notes for one request; see ``bot.ports.Draft``."""

    def __init__(self, ledger: Ledger, claim: Claim, data: dict[str, str]) -> None:
        self._ledger = ledger
        self._claim = claim
        self._data = data

    @property
    def data(self) -> Mapping[str, str]:
        return self._data

    def save(self, **values: str) -> None:
        self._data = {**self._data, **values}
        self._ledger.save_draft(self._claim, self._data)


def _entry(row: Row[Any]) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        key=row.key,
        action=row.action,
        destination=row.destination,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        error=row.error,
    )
