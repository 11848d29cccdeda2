"""What a row of the ledger is to those who work with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.model import Outcome, ReplayRequest

WAITING, WORKING, DONE, DEAD = "waiting", "working", "done", "dead"


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


def claim_of(row: Row[Any], request: ReplayRequest) -> Claim:
    """The row that was leased, with what it holds."""
    return Claim(
        id=row.id,
        lease=row.lease,
        request=request,
        attempts=row.attempts,
        created_at=row.created_at,
        interruptions=row.interruptions,
        intended=row.intended_at is not None,
        failure=row.failure,
        is_final=row.is_final,
    )


def outcome_of(row: Row[Any], request: ReplayRequest) -> Outcome:
    """What became of the row, with what was asked."""
    return Outcome(
        request=request,
        is_settled=row.state in (DONE, DEAD),
        posted=json.loads(row.delivery) if row.delivery else {},
        failure=row.failure or "",
        is_final=row.is_final,
    )


def entry_of(row: Row[Any]) -> LedgerEntry:
    """The row as an administrator sees it."""
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
