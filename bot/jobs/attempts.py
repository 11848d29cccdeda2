"""One try at a request, and what follows from how it ended."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.delivery import Courier
from bot.errors import CourierError, Gone, NotAllowed, RetryLater
from bot.jobs.queue import Bell
from bot.ledger import Claim, Ledger, Lost
from bot.metrics import DELIVERED, DELIVERY_SECONDS, FAILED, RETRIED
from bot.model import Action

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
    Action.FOLLOW: timedelta(minutes=1),
    Action.TIDY: timedelta(hours=24),
    Action.NOTHING: timedelta(minutes=2),
    Action.LINK_CHANGED: timedelta(hours=24),
    Action.HOME: timedelta(minutes=2),
    Action.PREVIEW: timedelta(minutes=2),
    Action.PREVIEW_CLOSED: timedelta(hours=24),
}
# And how long its failure may be tried to be posted.
_PATIENCE_FOR_FAILURE = timedelta(minutes=30)
# Nobody waits for these: a failure is told to the log alone.
_SILENT = {
    Action.FOLLOW,
    Action.TIDY,
    Action.ENDED,
    Action.LINK_CHANGED,
    Action.PREVIEW,
    Action.PREVIEW_CLOSED,
    Action.REPORT,
    Action.DISCUSSED,
}
# Asking for the same once more leads here again.
_FINAL = (NotAllowed, Gone)
_FIRST_DELAY_S = 2.0
_LONGEST_DELAY_S = 300.0
# An error of ours that happens this often is not going away by trying.
_MAX_SURPRISES = 3
# Other rows die with it, and a worker that starts again takes it up first: a recording
# that kills whoever reads it must not do so for ever.
_MAX_INTERRUPTIONS = 5

_SURPRISE = "Something went wrong on our side."
_log = structlog.get_logger(__name__)


class Attempts:
    """Tries claimed requests, and says when to try again or that there is no use."""

    def __init__(
        self, courier: Courier, ledger: Ledger, bell: Bell, *, clock: Clock
    ) -> None:
        self._courier = courier
        self._ledger = ledger
        self._bell = bell
        self._clock = clock

    def make(self, claim: Claim) -> None:
        """Have the request answered, and write down what became of it. Raises Lost."""
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
