"""Captured recordings as a RecordingSource, as PostHog is one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, or_, select

from bot.captured.blocks import KeptBlock, read_blocks
from bot.captured.checks import checks
from bot.captured.kept_for import Retentions
from bot.captured.sessions import ERASED
from bot.captured.whom import people_of, people_with, visits_of
from bot.clock import Clock, utc_now
from bot.database.captures import blocks, sessions
from bot.database.engine import transaction
from bot.errors import BadInput, Gone, NotFound
from bot.model import (
    Check,
    Identifier,
    IdentifierKind,
    Person,
    Recording,
    RecordingsPage,
)
from bot.storage import ReplayStore

SOURCE = "capture"
# As for PostHog's recordings: what was silent for so long has probably ended. What
# comes later all the same is filed, and the recording exported again.
_NOT_FINISHED = timedelta(minutes=5)


class CaptureSource:
    """The recordings of all the projects that are captured here.

    Safe to share between threads.
    """

    name = SOURCE

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        *,
        retentions: Retentions | None = None,
        quotas: Mapping[str, int] | None = None,
        is_keeping: bool = True,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._retentions = retentions or Retentions()
        self._quotas = quotas or {}
        self._is_keeping = is_keeping
        self._clock = clock

    def find_people(self, identifier: Identifier) -> list[Person]:
        """Everyone the identifier may mean; empty where nobody is known by it."""
        value = identifier.value
        with transaction(self._engine) as connection:
            if identifier.kind is IdentifierKind.EMAIL:
                return people_with(connection, email=value) or people_with(
                    connection, distinct_id=value
                )
            if identifier.kind is IdentifierKind.DISTINCT_ID:
                return people_with(connection, distinct_id=value)
            if identifier.kind is IdentifierKind.PERSON:
                return people_with(connection, person_id=value)
            if identifier.kind is IdentifierKind.UUID:
                return (
                    people_with(connection, person_id=value)
                    or people_with(connection, session_id=value)
                    or people_with(connection, distinct_id=value)
                )
        return []

    def recordings_of(
        self, person: Person, *, since: datetime, limit: int
    ) -> list[Recording]:
        """The person's recordings that started at ``since`` or later, newest first."""
        where = and_(sessions.c.id.in_(visits_of([person])), sessions.c.start >= since)
        found = self._listed(where, limit)
        # Whom a session belongs to now, as far as it is anybody else.
        return [self._read(row, owner or person) for row, owner in found]

    def recordings_between(
        self, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> RecordingsPage:
        """Some of all recordings of a time, newest first."""
        where = [sessions.c.start >= since, sessions.c.start < until]
        if after is not None:
            moment, _, place = after.partition(" ")
            start = datetime.fromisoformat(moment)
            where.append(
                or_(
                    sessions.c.start < start,
                    and_(sessions.c.start == start, sessions.c.id < place),
                )
            )
        found = self._listed(and_(*where), limit)
        last = found[-1][0] if len(found) == limit else None
        return RecordingsPage(
            tuple(self._read(row, owner) for row, owner in found),
            None if last is None else f"{last.start.isoformat()} {last.id}",
        )

    def recording(self, recording_id: str) -> Recording:
        """One recording by its id. Raises NotFound, or Gone where it was erased."""
        row, owner = self._session(recording_id)
        return self._read(row, owner)

    def snapshot_lines(self, recording: Recording) -> Iterator[bytes]:
        """The recording's snapshots in the order of time, as they were sent.

        Raises NotFound, Gone, RetryLater; BadInput where a part is damaged or missing.
        """
        row, _ = self._session(recording.id)
        query = select(
            blocks.c.object_key,
            blocks.c.first_ms,
            blocks.c.last_ms,
            blocks.c.plain_bytes,
        ).where(blocks.c.session == row.id)
        with transaction(self._engine) as connection:
            kept = [KeptBlock(*one) for one in connection.execute(query)]
        return self._lines(recording.id, row.id, kept)

    def _lines(
        self, recording_id: str, row_id: str, kept: Sequence[KeptBlock]
    ) -> Iterator[bytes]:
        try:
            yield from read_blocks(kept, self._store.get, recording=recording_id)
        except BadInput:
            there = select(sessions.c.id).where(
                sessions.c.id == row_id, sessions.c.state != ERASED
            )
            with transaction(self._engine) as connection:
                if connection.execute(there).first() is not None:
                    raise
            raise Gone(f"recording {recording_id} was deleted") from None

    def recordings_enabled(self) -> bool | None:
        """Whether what is sent is kept now."""
        return self._is_keeping

    def erased(self, recording_ids: Sequence[str]) -> Set[str]:
        """Those of the recordings that were erased here."""
        query = select(sessions.c.session_id).where(
            sessions.c.session_id.in_(recording_ids), sessions.c.state == ERASED
        )
        with transaction(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def check(self) -> Iterable[Check]:
        """What ``doctor`` prints; never raises."""
        return checks(self._engine, self._quotas, self._clock())

    def _session(self, recording_id: str) -> tuple[Row[Any], Person | None]:
        query = (
            select(sessions)
            .where(sessions.c.session_id == recording_id)
            .order_by(sessions.c.start.desc())
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
            found = next((row for row in rows if row.start is not None), None)
            if found is not None:
                return found, people_of(connection, [found]).get(found.id)
        if any(row.state == ERASED for row in rows):
            raise Gone(f"recording {recording_id} was erased")
        raise NotFound(f"no captured recording {recording_id}")

    def _listed(
        self, where: ColumnElement[bool], limit: int
    ) -> list[tuple[Row[Any], Person | None]]:
        query = (
            select(sessions)
            .where(where, sessions.c.state != ERASED)
            .order_by(sessions.c.start.desc(), sessions.c.id.desc())
            .limit(limit)
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
            owners = people_of(connection, rows)
        return [(row, owners.get(row.id)) for row in rows]

    def _read(self, row: Row[Any], person: Person | None) -> Recording:
        urls = tuple(json.loads(row.pages))
        kept_for = self._retentions.of(row.project)
        return Recording(
            id=row.session_id,
            source=self.name,
            start=row.start,
            duration=row.end - row.start,
            end=row.end,
            active=timedelta(milliseconds=row.active_ms),
            distinct_id=row.distinct_id,
            person=person,
            start_url=urls[0] if urls else None,
            urls=urls,
            click_count=row.clicks,
            keypress_count=row.keypresses,
            console_error_count=row.console_errors,
            exception_count=row.exceptions,
            platform=row.platform,
            browser=row.browser,
            os=row.os,
            device=row.device,
            is_cut=row.is_cut,
            ongoing=self._clock() - row.received_at < _NOT_FINISHED,
            expires_at=None if kept_for is None else row.received_at + kept_for,
        )
