"""A ticket's answer: the replays most likely to show the trouble, and what else there
is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.delivery.exporting import Exports
from bot.delivery.finding import Finder
from bot.delivery.following import LOOK_AGAIN
from bot.delivery.policy import Policy
from bot.delivery.shares import Shares
from bot.errors import BadInput, CourierError, RetryLater
from bot.ledger import Claim
from bot.model import (
    Found,
    Note,
    NothingFound,
    Reason,
    Recording,
    ReplayRequest,
    SharedReplay,
)

# A ticket's note exports the recordings most likely to show the trouble, no more:
# each costs snapshot calls, of which PostHog's free tier allows 60 an hour.
_REPLAYS_IN_NOTE = 2


class Notes:
    """The notes of an installation."""

    def __init__(
        self, finder: Finder, exports: Exports, shares: Shares, *, policy: Policy
    ) -> None:
        self._finder = finder
        self._exports = exports
        self._shares = shares
        self._policy = policy

    def of_ended(self, claim: Claim, request: ReplayRequest) -> Note | NothingFound:
        """A note of the one session that was going on, or that nothing was added to it
        since. Raises RetryLater while it goes on."""
        if request.recording_id is None:
            raise BadInput(f"request {request.key} names no recording")
        recording = self._exports.recording(request.recording_id)
        if recording.ongoing:
            raise RetryLater(
                f"recording {recording.id} is still going on",
                after=LOOK_AGAIN.total_seconds(),
            )
        if request.about and recording.end and recording.end <= request.about:
            return NothingFound(
                (), Reason.NO_NEWS, "The session had ended before it was told of.", ""
            )
        replay, recording = self._exports.stored(recording.id, self._policy.redaction)
        return Note(
            identifiers=(),
            replays=(self._shares.share(claim, request, replay, recording),),
            others=(),
            look_back=request.look_back or self._policy.look_back,
        )

    def of(self, claim: Claim, request: ReplayRequest) -> Note | NothingFound:
        """The note a request asks for, or why there is none. Raises RetryLater."""
        result, redaction = self._finder.find(request), self._policy.redaction
        if not isinstance(result, Found):
            return result
        ranked = sorted(
            result.recordings, key=lambda one: _distance(one, request.about)
        )
        shared: list[SharedReplay] = []
        unavailable: list[tuple[Recording, str]] = []
        others: list[Recording] = []
        for recording in ranked:
            if len(shared) == _REPLAYS_IN_NOTE:
                others.append(recording)
                continue
            try:
                replay, fresh = self._exports.stored(recording.id, redaction)
            except RetryLater:
                raise
            except CourierError as error:
                unavailable.append((recording, error.plain))
                continue
            device = replace(fresh, browser=recording.browser, os=recording.os)
            shared.append(self._shares.share(claim, request, replay, device))
        return Note(
            identifiers=result.identifiers,
            replays=tuple(shared),
            others=tuple(others),
            look_back=result.look_back,
            unavailable=tuple(unavailable),
            found_by=result.found_by,
        )


def _distance(recording: Recording, about: datetime | None) -> tuple[int, float]:
    """How far a recording is from the time of the trouble; the newest where unknown.

    One that began after the report comes after all that began before it.
    """
    if about is None:
        return 0, -recording.start.timestamp()
    if recording.start > about:
        return 1, (recording.start - about).total_seconds()
    end = recording.end or recording.start + recording.duration
    return 0, max(0.0, (about - end).total_seconds())
