"""Brings one recording to its target: fetched, redacted, put whole, then noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
import zstandard
from sqlalchemy import Connection

from bot.archiving import shelf
from bot.archiving.facts import day_of, names_of, row_of
from bot.archiving.fetching import Fetching
from bot.archiving.objects import StoreAt, made_of, object_key
from bot.archiving.paces import STRIKES, Paces
from bot.archiving.tasks import MAX_INTERRUPTIONS, Task, Tasks, TaskState
from bot.assets.index import Collectors
from bot.clock import Clock
from bot.errors import AccessRefused, CourierError, Limited, NotFound, RetryLater
from bot.exporter import Exported
from bot.exporter.convert import snapshot_lines
from bot.exporter.page import file_page
from bot.exporter.remote import SETTLES_AFTER
from bot.ledger import Lost
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource

# A recording that fails so often is left for the next run.
_MAX_ATTEMPTS = 5
_FIRST_DELAY_S = 2.0
_LONGEST_DELAY_S = 300.0

_log = structlog.get_logger(__name__)


class Archiver:
    """Archives recordings of the given sources; safe to share between threads."""

    def __init__(
        self,
        sources: Mapping[str, RecordingSource],
        tasks: Tasks,
        paces: Paces,
        *,
        store_at: StoreAt,
        redaction: RedactionPolicy,
        clock: Clock,
        assets: Collectors | None = None,
    ) -> None:
        self._fetching = Fetching(sources, paces, redaction=redaction, assets=assets)
        self._tasks = tasks
        self._paces = paces
        self._store_at = store_at
        self._clock = clock

    def archive(self, task: Task) -> None:
        """Archive the recording, and write down what became of it. Raises Lost, and
        RetryLater where even that could not be done."""
        if task.interruptions >= MAX_INTERRUPTIONS:
            error = f"{task.interruptions} workers died over it"
            self._tasks.settle(task, TaskState.FAILED, error=error)
            return
        try:
            self._archive(task)
        except Limited as error:
            after = timedelta(seconds=error.after or 0)
            self._tasks.postpone(task, after, attempts=task.attempts)
        except RetryLater as error:
            self._try_again(task, error)
        except AccessRefused as error:
            self._wait_for_access(task, error)
        except NotFound as error:
            self._tasks.settle(task, TaskState.GONE, error=str(error))
        except CourierError as error:
            self._tasks.settle(task, TaskState.FAILED, error=str(error))
        except Lost:
            raise
        except Exception as error:
            # One recording must not stand before all the others.
            _log.exception("unexpected error", recording=task.recording.id)
            kind = type(error).__name__
            self._tasks.settle(task, TaskState.FAILED, error=f"unexpected: {kind}")

    def _archive(self, task: Task) -> None:
        try:
            exported = self._fetching.exported(task.recording, now=self._clock())
        except RetryLater:
            if not task.recording.ongoing or task.attempts + 1 < _MAX_ATTEMPTS:
                raise
            # It has only just begun; the next run finds more of it.
            self._tasks.settle(task, TaskState.ONGOING)
            return
        with exported:
            self._put(task, exported)

    def _put(self, task: Task, exported: Exported) -> None:
        now = self._clock()
        recording, order = task.recording, task.order
        key = object_key(recording.id, day_of(recording), order.format)
        store = self._store_at(order.target)
        with made_of(_pieces(exported, order.format)) as made:
            # Nobody else may have put another version of it meanwhile.
            self._tasks.renew(task)
            store.put(key, made.content)
        ended = exported.manifest.summary.end
        is_final = not recording.ongoing and now - ended > SETTLES_AFTER
        row = {
            **row_of(recording, exported, now=now),
            "target": order.target,
            "format": order.format,
            "object_key": key,
            "bytes": made.bytes,
            "sha256": made.sha256,
            "is_final": is_final,
        }
        left: list[str] = []
        try:
            self._tasks.settle(
                task,
                TaskState.ARCHIVED if is_final else TaskState.ONGOING,
                size=made.bytes,
                also=partial(self._note, task=task, row=row, left=left),
            )
        except Lost:
            if self._tasks.is_nobodys(task, key):
                store.delete(key)
            raise
        for old in left:
            store.delete(old)

    def _note(
        self,
        connection: Connection,
        *,
        task: Task,
        row: Mapping[str, Any],
        left: list[str],
    ) -> None:
        left += shelf.put(connection, row, names_of(task.recording))
        self._paces.worked(connection, task.recording.source)

    def _wait_for_access(self, task: Task, error: AccessRefused) -> None:
        # The same refusal for several of them says nothing about one.
        is_certain = task.recording.source in self._paces.refusals()
        is_one_of_many = is_certain and not self._tasks.is_last(task)
        attempts = task.attempts if is_one_of_many else task.attempts + 1
        if attempts >= _MAX_ATTEMPTS:
            self._tasks.settle(task, TaskState.FAILED, error=str(error))
            return
        # Another one is asked for first when the source is asked again.
        after = timedelta(seconds=2 * _LONGEST_DELAY_S)
        self._tasks.postpone(task, after, attempts=attempts)

    def _try_again(self, task: Task, error: RetryLater) -> None:
        strikes = self._paces.failed(task.recording.source)
        attempts = task.attempts
        # A source that is down says nothing about a recording that did not fail by
        # itself before.
        if strikes < STRIKES or attempts + 1 >= _MAX_ATTEMPTS:
            attempts += 1
        if attempts >= _MAX_ATTEMPTS:
            self._tasks.settle(task, TaskState.FAILED, error=str(error))
            return
        seconds = min(_FIRST_DELAY_S * 2**attempts, _LONGEST_DELAY_S)
        _log.info("trying again", recording=task.recording.id, error=str(error))
        self._tasks.postpone(
            task, timedelta(seconds=max(seconds, error.after or 0)), attempts=attempts
        )


def _pieces(exported: Exported, format_: str) -> Iterator[bytes]:
    """What the object holds."""
    manifest = exported.manifest
    if format_ == "replay":
        return file_page(manifest, exported.segments(), exported.assets())
    return _packed(snapshot_lines(exported.events(), manifest.recording_id))


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=9, write_checksum=True).compressobj()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
