"""What is past its retention goes, and really goes."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, and_, select, union

from bot.captured import doomed
from bot.captured.kept_for import Retentions
from bot.captured.removing import (
    Removed,
    remove_people,
    remove_replays,
    remove_sessions,
)
from bot.captured.rows import alone
from bot.captured.sessions import ERASED
from bot.clock import Clock, utc_now
from bot.database.captures import distinct_ids, people, sessions, visitors
from bot.database.engine import transaction
from bot.storage import ReplayStore

_ROUND = 200
_log = structlog.get_logger(__name__)


class Retention:
    """Purges each project by its own retention; any number of workers at once."""

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        retentions: Retentions,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._retentions = retentions
        self._clock = clock

    def run(self) -> dict[str, Removed]:
        """Remove all that is too old, objects included; how much of each project.
        Raises RetryLater, Refused."""
        removed: dict[str, Removed] = {}
        now = self._clock()
        for project in self._projects():
            kept_for = self._retentions.of(project)
            if kept_for is None:
                continue
            total = Removed()
            while True:
                with alone(self._engine) as connection:
                    some, is_all = _purge(connection, project, now - kept_for)
                total += some
                if is_all:
                    break
            if total != Removed():
                removed[project] = total
                _log.info("purged", project=project, recordings=total.recordings)
        doomed.sweep(self._engine, self._store, clock=self._clock)
        return removed

    def _projects(self) -> list[str]:
        """All that anything is kept of, whether they are still in the settings or
        not."""
        every = union(select(sessions.c.project), select(people.c.project))
        with transaction(self._engine) as connection:
            return sorted(connection.execute(every).scalars())


def _purge(
    connection: Connection, project: str, before: datetime
) -> tuple[Removed, bool]:
    """Remove some of what is older; whether that was all."""
    old = (
        select(sessions.c.id, sessions.c.session_id)
        .where(
            sessions.c.project == project,
            sessions.c.received_at < before,
            # That it was erased is known for longer: other sources may have it still.
            sessions.c.state != ERASED,
        )
        .limit(_ROUND)
    )
    rows = connection.execute(old).all()
    removed = remove_sessions(connection, [row.id for row in rows], tombstones=False)
    ids = [row.session_id for row in rows]
    removed += remove_replays(connection, ids, source="capture")
    came = (
        select(visitors.c.session)
        .join(
            distinct_ids,
            and_(
                distinct_ids.c.project == visitors.c.project,
                distinct_ids.c.distinct_id == visitors.c.distinct_id,
            ),
        )
        .where(distinct_ids.c.person_id == people.c.id)
    )
    nobody = (
        select(people.c.id)
        .where(
            people.c.project == project,
            people.c.updated_at < before,
            ~came.exists(),
        )
        .limit(_ROUND)
    )
    gone = list(connection.execute(nobody).scalars())
    removed += remove_people(connection, gone)
    return removed, len(rows) < _ROUND and len(gone) < _ROUND
