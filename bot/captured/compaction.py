"""Many small blocks made one, once a session is over or has too many of them."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
import zstandard
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from bot.captured import doomed
from bot.captured.blocks import KeptBlock, read_blocks
from bot.captured.facts import facts_of_json, merged
from bot.captured.rows import alone
from bot.captured.sessions import OPEN, SETTLED, NewBlock, count_again
from bot.clock import Clock, utc_now
from bot.database.captures import blocks, sessions
from bot.database.engine import transaction
from bot.errors import BadInput
from bot.storage import ReplayStore

# posthog-js begins another session after so long without activity.
_OVER_AFTER = timedelta(minutes=30)
# A session that goes on gets a block every few seconds.
_MANY = 64
_ROUND = 50
_LEVEL = 9
# A full snapshot comes again every few minutes, megabytes after the last one.
_MAX_WINDOW_LOG = 25
# Of an open session, these are large enough already.
_LARGE = 4 * 1024 * 1024
_SPOOL_BYTES = 32 * 1024 * 1024
_log = structlog.get_logger(__name__)


class Compaction:
    """Settles sessions that are over; any number of workers at once."""

    def __init__(
        self, engine: Engine, store: ReplayStore, *, clock: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock

    def run(self) -> int:
        """Make one block of each session's that is over or has many; how many sessions
        that were. Raises RetryLater, Refused."""
        now = self._clock()
        done = 0
        while found := self._candidates(now):
            for session in found:
                self._settle(session, now)
            done += len(found)
            if len(found) < _ROUND:
                break
        return done

    def _candidates(self, now: datetime) -> Sequence[Row[Any]]:
        over = (
            select(sessions)
            .where(sessions.c.state == OPEN, sessions.c.received_at < now - _OVER_AFTER)
            .limit(_ROUND)
        )
        crowded = (
            select(blocks.c.session)
            .join(sessions, sessions.c.id == blocks.c.session)
            .where(sessions.c.state == OPEN)
            .group_by(blocks.c.session)
            .having(func.count() >= _MANY)
            .limit(_ROUND)
        )
        with transaction(self._engine) as connection:
            found = connection.execute(over).all()
            if found:
                return found
            many = sessions.c.id.in_(connection.execute(crowded).scalars().all())
            return connection.execute(select(sessions).where(many)).all()

    def _settle(self, session: Row[Any], now: datetime) -> None:
        of_session = select(blocks).where(blocks.c.session == session.id)
        with transaction(self._engine) as connection:
            rows = connection.execute(of_session).all()
        if session.received_at >= now - _OVER_AFTER:
            rows = [row for row in rows if row.bytes < _LARGE]
        new: NewBlock | None = None
        try:
            if len(rows) > 1:
                new = self._merge(session, rows, now)
        except BadInput as error:
            # It stays as it is, and whoever opens it is told.
            _log.error("a session cannot be compacted", error=str(error))
        with alone(self._engine) as connection:
            if new is not None and not self._replace(connection, new, rows, now):
                return
            connection.execute(
                update(sessions)
                .where(
                    sessions.c.id == session.id,
                    sessions.c.state == OPEN,
                    sessions.c.received_at < now - _OVER_AFTER,
                )
                .values(state=SETTLED)
            )
            if new is not None:
                connection.execute(
                    update(sessions)
                    .where(sessions.c.id == session.id)
                    .values(revision=sessions.c.revision + 1)
                )
                count_again(connection, [session.id])

    def _replace(
        self,
        connection: Connection,
        new: NewBlock,
        rows: Sequence[Row[Any]],
        now: datetime,
    ) -> bool:
        """Whether the new block took the others' place. It goes itself where one of
        them is no longer there: somebody else did the same, or it was erased."""
        some = blocks.c.id.in_([row.id for row in rows])
        count = connection.scalar(select(func.count()).where(some))
        if count != len(rows) or not doomed.spare(connection, [new.object_key]):
            return False
        connection.execute(delete(blocks).where(some))
        connection.execute(insert(blocks), [new.row()])
        # Somebody may be reading them; they stay for a while.
        doomed.doom(connection, [row.object_key for row in rows], since=now)
        return True

    def _merge(
        self, session: Row[Any], rows: Sequence[Row[Any]], now: datetime
    ) -> NewBlock:
        """One block of the session's, in the store. Raises BadInput where one is
        damaged."""
        key = f"captured/blocks/{session.id}/{uuid.uuid4().hex}"
        kept = [
            KeptBlock(r.object_key, r.first_ms, r.last_ms, r.plain_bytes) for r in rows
        ]
        plain = sum(row.plain_bytes for row in rows)
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as file:
            compressor = zstandard.ZstdCompressor(compression_params=_parameters(plain))
            with compressor.stream_writer(file, size=plain, closefd=False) as writer:
                for line in read_blocks(
                    kept, self._store.get, recording=session.session_id
                ):
                    writer.write(line)
            size = file.tell()
            file.seek(0)
            doomed.announce(self._engine, [key], now)
            self._store.put_durably(key, file)
        return NewBlock(
            object_key=key,
            session=session.id,
            revision=session.revision,
            first_ms=min(row.first_ms for row in rows),
            last_ms=max(row.last_ms for row in rows),
            size=size,
            plain_bytes=plain,
            items=b"".join(row._mapping["items"] for row in rows),
            facts=merged(facts_of_json(row.facts) for row in rows),
        )


def _parameters(plain_bytes: int) -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        source_size=plain_bytes,
        window_log=min(_MAX_WINDOW_LOG, max(10, plain_bytes.bit_length())),
        enable_ldm=plain_bytes >= _LARGE,
        write_checksum=True,
    )
