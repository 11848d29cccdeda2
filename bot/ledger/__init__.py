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
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.schema import requests as table
from bot.errors import NotFound
from bot.ledger import reading
from bot.ledger.accepting import add
from bot.ledger.body import from_json, to_json
from bot.ledger.claiming import is_oldest, ring, take
from bot.ledger.draft import LedgerDraft
from bot.ledger.entries import (
    DEAD,
    DONE,
    WAITING,
    WORKING,
    Claim,
    LedgerEntry,
    Lost,
    claim_of,
    outcome_of,
)
from bot.model import Delivery, Outcome, ReplayRequest
from bot.sealing import Sealer

__all__ = [
    "DEAD",
    "DONE",
    "WAITING",
    "WORKING",
    "Claim",
    "Ledger",
    "LedgerEntry",
    "Lost",
    "Outcome",
]


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
        self,
        request: ReplayRequest,
        *,
        is_rung: bool = True,
        after: timedelta | None = None,
    ) -> tuple[str, bool]:
        """The row's id, and whether it is new: the same key is the same row, and so
        are the events of a burst that nobody has begun to answer.

        Without ``is_rung`` the next sweep rings for it; so it does for what is not to
        be answered before ``after``.
        """
        now = self._clock()
        burst = request.burst
        if after is None:
            after = burst.wait if burst else timedelta(0)
        row = {
            "id": uuid.uuid4().hex,
            "key": request.key,
            "action": request.action.value,
            "destination": request.reply_to.destination,
            "body": json.dumps(to_json(request, self._sealer)),
            "state": WAITING,
            "attempts": 0,
            "created_at": now,
            "due_at": now + after,
            "rung_at": now if is_rung and not after else None,
            "draft": "{}",
        }
        return add(self._engine, row, burst)

    def request(self, request_id: str) -> ReplayRequest:
        """What was asked. Raises NotFound."""
        row = reading.row_where(self._engine, table.c.id == request_id)
        if row is None:
            raise NotFound(
                f"no request {request_id}",
                plain="That search is not kept any more. Please search again.",
            )
        return self._request_of(row)

    def outcome(self, request_id: str) -> Outcome:
        """What became of a request. Raises NotFound."""
        return self._outcome(table.c.id == request_id)

    def outcome_by_key(self, key: str) -> Outcome:
        """The same of the request with that key. Raises NotFound."""
        return self._outcome(table.c.key == key)

    def _outcome(self, which: ColumnElement[bool]) -> Outcome:
        row = reading.row_where(self._engine, which)
        if row is None:
            raise NotFound("there is no such request")
        return outcome_of(row, self._request_of(row))

    def _request_of(self, row: Row[Any]) -> ReplayRequest:
        return from_json(json.loads(row.body), self._sealer)

    def claim(self, request_id: str) -> Claim | None:
        """Lease the row to the caller; None where it is done, not due or another's."""
        return self._claim(table.c.id == request_id)

    def claim_oldest(self, destination: str) -> Claim | None:
        """Lease the oldest row that is due for the destination, of those that somebody
        waits for if there are such; None where there is none."""
        return self._claim(is_oldest(destination, self._clock()))

    def _claim(self, which: ColumnElement[bool]) -> Claim | None:
        row = take(self._engine, which, now=self._clock(), lease=self._lease)
        if row is None:
            return None
        return claim_of(row, self._request_of(row))

    def unclaim(self, claim: Claim) -> None:
        """Give the row back as if it had never been claimed. Raises Lost."""
        self._change(
            claim, state=WAITING, leased_until=None, attempts=claim.attempts - 1
        )

    def destination_of(self, request_id: str) -> str | None:
        """Where a request is answered; None where there is no such request."""
        return reading.destination_of(self._engine, request_id)

    def first_accepted(self, destination: str) -> datetime | None:
        """When the first request that is kept came from there."""
        return reading.first_accepted(self._engine, destination)

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
        return LedgerDraft(json.loads(text), partial(self._keep_draft, claim))

    def _keep_draft(self, claim: Claim, data: Mapping[str, str]) -> None:
        self._change(claim, draft=json.dumps(dict(data)))

    def due(
        self, limit: int = 200, *, where: Mapping[str, int] | None = None
    ) -> list[str]:
        """Rows that nobody is looking at and whose bell is old; oldest first.

        They count as rung from now on. Of the destinations that ``where`` names there
        are so many at most.
        """
        return ring(self._engine, limit, now=self._clock(), where=where or {})

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
        return reading.counts(self._engine)

    def dead_letters(self, limit: int = 50) -> list[LedgerEntry]:
        """The requests that could not be answered, newest first."""
        return reading.dead_letters(self._engine, limit)
