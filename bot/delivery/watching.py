"""Sessions that somebody watches while they go on: their links lead on to what there is
of them by now.

The page asks (``bot.web.watching``); nothing is done where nobody looks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.delivery.exporting import Exports
from bot.delivery.policy import Policy
from bot.errors import CourierError
from bot.ledger import Ledger
from bot.model import Action, Burst, Nothing, ReplayRequest
from bot.replays import Replays
from bot.sharing import Links

# Pages that read what a link led to before are let read it to its end.
_READ_WITHIN = timedelta(minutes=3)

_log = structlog.get_logger(__name__)


class Watched:
    """The sessions that are watched."""

    def __init__(
        self,
        exports: Exports,
        replays: Replays,
        links: Links,
        ledger: Ledger,
        *,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._exports = exports
        self._replays = replays
        self._links = links
        self._ledger = ledger
        self._policy = policy
        self._clock = clock

    def follow(self, request: ReplayRequest) -> Nothing:
        """Export the session again, and have the links to what was exported before
        lead there. Whoever watches asks again, so a source that is away is no
        failure."""
        redaction = self._policy.redaction_for(request.terms.audience)
        try:
            replay = self._exports.newest(request.recording_id or "", redaction)
        except CourierError as error:
            _log.info("nothing new of a watched session", error=str(error))
            return Nothing()
        if earlier := self._replays.earlier(replay):
            self._links.lead_on([one.id for one in earlier], replay.id)
            name = f"tidy:{replay.id}"
            self._ledger.accept(
                replace(request, key=name, action=Action.TIDY, burst=Burst(name)),
                is_rung=False,
                after=_READ_WITHIN,
            )
        return Nothing()

    def tidy(self, request: ReplayRequest) -> Nothing:
        """Delete what of the session no link leads to any more."""
        redaction = self._policy.redaction_for(request.terms.audience)
        name = request.recording_id or ""
        if latest := self._replays.latest("", name, redaction=redaction):
            read = self._clock() - _READ_WITHIN
            earlier = self._replays.earlier(latest)
            self._replays.drop_unused([one for one in earlier if one.created_at < read])
        return Nothing()
