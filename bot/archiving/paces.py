"""How fast a source may be asked, by all workers together.

A source's 429 stops everybody until the time it names. A source that gives out few
answers an hour is asked at even distances, so that something is left for people: what
they ask for is never made to wait here. Kept in the database, since an archive also
runs without Redis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from bot.clock import Clock
from bot.database.archives import paces as table
from bot.database.engine import transaction
from bot.database.once import insert_once

# A source that fails so often in a row, whatever the recording, is down.
STRIKES = 5
_LONGEST_REST_S = 300.0
# So many refusals with nothing fetched between them are no recording's own.
_CERTAIN = 2
# Where a refusal names no time: PostHog's ClickHouse is at capacity.
_SHORT_REST_S = 15.0


class Paces:
    """``per_hour`` says how many recordings may be fetched an hour, by source; of any
    other as many as it gives."""

    def __init__(
        self, engine: Engine, per_hour: Mapping[str, int], *, clock: Clock
    ) -> None:
        self._engine = engine
        self._per_hour = per_hour
        self._clock = clock

    def step(self, connection: Connection, source: str, now: datetime) -> bool:
        """Whether a fetch may begin, in the caller's transaction; the next one has to
        wait its turn."""
        per_hour = self._per_hour.get(source)
        if per_hour is None:
            return True
        _there(connection, source, now)
        stepping = (
            update(table)
            .where(table.c.source == source, table.c.not_before <= now)
            .values(not_before=now + timedelta(hours=1) / per_hour)
        )
        return bool(connection.execute(stepping).rowcount)

    def take_turn(self, source: str) -> bool:
        """Whether the source may be asked now, in another's place; the next one has to
        wait its turn."""
        now = self._clock()
        rests = select(table.c.source).where(
            table.c.source == source, table.c.not_before > now
        )
        with transaction(self._engine) as connection:
            if connection.execute(rests).first() is not None:
                return False
            return self.step(connection, source, now)

    def limited(self, source: str, after: float | None) -> None:
        """The source allows nothing more for so many seconds."""
        self._rest(source, _SHORT_REST_S if after is None else max(after, 1.0))

    def failed(self, source: str) -> int:
        """Something went wrong that may be the source's; how often in a row. One that
        is down is left alone for longer and longer."""
        now = self._clock()
        with transaction(self._engine) as connection:
            _there(connection, source, now)
            strikes = connection.execute(
                update(table)
                .where(table.c.source == source)
                .values(strikes=table.c.strikes + 1)
                .returning(table.c.strikes)
            ).scalar_one()
        if strikes >= STRIKES:
            seconds = 5.0 * 2 ** min(strikes - STRIKES, 10)
            self._rest(source, min(seconds, _LONGEST_REST_S))
        return int(strikes)

    def refused(self, source: str, reason: str, *, is_whole: bool = False) -> None:
        """The source lets us in no more: it is asked now and then, by one call each,
        until it does. ``is_whole`` where it refused more than one recording."""
        now = self._clock()
        with transaction(self._engine) as connection:
            _there(connection, source, now)
            strikes = connection.execute(
                update(table)
                .where(table.c.source == source)
                .values(
                    strikes=table.c.strikes + (_CERTAIN if is_whole else 1),
                    refusal=reason,
                )
                .returning(table.c.strikes)
            ).scalar_one()
        self._rest(source, min(5.0 * 12 ** min(strikes - 1, 9), _LONGEST_REST_S))

    def refusals(self) -> dict[str, str]:
        """The sources that let us in no more, and why."""
        query = select(table.c.source, table.c.refusal).where(
            table.c.refusal.is_not(None), table.c.strikes >= _CERTAIN
        )
        with transaction(self._engine) as connection:
            return {row.source: row.refusal for row in connection.execute(query)}

    def ask_again(self) -> None:
        """Somebody may have mended what sources refused us for."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(table)
                .where(table.c.refusal.is_not(None))
                .values(refusal=None, strikes=0, not_before=self._clock())
            )

    def worked(self, connection: Connection, source: str) -> None:
        """A recording was fetched: the source is not down, and lets us in."""
        connection.execute(
            update(table)
            .where(table.c.source == source, table.c.strikes > 0)
            .values(strikes=0, refusal=None)
        )

    def waiting(self) -> dict[str, datetime]:
        """The sources that are not asked now, and until when."""
        query = select(table.c.source, table.c.not_before).where(
            table.c.not_before > self._clock()
        )
        with transaction(self._engine) as connection:
            return {row.source: row.not_before for row in connection.execute(query)}

    def _rest(self, source: str, seconds: float) -> None:
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        with transaction(self._engine) as connection:
            _there(connection, source, now)
            connection.execute(
                update(table)
                .where(table.c.source == source, table.c.not_before < until)
                .values(not_before=until)
            )


def _there(connection: Connection, source: str, now: datetime) -> None:
    insert_once(connection, table.c.source, {"source": source, "not_before": now})
