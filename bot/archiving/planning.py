"""Lists what a run is to archive: one task a recording, a page at a time.

Where each source was left is kept with every page, so that whoever comes next goes on
from there. A recording that is archived already and did not change costs no call.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from bot.archiving.facts import recording_to_json, revision_of
from bot.archiving.runs import WORKING, Held, Run, change
from bot.archiving.tasks import TaskState
from bot.clock import Clock
from bot.database.archives import archived
from bot.database.archives import runs as run_table
from bot.database.archives import tasks as table
from bot.database.engine import transaction
from bot.errors import NotFound
from bot.lookup import matches
from bot.model import Identifier, IdentifierKind, Person, Recording, RecordingsPage
from bot.policy import RedactionPolicy
from bot.ports import Erasing, RecordingSource

PAGE = 100
# Of one person; nobody has more.
_OF_ONE_PERSON = 10_000
_MAX_ID = 100
_MAX_UNREAD = 100


@dataclass(frozen=True, slots=True)
class _Known:
    """What is archived of a recording."""

    revision: str
    format: str
    redaction: str
    is_final: bool


class Planner:
    """Makes tasks of what sources list."""

    def __init__(
        self,
        engine: Engine,
        sources: Sequence[RecordingSource],
        *,
        redaction: RedactionPolicy,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._sources = sources
        self._redaction = redaction
        self._clock = clock

    def list_more(self, held: Held) -> RecordingSource | None:
        """List one page of the first source that is not listed to its end. Which, or
        None where all are and the run needs no more of it.

        Raises Lost, and what the source raises; nothing is kept of the page then.
        """
        for source in self._sources:
            if held.listed.get(source.name, "") is None:
                continue
            page = self._page(source, held.run, held.listed.get(source.name) or None)
            self._keep(held, source, page)
            return source
        with transaction(self._engine) as connection:
            change(connection, held, state=WORKING, lease=None, leased_until=None)
        return None

    def source_next(self, held: Held) -> str:
        """The name of the source that ``list_more`` asks next; empty for none."""
        names = [source.name for source in self._sources]
        return next((one for one in names if held.listed.get(one, "") is not None), "")

    def _page(
        self, source: RecordingSource, run: Run, after: str | None
    ) -> RecordingsPage:
        filters = run.order.filters
        if who := run.order.who:
            every = _of_people(source, who, run)
            page = RecordingsPage(tuple(every), None)
        else:
            page = source.recordings_between(
                run.since, run.until, after=after, limit=PAGE
            )
        erased = self._erased([one.id for one in page.recordings])
        wanted = tuple(
            one
            for one in page.recordings
            if matches(one, filters) and one.id not in erased
        )
        return RecordingsPage(wanted, page.after, page.unread)

    def _erased(self, ids: list[str]) -> set[str]:
        """Those of the recordings that were erased on purpose somewhere."""
        erasing = [one for one in self._sources if isinstance(one, Erasing)]
        return {gone for one in erasing for gone in one.erased(ids)} if ids else set()

    def _keep(self, held: Held, source: RecordingSource, page: RecordingsPage) -> None:
        now = self._clock()
        held.listed[source.name] = page.after
        fit = [one for one in page.recordings if 0 < len(one.id) <= _MAX_ID]
        with transaction(self._engine) as connection:
            change(connection, held, listed=json.dumps(held.listed), error=None)
            if page.unread:
                _note_unread(connection, held, page.unread)
            planned = _planned(connection, held.run.id, [one.id for one in fit])
            known = _known(connection, held.run.order.target, [one.id for one in fit])
            rows = []
            for recording in {one.id: one for one in fit}.values():
                if recording.id in planned:
                    continue
                is_there = self._is_there(recording, known, held.run)
                rows.append(
                    {
                        "id": uuid.uuid4().hex,
                        "run_id": held.run.id,
                        "recording_id": recording.id,
                        "source": source.name,
                        "start": recording.start,
                        "recording": None if is_there else recording_to_json(recording),
                        "state": TaskState.THERE if is_there else TaskState.WAITING,
                        "due_at": now,
                        "settled_at": now if is_there else None,
                    }
                )
            if rows:
                connection.execute(table.insert(), rows)

    def _is_there(
        self, recording: Recording, known: Mapping[str, _Known], run: Run
    ) -> bool:
        return known.get(recording.id) == _Known(
            revision=revision_of(recording),
            format=run.order.format,
            redaction=self._redaction.key,
            is_final=True,
        )


def _of_people(
    source: RecordingSource, who: Iterable[Identifier], run: Run
) -> list[Recording]:
    """The recordings of whoever is named, and those that are named themselves."""
    people: dict[str, Person] = {}
    found: dict[str, Recording] = {}
    for identifier in who:
        if identifier.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID):
            try:
                named = source.recording(identifier.value)
            except NotFound:
                pass
            else:
                found[named.id] = named
                continue
        people |= {one.id: one for one in source.find_people(identifier)}
    for person in people.values():
        theirs = source.recordings_of(person, since=run.since, limit=_OF_ONE_PERSON)
        found |= {one.id: one for one in theirs if one.start < run.until}
    return list(found.values())


def _planned(connection: Connection, run_id: str, ids: list[str]) -> set[str]:
    query = select(table.c.recording_id).where(
        table.c.run_id == run_id, table.c.recording_id.in_(ids)
    )
    return set(connection.execute(query).scalars())


def _known(connection: Connection, target: str, ids: list[str]) -> dict[str, _Known]:
    query = select(
        archived.c.recording_id,
        archived.c.revision,
        archived.c.format,
        archived.c.redaction,
        archived.c.is_final,
    ).where(archived.c.target == target, archived.c.recording_id.in_(ids))
    return {name: _Known(*rest) for name, *rest in connection.execute(query)}


def _note_unread(connection: Connection, held: Held, unread: Sequence[str]) -> None:
    noted = connection.execute(
        select(run_table.c.unread).where(run_table.c.id == held.run.id)
    ).scalar_one()
    every = [*json.loads(noted), *unread][:_MAX_UNREAD]
    change(connection, held, unread=json.dumps(every))
