"""Forgets a person: everything here that is theirs, and an honest word on the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, Engine, delete, func, or_, select

from bot.captured import doomed
from bot.captured.pending import MAX_DEATHS, backlog_of
from bot.captured.removing import (
    Removed,
    empty_log,
    remove_cached,
    remove_people,
    remove_replays,
    remove_sessions,
)
from bot.captured.rows import alone
from bot.captured.whom import visits_of
from bot.database.captures import journal, people, sessions
from bot.database.engine import transaction
from bot.database.schema import replays
from bot.errors import CourierError, NotFound, RetryLater
from bot.model import Identifier, IdentifierKind, Person, Recording
from bot.ports import Forgetting, RecordingSource
from bot.storage import ReplayStore

_OURS = ("capture", "archive")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MANY = 10_000
_PATIENCE_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is theirs, before anything is erased."""

    asked: tuple[Identifier, ...]
    people: tuple[Person, ...]
    recordings: tuple[Recording, ...]
    """Wherever they are."""
    sessions: tuple[str, ...]
    """Rows of captured sessions, with a recording or without."""
    captured_ids: tuple[str, ...]
    replays: int
    silent: tuple[str, ...] = ()
    """Sources that could not be asked."""

    @property
    def recording_ids(self) -> tuple[str, ...]:
        known = [*self.captured_ids, *(one.id for one in self.recordings)]
        return tuple(dict.fromkeys(known))

    @property
    def names(self) -> list[Identifier]:
        """All that they are known by."""
        names = list(self.asked)
        for person in self.people:
            names.append(Identifier(IdentifierKind.PERSON, person.id))
            if person.email:
                names.append(Identifier(IdentifierKind.EMAIL, person.email))
            names += [
                Identifier(IdentifierKind.DISTINCT_ID, one)
                for one in person.distinct_ids
            ]
        return names

    @property
    def is_nothing(self) -> bool:
        return not (self.people or self.recordings or self.sessions)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what could not be reached."""

    removed: Removed
    archived: int
    unreached: tuple[str, ...]


class Erasure:
    """Finds and erases what is one person's.

    ``file`` files what was accepted and is not filed yet: their last seconds are there.
    """

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        sources: Sequence[RecordingSource],
        file: Callable[[], object],
        archives: Forgetting,
    ) -> None:
        self._engine = engine
        self._store = store
        self._sources = sources
        self._file = file
        self._archives = archives

    def known(self, identifiers: Sequence[Identifier]) -> Known:
        """What there is of whoever is meant; changes nothing that anybody sees. Raises
        RetryLater where our own database is away."""
        self._file_all()
        found: dict[str, Person] = {}
        recordings: dict[tuple[str, str], Recording] = {}
        silent: list[str] = []
        for source in self._sources:
            try:
                for identifier in identifiers:
                    for one in _recordings(source, identifier, found):
                        recordings[one.source, one.id] = one
            except CourierError as error:
                _log.warning("a source is silent", source=source.name, error=str(error))
                silent.append(source.name)
        with transaction(self._engine) as connection:
            rows = _sessions_of(connection, found.values(), recordings.values())
            ids = [session_id for _, session_id in rows]
            ids += [one.id for one in recordings.values()]
            stored = connection.scalar(
                select(func.count()).where(replays.c.recording_id.in_(ids[:_MANY]))
            )
        return Known(
            asked=tuple(identifiers),
            people=tuple(found.values()),
            recordings=tuple(recordings.values()),
            sessions=tuple(id_ for id_, _ in rows),
            captured_ids=tuple(session_id for _, session_id in rows),
            replays=stored or 0,
            silent=tuple(silent),
        )

    def erase(self, known: Known) -> Erased:
        """Erase it; can be done again where it raises RetryLater or Refused midway."""
        ids = known.recording_ids
        with alone(self._engine) as connection:
            removed = remove_sessions(connection, known.sessions, tombstones=True)
            theirs = people.c.id.in_([one.id for one in known.people])
            found = connection.execute(select(people.c.id).where(theirs)).scalars()
            removed += remove_people(connection, list(found))
            removed += remove_replays(connection, ids)
            aside = _remove_set_aside(connection)
        doomed.sweep(self._engine, self._store)
        removed += remove_cached(self._store, ids)
        archived = self._archives.erase(known.names, recording_ids=ids)
        unreached = [
            line for source in self._sources for line in _left_in(source, known)
        ]
        unreached += [f"{name}: it did not answer" for name in known.silent]
        if aside:
            unreached.append(
                f"{aside} rows of the journal that nobody could read were deleted:"
                " they may have been theirs"
            )
        if not empty_log(self._engine):
            unreached.append(
                "the database's write-ahead log was in use: it is overwritten soon"
            )
        return Erased(removed, archived, tuple(unreached))

    def _file_all(self) -> None:
        """File what was accepted until now, by whichever worker has it. Raises
        RetryLater where one takes too long."""
        with transaction(self._engine) as connection:
            newest = connection.scalar(select(func.max(journal.c.id))) or 0
        deadline = time.monotonic() + _PATIENCE_S
        waiting = select(func.count()).where(
            journal.c.id <= newest, journal.c.attempts < MAX_DEATHS
        )
        while True:
            self._file()
            with transaction(self._engine) as connection:
                if not connection.scalar(waiting):
                    return
            if time.monotonic() > deadline:
                left = backlog_of(self._engine)
                raise RetryLater(
                    f"{left.rows} rows of the journal are not filed yet, and theirs may"
                    " be among them; try again when `replay-courier doctor` says that"
                    " all is filed"
                )
            time.sleep(0.5)


def _recordings(
    source: RecordingSource, identifier: Identifier, people_found: dict[str, Person]
) -> Iterable[Recording]:
    """The recordings of whoever is meant, in one source; people are added."""
    persons = source.find_people(identifier)
    if not persons and identifier.kind in (
        IdentifierKind.UUID,
        IdentifierKind.RECORDING,
    ):
        try:
            recording = source.recording(identifier.value)
        except NotFound:
            return
        yield recording
        persons = [recording.person] if recording.person else []
    for person in persons:
        people_found[person.id] = person
        yield from source.recordings_of(person, since=_EVER, limit=_MANY)


def _sessions_of(
    connection: Connection, persons: Iterable[Person], recordings: Iterable[Recording]
) -> list[tuple[str, str]]:
    """Rows and session ids of all that is captured of them."""
    query = select(sessions.c.id, sessions.c.session_id).where(
        or_(
            sessions.c.id.in_(visits_of(persons)),
            sessions.c.session_id.in_([one.id for one in recordings]),
        )
    )
    return [(id_, session_id) for id_, session_id in connection.execute(query)]


def _remove_set_aside(connection: Connection) -> int:
    """What nobody can read may be anybody's."""
    aside = journal.c.attempts >= MAX_DEATHS
    keys = connection.execute(
        select(journal.c.object_key).where(aside, journal.c.object_key.is_not(None))
    ).scalars()
    doomed.doom(connection, list(keys))
    return connection.execute(delete(journal).where(aside)).rowcount


def _left_in(source: RecordingSource, known: Known) -> list[str]:
    """What a source that is not ours still has."""
    count = sum(one.source == source.name for one in known.recordings)
    if source.name in _OURS or source.name in known.silent or not count:
        return []
    return [f"{source.name}: {count} recordings and the person are still there"]
