"""The work of runs, one piece after the other: list, archive, bring to the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import structlog

from bot.archiving.archiver import Archiver
from bot.archiving.index import Index
from bot.archiving.paces import Paces
from bot.archiving.planning import Planner
from bot.archiving.runs import LISTING, Held, Run, Runs
from bot.archiving.tasks import Task, Tasks
from bot.errors import AccessRefused, CourierError, Limited, RetryLater
from bot.ledger import Lost

_LOOK_AGAIN = timedelta(seconds=30)
_log = structlog.get_logger(__name__)


class Work:
    """What any worker may do for runs; safe to share between threads."""

    def __init__(
        self,
        *,
        runs: Runs,
        tasks: Tasks,
        paces: Paces,
        planner: Planner,
        archiver: Archiver,
        index: Index,
        lease: timedelta,
    ) -> None:
        self.runs = runs
        self._tasks = tasks
        self._paces = paces
        self._planner = planner
        self._archiver = archiver
        self._index = index
        self.renew_seconds = lease.total_seconds() / 3
        self._held: dict[str, Task | Held] = {}

    def do_one(self, run_id: str | None = None) -> bool:
        """Do one piece of one run's work, or of those that all workers share; False
        where there is none now. Raises RetryLater where the database is away."""
        if (held := self.runs.hold(run_id)) is not None:
            with self._keeping(held.lease, held):
                self._move(held)
            return True
        if (task := self._tasks.claim(run_id)) is not None:
            with (
                self._keeping(task.lease, task),
                structlog.contextvars.bound_contextvars(run=task.run_id),
            ):
                self._archiver.archive(task)
            return True
        return False

    def is_any(self) -> bool:
        """Whether workers are wanted now."""
        return self.runs.is_any_waiting() or self._tasks.is_any_due()

    def refusals(self, run: Run) -> list[str]:
        """Why nothing of the run can be done until somebody mends it; empty where
        something can."""
        refused = self._paces.refusals()
        needed = self._tasks.open_sources(run.id)
        is_listing = run.state == LISTING
        if needed - refused.keys() or (is_listing and not run.error):
            return []
        return sorted(refused.values()) if needed or is_listing else []

    def renew(self) -> None:
        """Keep the leases of what is in hand."""
        for one in list(self._held.values()):
            try:
                if isinstance(one, Task):
                    self._tasks.renew(one)
                else:
                    self.runs.renew(one)
            except Lost:
                _log.warning("lease lost")

    def freshen(self) -> None:
        """Write the index of targets that changed without a run: somebody was
        forgotten, or a run was cut off at its end."""
        busy = self.runs.open_targets()
        for target in self._index.due():
            if target not in busy:
                self._index.write(target, still_ours=lambda: None)

    @contextmanager
    def _keeping(self, name: str, one: Task | Held) -> Iterator[None]:
        self._held[name] = one
        try:
            yield
        except Lost:
            _log.warning("lease lost")
        finally:
            self._held.pop(name, None)

    def _move(self, held: Held) -> None:
        release = partial(self.runs.release, held)
        try:
            if held.run.state != LISTING:
                self._finish(held)
            elif self._planner.list_more(held) is not None:
                release(after=timedelta(0), error=None)
        except RetryLater as error:
            after = _LOOK_AGAIN if error.after is None else timedelta(0, error.after)
            if isinstance(error, Limited):
                self._paces.limited(self._planner.source_next(held), error.after)
            release(after=after, error=str(error))
        except AccessRefused as error:
            source = self._planner.source_next(held)
            self._paces.refused(source, str(error), is_whole=True)
            release(after=_LOOK_AGAIN, error=str(error))
        except CourierError as error:
            _log.warning("archive run is stuck", run=held.run.id, error=str(error))
            release(after=_LOOK_AGAIN, error=str(error))

    def _finish(self, held: Held) -> None:
        order = held.run.order
        if order.warehouse:
            self._index.use(order.target, order.warehouse)
        self._index.write(order.target, still_ours=lambda: self.runs.renew(held))
        self.runs.close(held)
        _log.info("archive run finished", run=held.run.id)


class Hands:
    """Threads that work on one run until it is over, or until they are told to
    leave."""

    def __init__(self, work: Work, run_id: str, *, threads: int) -> None:
        self._work = work
        self._run_id = run_id
        self._leaving = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, daemon=True) for _ in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._renew, daemon=True))

    def start(self) -> None:
        for one in self._threads:
            one.start()

    def wait_for_end(self, *, seconds: float) -> bool:
        """Whether the run came to its end in time."""
        deadline = time.monotonic() + seconds
        while self._work.runs.get(self._run_id).is_open:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def leave(self) -> None:
        """Finish what is in hand, and end."""
        self._leaving.set()
        for one in self._threads:
            one.join()

    def _loop(self) -> None:
        while not self._leaving.is_set():
            try:
                if self._work.do_one(self._run_id):
                    continue
            except CourierError as error:
                _log.warning("archive has to wait", error=str(error))
            except Exception:
                _log.exception("unexpected error")
            self._leaving.wait(0.25)

    def _renew(self) -> None:
        while not self._leaving.wait(self._work.renew_seconds):
            try:
                self._work.renew()
            except CourierError as error:
                _log.warning("leases not renewed", error=str(error))
