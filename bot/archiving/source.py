"""Archived recordings as a RecordingSource: found, played and shared like any other,
also after PostHog has forgotten them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, or_, select

from bot.archiving.copies import Copies, lines_of
from bot.archiving.facts import folded
from bot.archiving.objects import StoreAt
from bot.database.archives import archived as table
from bot.database.archives import names
from bot.database.engine import transaction
from bot.errors import CourierError, NotFound, Refused
from bot.model import (
    Check,
    Identifier,
    IdentifierKind,
    Person,
    Recording,
    RecordingsPage,
)

NAME = "archive"

_KINDS = {
    IdentifierKind.EMAIL: ("email",),
    IdentifierKind.DISTINCT_ID: ("distinct_id",),
    IdentifierKind.UUID: ("person", "distinct_id"),
    IdentifierKind.PERSON: ("person",),
}
# One identifier that fits more recordings says nothing about whom is meant.
_LOOKED_THROUGH = 1000
_MAX_DISTINCT_IDS = 200


class ArchiveSource:
    """What is archived anywhere. ``moved_to`` is where it is now, should it lie
    somewhere else than where it was put; safe to share between threads."""

    name = NAME

    def __init__(
        self, engine: Engine, *, store_at: StoreAt, moved_to: str | None = None
    ) -> None:
        self._engine = engine
        self._at_places = Copies(store_at, moved_to)

    def find_people(self, identifier: Identifier) -> list[Person]:
        """Everyone the identifier may mean; who has no id in the archive goes by a
        distinct id."""
        if identifier.kind not in _KINDS:
            return []
        value = identifier.value
        if identifier.kind is IdentifierKind.EMAIL:
            value = folded(value)
        rows = self._rows(_known_by(_KINDS[identifier.kind], [value]), _LOOKED_THROUGH)
        by_person: dict[str, list[Row[Any]]] = {}
        for row in rows:
            by_person.setdefault(row.person_id or row.distinct_id or "", []).append(row)
        return [self._person(key, theirs) for key, theirs in by_person.items() if key]

    def recordings_of(
        self, person: Person, *, since: datetime, limit: int
    ) -> list[Recording]:
        """The person's recordings that started at ``since`` or later, newest first."""
        ids = [person.id, *person.distinct_ids[:_MAX_DISTINCT_IDS]]
        which = or_(
            _known_by(("person",), [person.id]), _known_by(("distinct_id",), ids)
        )
        rows = self._rows(and_(which, table.c.start >= since), limit)
        return [_recording(row, person) for row in rows]

    def recordings_between(
        self, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> RecordingsPage:
        """A page of all that is archived, newest first."""
        offset = int(after or 0)
        within = and_(table.c.start >= since, table.c.start < until)
        rows = self._rows(within, limit + 1, offset=offset)
        page = tuple(_recording(row, _whose(row)) for row in rows[:limit])
        return RecordingsPage(page, str(offset + limit) if len(rows) > limit else None)

    def recording(self, recording_id: str) -> Recording:
        """One recording by its id. Raises NotFound."""
        row = self._copies(recording_id)[0]
        return _recording(row, _whose(row))

    def snapshot_lines(self, recording: Recording) -> Iterator[bytes]:
        """The archived events, after the object was checked against its SHA-256.

        Raises NotFound where no copy lies where it was put, and Refused where one was
        altered.
        """
        failures: list[CourierError] = []
        for row in self._copies(recording.id):
            with TemporaryDirectory(prefix="courier-") as folder:
                path = Path(folder, "recording")
                try:
                    self._at_places.fetch(row, path)
                except (NotFound, Refused) as error:
                    failures.append(error)
                    continue
                yield from lines_of(row, path)
                return
        raise min(failures, key=lambda one: isinstance(one, NotFound))

    def recordings_enabled(self) -> bool | None:
        """An archive records nothing and so cannot say."""
        return None

    def check(self) -> Iterable[Check]:
        """What ``doctor`` prints; never raises."""
        try:
            newest = self._rows(table.c.recording_id != "", 1)
            if newest:
                self._at_places.fetch(newest[0], None)
        except CourierError as error:
            fix = "see `replay-courier archive verify`"
            return [Check("archive", False, str(error), fix)]
        detail = f"the newest is of {newest[0].day}" if newest else "empty"
        return [Check("archive", True, detail)]

    def _rows(
        self, which: ColumnElement[bool], limit: int, *, offset: int = 0
    ) -> Sequence[Row[Any]]:
        """The newest that fit; of copies of one recording, one."""
        other = table.alias()
        is_copy = (
            select(other.c.id)
            .where(
                other.c.recording_id == table.c.recording_id,
                or_(
                    other.c.archived_at > table.c.archived_at,
                    and_(
                        other.c.archived_at == table.c.archived_at,
                        other.c.id > table.c.id,
                    ),
                ),
            )
            .exists()
        )
        query = (
            select(table)
            .where(which, ~is_copy)
            .order_by(table.c.start.desc(), table.c.recording_id)
            .limit(limit)
            .offset(offset)
        )
        with transaction(self._engine) as connection:
            return connection.execute(query).all()

    def _copies(self, recording_id: str) -> Sequence[Row[Any]]:
        """Newest first. Raises NotFound where there is none."""
        query = select(table).where(table.c.recording_id == recording_id)
        with transaction(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.archived_at.desc())).all()
        if not rows:
            raise NotFound(f"recording {recording_id} is not archived")
        return rows

    def _person(self, key: str, rows: Sequence[Row[Any]]) -> Person:
        query = (
            select(names.c.value)
            .where(
                names.c.archived_id.in_([row.id for row in rows]),
                names.c.kind == "distinct_id",
            )
            .distinct()
            .limit(_MAX_DISTINCT_IDS)
        )
        with transaction(self._engine) as connection:
            ids = connection.execute(query).scalars().all()
        return Person(
            id=key,
            name=rows[0].person_name or key,
            email=rows[0].person_email,
            distinct_ids=tuple(sorted(ids)),
        )


def _known_by(kinds: Sequence[str], values: Sequence[str]) -> ColumnElement[bool]:
    query = select(names.c.archived_id).where(
        names.c.kind.in_(kinds), names.c.value.in_(values)
    )
    return table.c.id.in_(query)


def _whose(row: Row[Any]) -> Person | None:
    if row.person_id is None:
        return None
    ids = (row.distinct_id,) if row.distinct_id else ()
    name = row.person_name or row.person_email or row.person_id
    return Person(row.person_id, name, row.person_email, ids)


def _recording(row: Row[Any], person: Person | None) -> Recording:
    return Recording(
        id=row.recording_id,
        source=NAME,
        start=row.start,
        duration=timedelta(milliseconds=row.duration_ms),
        end=row.end,
        active=timedelta(milliseconds=row.active_ms),
        distinct_id=row.distinct_id,
        person=person,
        start_url=row.first_url,
        urls=tuple(json.loads(row.pages)),
        click_count=row.clicks,
        keypress_count=row.input_events,
        console_error_count=row.console_errors,
        exception_count=row.exceptions,
        platform=row.platform,
        browser=row.browser,
        os=row.os,
        device=row.device,
    )


def is_anything_archived(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return connection.execute(select(table.c.id).limit(1)).first() is not None
