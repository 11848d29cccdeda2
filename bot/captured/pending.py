"""What was accepted and is not filed yet: rows of the journal, leased by one worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, case, delete, func, or_, select, update

from bot.captured.doomed import doom
from bot.captured.journal import batches_of
from bot.clock import Clock, utc_now
from bot.database.captures import journal
from bot.database.engine import transaction
from bot.errors import NotFound
from bot.model import Batch
from bot.storage import ReplayStore

LEASE = timedelta(seconds=60)
_AGAIN = timedelta(seconds=15)
MAX_DEATHS = 4
"""A row that was held by so many workers when they died is set aside; a damaged one
counts as such."""
ROUND_BYTES = 4 * 1024 * 1024
_ROUND_ROWS = 500
# So many are named in a message.
_NAMED = 5
_log = structlog.get_logger(__name__)


class Lost(Exception):
    """Another worker has the rows by now."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows that are ours until the lease ends."""

    lease: str
    ids: tuple[int, ...]
    damaged: set[int] = field(default_factory=set)
    """Those that turned out to hold nothing readable; they are set aside."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be filed, and what never will be."""

    rows: int
    bytes: int
    oldest: datetime | None
    set_aside: int
    some_aside: tuple[int, ...] = ()
    """The ids of the first few of those that were set aside."""


class Pending:
    """The journal's rows; any number of workers may ask for some at once."""

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        *,
        round_bytes: int = ROUND_BYTES,
        lease: timedelta = LEASE,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._round_bytes = round_bytes
        self._lease = lease
        self._clock = clock

    def take(self) -> Taken | None:
        """The oldest rows that nobody has, some megabytes of them; None where there
        are none. A row that somebody died of is taken alone: the others are not to
        blame."""
        now = self._clock()
        is_free = or_(journal.c.leased_until.is_(None), journal.c.leased_until < now)
        query = (
            select(journal.c.id, journal.c.bytes, journal.c.leased_until)
            .where(is_free, journal.c.attempts < MAX_DEATHS)
            .order_by(journal.c.id)
            .limit(_ROUND_ROWS)
            .with_for_update(skip_locked=True)
        )
        lease = uuid.uuid4().hex
        with transaction(self._engine) as connection:
            ids: list[int] = []
            room = self._round_bytes
            for row in connection.execute(query):
                was_held = row.leased_until is not None
                if ids and (row.bytes > room or was_held):
                    break
                ids.append(row.id)
                room -= row.bytes
                if was_held:
                    break
            if not ids:
                return None
            deaths = case((journal.c.leased_until.is_not(None), 1), else_=0)
            connection.execute(
                update(journal)
                .where(journal.c.id.in_(ids))
                .values(
                    lease=lease,
                    leased_until=now + self._lease,
                    attempts=journal.c.attempts + deaths,
                )
            )
        return Taken(lease, tuple(ids))

    def renew(self, taken: Taken) -> None:
        """Keep the lease, as long as it is ours."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(journal)
                .where(journal.c.lease == taken.lease)
                .values(leased_until=self._clock() + self._lease)
            )

    def batches(self, taken: Taken) -> Iterator[Batch]:
        """What the rows hold; one that is damaged is set aside, for it was accepted
        and may be mended. Raises RetryLater where an object could not be had."""
        for row_id in taken.ids:
            if row_id in taken.damaged:
                continue
            query = select(journal.c.payload, journal.c.object_key)
            with transaction(self._engine) as connection:
                row = connection.execute(query.where(journal.c.id == row_id)).one()
            try:
                payload = row.payload
                if payload is None:
                    payload = self._store.get(row.object_key)
                batches = batches_of(payload)
            except NotFound:
                _log.error("an accepted batch is not there", object=row.object_key)
                self._set_aside(taken, row_id)
            except ValueError:
                _log.error("a row of the journal is damaged", row=row_id)
                self._set_aside(taken, row_id)
            else:
                yield from batches

    def _set_aside(self, taken: Taken, row_id: int) -> None:
        with transaction(self._engine) as connection:
            connection.execute(
                update(journal)
                .where(journal.c.id == row_id, journal.c.lease == taken.lease)
                .values(lease=None, leased_until=None, attempts=MAX_DEATHS)
            )
        taken.damaged.add(row_id)

    def give_back(self, taken: Taken) -> None:
        """Somebody else may have them at once: nobody died."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(journal)
                .where(journal.c.lease == taken.lease)
                .values(lease=None, leased_until=None)
            )

    def blame(self, taken: Taken) -> None:
        """They are tried again soon, as if somebody had died of them."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(journal)
                .where(journal.c.lease == taken.lease)
                .values(leased_until=self._clock() + _AGAIN)
            )

    def finish(self, connection: Connection, taken: Taken) -> None:
        """They are filed. Raises Lost, and nothing may be kept then."""
        ours = journal.c.lease == taken.lease
        keys = connection.execute(
            select(journal.c.object_key).where(ours, journal.c.object_key.is_not(None))
        ).scalars()
        doom(connection, list(keys))
        expected = len(taken.ids) - len(taken.damaged)
        if connection.execute(delete(journal).where(ours)).rowcount < expected:
            raise Lost

    def free_all(self) -> None:
        """Nobody else can be at work: what a killed process held is free now."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(journal)
                .where(journal.c.leased_until.is_not(None))
                .values(leased_until=self._clock() - timedelta(seconds=1))
            )


def backlog_of(engine: Engine) -> Backlog:
    """What waits now."""
    waiting = journal.c.attempts < MAX_DEATHS
    query = select(
        func.count().filter(waiting),
        func.coalesce(func.sum(journal.c.bytes).filter(waiting), 0),
        func.min(journal.c.received_at).filter(waiting),
        func.count().filter(~waiting),
    )
    with transaction(engine) as connection:
        rows, size, oldest, aside = connection.execute(query).one()
        ids = select(journal.c.id).where(~waiting).order_by(journal.c.id)
        some = tuple(connection.execute(ids.limit(_NAMED)).scalars()) if aside else ()
    return Backlog(rows, int(size), oldest, aside, some)
