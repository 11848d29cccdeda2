"""A worker: lease the row, deliver, settle. And the sweep that forgets nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import timedelta

import structlog
from dramatiq import Worker as BellWorker

from bot.clock import Clock, utc_now
from bot.delivery import Courier
from bot.errors import CourierError, Gone, NotAllowed, RetryLater
from bot.jobs.catching_up import EVERY, CatchingUp
from bot.jobs.gates import Gates
from bot.jobs.queue import Bell
from bot.ledger import Claim, Ledger, Lost
from bot.metrics import DELIVERED, DELIVERY_SECONDS, FAILED, RETRIED
from bot.model import Action
from bot.ports import Gate, Missed

# How long a request may be tried before its asker is told that it failed. Somebody
# looks at Slack and waits; a ticket's note is as good tomorrow morning.
_PATIENCE = {
    Action.FIND: timedelta(minutes=2),
    Action.SHARE: timedelta(minutes=10),
    Action.ATTACH: timedelta(minutes=10),
    Action.NOTE: timedelta(hours=24),
    Action.ENDED: timedelta(hours=25),
    Action.REVOKE: timedelta(minutes=10),
    Action.EXTEND: timedelta(minutes=10),
    Action.DETACH: timedelta(minutes=10),
    Action.REPORT: timedelta(hours=24),
    Action.DISCUSSED: timedelta(hours=24),
    Action.NOTHING: timedelta(minutes=2),
    Action.LINK_CHANGED: timedelta(hours=24),
    Action.HOME: timedelta(minutes=2),
    Action.PREVIEW: timedelta(minutes=2),
    Action.PREVIEW_CLOSED: timedelta(hours=24),
}
# Nobody waits for these: a failure is told to the log alone.
_SILENT = {
    Action.ENDED,
    Action.LINK_CHANGED,
    Action.PREVIEW,
    Action.PREVIEW_CLOSED,
    Action.REPORT,
    Action.DISCUSSED,
}
# Asking for the same once more leads here again.
_FINAL = (NotAllowed, Gone)
# And how long its failure may be tried to be posted.
_PATIENCE_FOR_FAILURE = timedelta(minutes=30)
_FIRST_DELAY_S = 2.0
_LONGEST_DELAY_S = 300.0
# How long the work in hand may take once we are to stop.
_STOP_SECONDS = 30.0
# After a start, what was missed is looked for when what waits was begun with.
_SETTLED_IN_S = 30.0
# An error of ours that happens this often is not going away by trying.
_MAX_SURPRISES = 3

# Other rows die with it, and a worker that starts again takes it up first: a recording
# that kills whoever reads it must not do so for ever.
_MAX_INTERRUPTIONS = 5

_SURPRISE = "Something went wrong on our side."
_log = structlog.get_logger(__name__)


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
        clock: Clock = utc_now,
        sweep_seconds: float = 1.0,
    ) -> None:
        self._courier = courier
        self._ledger = ledger
        self._gates = Gates(ledger, gates or {})
        self._catching_up = CatchingUp(ledger, missed or {}, clock=clock)
        self._bell = bell
        self._renew_seconds = lease.total_seconds() / 3
        self._threads = threads
        self._clock = clock
        # A lease that ended is noticed within a third of its length.
        self._sweep_seconds = min(sweep_seconds, self._renew_seconds)
        self._held: dict[str, Claim] = {}
        self._stopping = threading.Event()
        self._listening: BellWorker | None = None
        self._helpers: list[threading.Thread] = []

    def start(self) -> None:
        self._listening = self._bell.listen(self.look_at, threads=self._threads)
        for work, first_s, every_s in (
            (self.sweep, self._sweep_seconds, self._sweep_seconds),
            (self._renew, self._renew_seconds, self._renew_seconds),
            (self.catch_up, _SETTLED_IN_S, EVERY.total_seconds()),
        ):
            helper = threading.Thread(
                target=self._repeat, args=(work, first_s, every_s), daemon=True
            )
            helper.start()
            self._helpers.append(helper)

    def stop(self) -> None:
        """Finish the work in hand and end."""
        self._stopping.set()
        deadline = time.monotonic() + _STOP_SECONDS
        if self._listening is not None:
            self._bell.hush(self._listening, seconds=_STOP_SECONDS)
        while self._held and time.monotonic() < deadline:
            time.sleep(0.05)
        for helper in self._helpers:
            helper.join()

    def _repeat(self, work: object, first_s: float, every_s: float) -> None:
        assert callable(work)  # noqa: S101 (narrows the type)
        seconds = first_s
        while not self._stopping.wait(seconds):
            seconds = every_s
            try:
                work()
            except CourierError as error:
                _log.warning("housekeeping failed", error=str(error))
            except Exception:
                _log.exception("housekeeping failed")

    def sweep(self) -> None:
        """Ring for every row that is due and that nobody is looking at; where Redis
        is away, look at it here and now. Links that closed meanwhile are told of."""
        self._courier.tell_changes()
        for request_id in self._gates.due():
            if self._stopping.is_set():
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
                self._deliver(claim)
            except Lost:
                _log.warning("lease lost", request=claim.id)
            finally:
                self._held.pop(claim.id, None)

    def _deliver(self, claim: Claim) -> None:
        began = time.monotonic()
        labels = (claim.request.reply_to.destination, claim.request.action.value)
        if claim.interruptions >= _MAX_INTERRUPTIONS and claim.failure is None:
            detail = f"{claim.interruptions} workers died over it"
            _log.error("given up", error=detail)
            self._give_up(claim, _SURPRISE, detail)
            return
        try:
            delivery = self._courier.deliver(claim)
        except Lost:
            raise
        except RetryLater as error:
            self._try_again(claim, error)
        except CourierError as error:
            _log.warning("cannot be answered", error=str(error))
            self._give_up(
                claim, error.plain, str(error), is_final=isinstance(error, _FINAL)
            )
        except Exception as error:
            _log.exception("unexpected error")
            self._surprised(claim, error)
        else:
            self._ledger.settle(claim, delivery)
            DELIVERED.labels(*labels).inc()
            DELIVERY_SECONDS.labels(*labels).observe(
                (self._clock() - claim.created_at).total_seconds()
            )
            _log.info("answered", seconds=round(time.monotonic() - began, 3))

    def _try_again(self, claim: Claim, error: RetryLater) -> None:
        backoff = _FIRST_DELAY_S * 2 ** min(claim.attempts - 1, 10)
        delay = timedelta(
            seconds=error.after
            if error.after is not None
            else min(backoff, _LONGEST_DELAY_S)
        )
        until = self._clock() + delay
        patience = (
            _PATIENCE[claim.request.action]
            if claim.failure is None
            else _PATIENCE[claim.request.action] + _PATIENCE_FOR_FAILURE
        )
        if until > claim.created_at + patience:
            self._give_up(claim, error.plain, str(error))
            return
        RETRIED.labels(claim.request.reply_to.destination).inc()
        _log.info("trying again", after=delay.total_seconds(), error=str(error))
        self._ledger.postpone(claim, until, str(error))

    def _surprised(self, claim: Claim, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"
        if claim.attempts >= _MAX_SURPRISES:
            self._give_up(claim, _SURPRISE, detail)
            return
        delay = timedelta(seconds=_FIRST_DELAY_S * claim.attempts)
        self._ledger.postpone(claim, self._clock() + delay, detail)

    def _give_up(
        self, claim: Claim, plain: str, detail: str, *, is_final: bool = False
    ) -> None:
        """The asker is told once; a failure that cannot be told is a dead letter."""
        FAILED.labels(claim.request.reply_to.destination).inc()
        if claim.request.action in _SILENT:
            _log.warning("left undone", error=detail)
            self._ledger.bury(claim, detail)
            return
        if claim.failure is not None:
            _log.error("could not tell of a failure", error=detail)
            self._ledger.bury(claim, detail)
            return
        self._ledger.fail(claim, plain, detail, is_final=is_final)
        self._bell.ring(claim.id)
