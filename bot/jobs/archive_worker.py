"""A worker's share in archive runs: threads of its own, so that whoever asks in Slack
never waits behind an archive."""

from __future__ import annotations

import threading
import time

import structlog
from dramatiq import Worker as BellWorker

from bot.archiving.schedules import Schedules
from bot.archiving.working import Work
from bot.errors import CourierError
from bot.jobs.chores import Chore, Chores
from bot.jobs.queue import Bell

_STOP_SECONDS = 30.0
_FRESHEN_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class ArchiveWorker:
    """Works on runs until it is stopped. ``bell`` rings on a queue of its own; each
    ring means 'there is work in runs'."""

    def __init__(
        self,
        work: Work,
        schedules: Schedules,
        bell: Bell,
        *,
        threads: int,
        sweep_seconds: float = 1.0,
    ) -> None:
        self._work = work
        self._schedules = schedules
        self._bell = bell
        self._count = threads
        self._busy = 0
        self._lock = threading.Lock()
        self._listening: BellWorker | None = None
        self._chores = Chores(
            [
                Chore(self.sweep, sweep_seconds),
                Chore(work.renew, work.renew_seconds),
                Chore(work.freshen, _FRESHEN_SECONDS),
            ]
        )

    def start(self) -> None:
        self._listening = self._bell.listen(self.look, threads=self._count)
        self._chores.start()

    def stop(self) -> None:
        """Finish the recordings in hand and end."""
        self._chores.leave()
        deadline = time.monotonic() + _STOP_SECONDS
        if self._listening is not None:
            self._bell.hush(self._listening, seconds=_STOP_SECONDS)
        while self._busy and time.monotonic() < deadline:
            time.sleep(0.05)
        self._chores.stop(None)
        self._bell.close()

    def look(self, _: str = "") -> None:
        """Work as long as there is something to do."""
        with self._lock:
            self._busy += 1
        try:
            while not self._chores.is_stopping and self._work.do_one():
                pass
        except CourierError as error:
            _log.warning("archive has to wait", error=str(error))
        except Exception:
            _log.exception("unexpected error")
        finally:
            with self._lock:
                self._busy -= 1

    def sweep(self) -> None:
        """Begin what is scheduled, and ring where there is work and a hand is free;
        where Redis is away, work here and now."""
        self._schedules.begin_due()
        free = self._count - self._busy
        if free < 1 or not self._work.is_any():
            return
        for _ in range(free):
            if not self._bell.ring("archive"):
                self.look()
                return
