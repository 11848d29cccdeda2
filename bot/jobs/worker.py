"""A worker: lease the row, have it answered, keep the lease. And the sweep that forgets
nobody."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from dramatiq import Worker as BellWorker

from bot.clock import Clock, utc_now
from bot.delivery import Courier
from bot.jobs.attempts import Attempts
from bot.jobs.catching_up import EVERY, CatchingUp
from bot.jobs.chores import Chore, Chores
from bot.jobs.gates import Gates
from bot.jobs.queue import Bell
from bot.ledger import Claim, Ledger, Lost
from bot.ports import Gate, Missed

# How long the work in hand may take once we are to stop.
_STOP_SECONDS = 30.0
# After a start, what was missed is looked for when what waits was begun with.
_SETTLED_IN_S = 30.0
_log = structlog.get_logger(__name__)


class Companion(Protocol):
    """Other work that a worker's process does, in threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """Finish the work in hand and end."""


class Worker:
    """Answers requests in threads of its own until it is stopped."""

    def __init__(
        self,
        *,
        courier: Courier,
        ledger: Ledger,
        bell: Bell,
        lease: timedelta,
        threads: int,
        gates: Mapping[str, Gate] | None = None,
        missed: Mapping[str, Missed] | None = None,
        companions: Sequence[Companion] = (),
        clock: Clock = utc_now,
        sweep_seconds: float = 1.0,
    ) -> None:
        self._courier = courier
        self._ledger = ledger
        self._attempts = Attempts(courier, ledger, bell, clock=clock)
        self._gates = Gates(ledger, gates or {})
        self._catching_up = CatchingUp(ledger, missed or {}, clock=clock)
        self._companions = companions
        self._bell = bell
        self._threads = threads
        self._held: dict[str, Claim] = {}
        self._listening: BellWorker | None = None
        renew_s = lease.total_seconds() / 3
        self._chores = Chores(
            [
                # A lease that ended is noticed within a third of its length.
                Chore(self.sweep, min(sweep_seconds, renew_s)),
                Chore(self._renew, renew_s),
                Chore(self.catch_up, EVERY.total_seconds(), first_s=_SETTLED_IN_S),
            ]
        )

    def start(self) -> None:
        self._listening = self._bell.listen(self.look_at, threads=self._threads)
        self._chores.start()
        for companion in self._companions:
            companion.start()

    def stop(self) -> None:
        """Finish the work in hand and end."""
        self._chores.leave()
        deadline = time.monotonic() + _STOP_SECONDS
        if self._listening is not None:
            self._bell.hush(self._listening, seconds=_STOP_SECONDS)
        while self._held and time.monotonic() < deadline:
            time.sleep(0.05)
        for companion in self._companions:
            companion.stop()
        self._chores.stop(None)

    def sweep(self) -> None:
        """Ring for every row that is due and that nobody is looking at; where Redis
        is away, look at it here and now. Links that closed meanwhile are told of."""
        self._courier.tell_changes()
        for request_id in self._gates.due():
            if self._chores.is_stopping:
                break
            if not self._bell.ring(request_id):
                self.look_at(request_id)

    def catch_up(self) -> None:
        """Take what vendors told nobody of."""
        self._catching_up.look()

    def _renew(self) -> None:
        for claim in list(self._held.values()):
            try:
                self._ledger.renew(claim)
            except Lost:
                _log.warning("lease lost", request=claim.id)

    def look_at(self, request_id: str) -> None:
        """Answer the row if it is free and due, or one that has to go before it; every
        outcome is written down."""
        claim = self._gates.claim(request_id)
        if claim is None:
            return
        self._held[claim.id] = claim
        with structlog.contextvars.bound_contextvars(
            request=claim.id, action=claim.request.action.value, attempt=claim.attempts
        ):
            try:
                self._attempts.make(claim)
            except Lost:
                _log.warning("lease lost", request=claim.id)
            finally:
                self._held.pop(claim.id, None)
