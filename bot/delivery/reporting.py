"""Requests that are asked in one place and answered in another.

From Slack somebody adds a replay to a ticket. They are let in by the rules of where
they ask, and told there what became of it, by a request of its own: its key is made of
the first one's id, so that it is one however often that is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.errors import BadInput, NotFound, RetryLater
from bot.ledger import Claim, Ledger
from bot.model import Action, Failed, ReplayRequest, ReplyTo, Report
from bot.ports import Destination

# The first one is settled right after this was asked for, unless its worker was killed.
_LOOK_AGAIN_S = 2.0

_log = structlog.get_logger(__name__)


class Reports:
    """What became of requests, for where they were asked."""

    def __init__(self, ledger: Ledger, destinations: Mapping[str, Destination]) -> None:
        self._ledger = ledger
        self._destinations = destinations

    def admitted(self, request: ReplayRequest) -> ReplayRequest:
        """The request with the name of whoever asked, in its address' ``by``, if they
        asked elsewhere. Raises NotAllowed where they may not."""
        asked = request.report_to
        if asked is None:
            return request
        place = self._destinations.get(asked.destination)
        if place is None:
            raise NotFound(f"{asked.destination} is not configured any more")
        by = place.admit(request)
        answered = request.reply_to
        address = {**answered.address, "by": by} if by else answered.address
        return replace(request, reply_to=ReplyTo(answered.destination, address))

    def waiting(self, request: ReplayRequest, answering: Destination) -> Destination:
        """Where somebody waits for the answer."""
        asked = request.report_to
        if asked is None:
            return answering
        return self._destinations.get(asked.destination, answering)

    def ask(self, claim: Claim) -> None:
        """Have whoever asked elsewhere told what became of it; once, however often this
        is said. Raises RetryLater."""
        request = claim.request
        if request.report_to is None:
            return
        if request.report_to.destination not in self._destinations:
            _log.warning("nobody is told: not configured", request=claim.id)
            return
        self._ledger.accept(
            ReplayRequest(
                key=f"report:{claim.id}",
                action=Action.REPORT,
                reply_to=request.report_to,
                asked_by=request.asked_by,
                recording_id=request.recording_id,
                reports=claim.id,
            ),
            # By the next sweep it is settled.
            is_rung=False,
        )

    def of(self, request: ReplayRequest) -> Report:
        """What became of the request that this one reports on.

        Raises RetryLater while that is not known, and NotFound.
        """
        if request.reports is None:
            raise BadInput(f"request {request.key} reports on nothing")
        outcome = self._ledger.outcome(request.reports)
        if not outcome.is_settled:
            raise RetryLater(
                f"request {request.reports} is not settled yet", after=_LOOK_AGAIN_S
            )
        if outcome.posted:
            return Report(outcome.request, posted=outcome.posted)
        failed = Failed(outcome.failure, request.reports[:8], outcome.is_final)
        return Report(outcome.request, failed=failed)
