"""Accepted means kept: batches are safe before their senders hear that they were taken.

Many requests share one commit: whatever came while the last one ran is the next one's.
Where they come many at a time, a moment is left for more of them; a single request
waits for no clock, so it is as quick as its own commit.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from sqlalchemy import Engine, delete, insert

from bot.captured.usage import Usage
from bot.clock import Clock, utc_now
from bot.database.captures import doomed_objects, journal
from bot.database.engine import transaction
from bot.errors import CourierError, RetryLater
from bot.model import Batch
from bot.storage import ReplayStore

_MEGABYTE = 1024 * 1024
# Larger ones are objects: a database is the wrong place for them, and the others in
# the same commit would wait for their bytes.
_LARGE = _MEGABYTE
_COMMIT_BYTES = 8 * _MEGABYTE
# What may wait for commits, in memory. The rest is told to come back.
_PENDING_BYTES = 64 * _MEGABYTE
_OVERHEAD = 512
# A commit costs the machine as much as taking several batches in: without the moment,
# eight at a time make groups of three, and a third fewer are taken.
_GATHER_S = 0.004
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Doomed:
    """An object about to be written; it goes unless a row names it."""

    key: str


@dataclass(frozen=True, slots=True)
class _Written:
    """The object that holds one batch."""

    key: str
    bytes: int


class _Entry:
    """What one thread hands over and waits for. Its lock is all that takes: a Future
    costs as much as the rest of what a small batch does here."""

    def __init__(self, what: bytes | _Doomed | _Written, size: int) -> None:
        self.what, self.bytes = what, size
        self._failure: str | None = None
        self._settled = threading.Lock()
        self._settled.acquire()

    def settle(self, failure: str | None) -> None:
        """It is safe, or ``failure`` says why not."""
        self._failure = failure
        self._settled.release()

    def wait(self) -> None:
        """Until it is safe. Raises RetryLater where it is not."""
        self._settled.acquire()
        if self._failure is not None:
            raise RetryLater(self._failure)


class Journal:
    """A Keeper: many threads hand over, one writes. Safe to make before a fork."""

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        *,
        quotas: Mapping[str, int] | None = None,
        pending_bytes: int = _PENDING_BYTES,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._usage = Usage(engine, quotas or {})
        self._may_pend = pending_bytes
        self._clock = clock
        self._changed = threading.Condition()
        self._pending: deque[_Entry] = deque()
        self._bytes = 0
        self._writer: threading.Thread | None = None

    def keep(self, batch: Batch) -> None:
        """Returns once the batch outlives the process and the machine's power.

        Raises RetryLater where it could not be made safe: the sender must try again.
        """
        if len(batch.body) < _LARGE:
            packed = msgspec.msgpack.encode(batch)
            self._commit(packed, len(packed))
            return
        key = f"captured/journal/{uuid.uuid4().hex}"
        self._commit(_Doomed(key), 0)
        content = msgspec.msgpack.encode([batch])
        self._store.put_durably(key, content)
        self._commit(_Written(key, len(content)), 0)

    def is_full(self, project: str) -> bool:
        """Whether the project has used up its quota, as far as is known now."""
        if self._usage.is_stale(project):
            with self._changed:
                self._wake()
        return self._usage.is_full(project)

    def _commit(self, what: bytes | _Doomed | _Written, size: int) -> None:
        entry = _Entry(what, size + _OVERHEAD)
        with self._changed:
            if self._bytes + entry.bytes > self._may_pend:
                raise RetryLater("more is being captured than can be written down")
            self._pending.append(entry)
            self._bytes += entry.bytes
            self._wake()
        entry.wait()

    def _wake(self) -> None:
        # Of a thread that was there before a fork, the child has only the record.
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(
                target=self._write, name="journal", daemon=True
            )
            self._writer.start()
        self._changed.notify()

    def _write(self) -> None:
        group: list[_Entry] = []
        while True:
            if len(group) > 1:
                time.sleep(_GATHER_S)
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._usage.is_wanted)
                group = self._group()
            if group:
                self._release(group, self._write_down(group))
            self._usage.read()

    def _group(self) -> list[_Entry]:
        group: list[_Entry] = []
        size = 0
        while self._pending and size < _COMMIT_BYTES:
            group.append(self._pending.popleft())
            size += group[-1].bytes
        return group

    def _release(self, group: Sequence[_Entry], failure: str | None) -> None:
        with self._changed:
            self._bytes -= sum(entry.bytes for entry in group)
        for entry in group:
            entry.settle(failure)

    def _write_down(self, group: Sequence[_Entry]) -> str | None:
        """Why the group is not safe; None where it is."""
        try:
            self._insert(group, self._clock())
        except CourierError as error:
            return str(error)
        except Exception as error:
            _log.exception("the journal could not be written")
            return f"the journal could not be written: {type(error).__name__}"
        return None

    def _insert(self, group: Sequence[_Entry], now: datetime) -> None:
        batches = [msgspec.Raw(one.what) for one in group if type(one.what) is bytes]
        doomed = [one.what.key for one in group if isinstance(one.what, _Doomed)]
        written = [one.what for one in group if isinstance(one.what, _Written)]
        with transaction(self._engine) as connection:
            if batches:
                payload = msgspec.msgpack.encode(batches)
                connection.execute(
                    insert(journal).values(
                        payload=payload,
                        batches=len(batches),
                        bytes=len(payload),
                        received_at=now,
                    )
                )
            if doomed:
                rows = [{"object_key": key, "since": now} for key in doomed]
                connection.execute(insert(doomed_objects), rows)
            for one in written:
                connection.execute(
                    insert(journal).values(
                        object_key=one.key, batches=1, bytes=one.bytes, received_at=now
                    )
                )
                spared = delete(doomed_objects).where(
                    doomed_objects.c.object_key == one.key
                )
                if connection.execute(spared).rowcount != 1:
                    # A clock jumped, or we slept for an hour.
                    raise RetryLater("an object went before a row could name it")


def batches_of(payload: bytes) -> list[Batch]:
    """The batches of a journal's row or object. Raises ValueError where it is none."""
    return msgspec.msgpack.decode(payload, type=list[Batch])
