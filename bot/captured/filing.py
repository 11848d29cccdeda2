"""From what was accepted to recordings: batches into blocks, an index and people.

A round takes some of the journal, writes its blocks, and then says so in one
transaction that also removes those rows: it was filed, or it will be filed again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from bot.captured import doomed
from bot.captured.blocks import pack
from bot.captured.findings import Findings
from bot.captured.identities import learn
from bot.captured.kept_for import Retentions
from bot.captured.pending import LEASE, ROUND_BYTES, Lost, Pending, Taken
from bot.captured.rows import alone
from bot.captured.sessions import (
    Changed,
    NewBlock,
    Sessions,
    count_unreadable,
)
from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.errors import CourierError
from bot.model import Batch, CapturedItem
from bot.storage import ReplayStore

Reader = Callable[[Batch], Iterable[CapturedItem]]

# Unpacked snapshots in memory; beyond it they are written first.
_MEMORY_BYTES = 96 * 1024 * 1024
_SESSION_BYTES = 500_000_000
# Sessions and people are milliseconds each in a transaction for which everybody waits,
# those who keep what comes in too; more of them are several transactions.
_ROWS = 300
# Another worker may file for the same sessions meanwhile.
_TRIES = 5
# An object store in a cloud takes its time for each.
_AT_ONCE = 8
_log = structlog.get_logger(__name__)


class Filing:
    """Files what was accepted; any number of workers at once."""

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        read: Reader,
        *,
        retentions: Retentions | None = None,
        session_bytes: int = _SESSION_BYTES,
        memory_bytes: int = _MEMORY_BYTES,
        round_bytes: int = ROUND_BYTES,
        lease: timedelta = LEASE,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._read = read
        self._pending = Pending(
            engine, store, round_bytes=round_bytes, lease=lease, clock=clock
        )
        self.renew_seconds = lease.total_seconds() / 3
        self._held: dict[str, Taken] = {}
        self._retentions = retentions or Retentions()
        self._session_bytes = session_bytes
        self._memory_bytes = memory_bytes
        self._clock = clock

    def run(self) -> int:
        """File all that waits; how many rows of the journal that were. Raises
        RetryLater, Refused."""
        filed = 0
        while taken := self._pending.take():
            self._held[taken.lease] = taken
            try:
                self._file(taken)
            except Lost:
                _log.warning("another worker has these rows")
            except CourierError:
                self._pending.give_back(taken)
                raise
            except Exception:
                # One of the rows may be the reason: each is tried alone, and not for
                # ever.
                _log.exception("what was accepted could not be filed")
                self._pending.blame(taken)
            else:
                filed += len(taken.ids)
            finally:
                self._held.pop(taken.lease, None)
        return filed

    def renew(self) -> None:
        """Keep the lease of what is being filed, however long the store takes. Raises
        RetryLater."""
        for taken in list(self._held.values()):
            self._pending.renew(taken)

    def _file(self, taken: Taken) -> None:
        for _ in range(_TRIES):
            try:
                self._round(taken)
            except Changed:
                continue
            return
        self._pending.give_back(taken)

    def _round(self, taken: Taken) -> None:
        now = self._clock()
        findings, blocks = Findings(), list[NewBlock]()
        for batch in self._pending.batches(taken):
            try:
                for item in self._read(batch):
                    is_past = bool(item.session_id) and self._retentions.is_past(
                        batch.project, item.session_id, batch.received_at
                    )
                    findings.add(batch.project, item, is_past=is_past)
            except Exception as error:
                # Whatever is the matter with it, the others are filed. Its own words
                # could hold what a customer typed.
                kind = type(error).__name__
                _log.warning("an accepted batch is not readable", error=kind)
                findings.count_unreadable(batch.project)
            if findings.plain_bytes > self._memory_bytes:
                blocks += self._write(findings, now)
            if findings.rows > _ROWS:
                blocks += self._write(findings, now)
                self._take_in(findings, blocks, now)
                findings, blocks = findings.unreadable_alone(), []
        blocks += self._write(findings, now)
        self._take_in(findings, blocks, now, done=taken)

    def _take_in(
        self,
        findings: Findings,
        blocks: list[NewBlock],
        now: datetime,
        *,
        done: Taken | None = None,
    ) -> None:
        """Take what was found into the index, and the rows that are ``done`` off the
        journal. Should we die before those are, it is found again, and known."""
        with alone(self._engine) as connection:
            sessions = Sessions(connection, findings, blocks, now)
            sessions.file()
            for project, news in sorted(findings.news(sessions.erased).items()):
                learn(connection, project, news, now)
            kept = [
                one.object_key for one in blocks if one.session not in sessions.erased
            ]
            if not doomed.spare(connection, kept):
                raise Changed
            if done is not None:
                count_unreadable(connection, findings.unreadable)
                self._pending.finish(connection, done)

    def _write(self, findings: Findings, now: datetime) -> list[NewBlock]:
        """Blocks of all the snapshots found so far that are new."""
        with transaction(self._engine) as connection:
            new = findings.take_new(connection, most=self._session_bytes)
        made = [
            (f"captured/blocks/{session.id}/{uuid.uuid4().hex}", session, pack(lines))
            for session, lines in new
        ]
        doomed.announce(self._engine, [key for key, _, _ in made], now)
        if made:
            with ThreadPoolExecutor(min(_AT_ONCE, len(made))) as threads:
                written = [
                    threads.submit(self._store.put_durably, key, packed.content)
                    for key, _, packed in made
                ]
            for one in written:
                one.result()
        return [
            NewBlock(
                object_key=key,
                session=session.id,
                revision=session.revision,
                first_ms=packed.first_ms,
                last_ms=packed.last_ms,
                size=len(packed.content),
                plain_bytes=packed.plain_bytes,
                items=packed.items,
                facts=packed.facts,
            )
            for key, session, packed in made
        ]
