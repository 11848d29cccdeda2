"""A ticket's answer: the replays most likely to show the trouble, and what else there
is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.delivery.exporting import Exports
from bot.delivery.finding import Finder
from bot.delivery.following import LOOK_AGAIN
from bot.delivery.policy import Policy
from bot.delivery.shares import Shares
from bot.errors import BadInput, CourierError, RetryLater
from bot.ledger import Claim
from bot.model import (
    Found,
    IdentifierKind,
    Note,
    NothingFound,
    Person,
    Reason,
    Recording,
    ReplayRequest,
    SharedReplay,
)
from bot.ranking import why_first
from bot.recording.scrubber import Scrubber

# A ticket's note exports the recordings most likely to show the trouble, no more:
# each costs snapshot calls, of which PostHog's free tier allows 60 an hour.
_REPLAYS_IN_NOTE = 2

# posthog-js begins a new session after so long without anything done.
_IDLE_TIMEOUT = timedelta(minutes=30)
# Between what sources call the end of one session.
_CLOCKS_DIFFER = timedelta(seconds=1)


class Notes:
    """The notes of an installation."""

    def __init__(
        self,
        finder: Finder,
        exports: Exports,
        shares: Shares,
        *,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._finder = finder
        self._exports = exports
        self._shares = shares
        self._policy = policy
        self._clock = clock

    def of_ended(self, claim: Claim, request: ReplayRequest) -> Note | NothingFound:
        """A note of the one session that was going on, or that nothing was added to it
        since. Raises RetryLater while it goes on."""
        if request.recording_id is None:
            raise BadInput(f"request {request.key} names no recording")
        recording = self._exports.recording(request.recording_id)
        quiet = self._clock() - (recording.end or recording.start)
        if recording.ongoing or quiet < _IDLE_TIMEOUT:
            raise RetryLater(
                f"recording {recording.id} may still go on",
                after=LOOK_AGAIN.total_seconds(),
            )
        told = request.about and request.about + _CLOCKS_DIFFER
        if told and recording.end and recording.end <= told:
            return NothingFound(
                (), Reason.NO_NEWS, "The session had ended before it was told of.", ""
            )
        replay, recording = self._exports.stored(recording.id, self._policy.redaction)
        return Note(
            identifiers=(),
            replays=(self._shares.share(claim, request, replay, recording),),
            others=(),
            look_back=request.look_back or self._policy.look_back,
            properties=self._properties(recording, ()),
        )

    def of(self, claim: Claim, request: ReplayRequest) -> Note | NothingFound:
        """The note a request asks for, or why there is none. Raises RetryLater."""
        result, redaction = self._finder.find(request), self._policy.redaction
        if not isinstance(result, Found):
            return result
        ranked = _in_order(result, request.about)
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
            device = replace(
                fresh,
                browser=recording.browser,
                os=recording.os,
                # A source may tell it in lists alone.
                ongoing=fresh.ongoing or recording.ongoing,
            )
            shared.append(self._shares.share(claim, request, replay, device))
        return Note(
            identifiers=result.identifiers,
            replays=tuple(shared),
            others=tuple(others),
            look_back=result.look_back,
            unavailable=tuple(unavailable),
            found_by=result.found_by,
            about=request.about,
            why=_why(
                result,
                shared,
                [*others, *(one for one, _ in unavailable)],
                about=request.about,
            ),
            people=result.people,
            properties=self._properties(shared[0].recording, result.people)
            if shared
            else {},
            silent=result.silent,
        )

    def _properties(
        self, recording: Recording, people: Sequence[Person]
    ) -> dict[str, str]:
        """What is shown of whose recording it is, without what is taken out of
        recordings."""
        own = recording.person
        if own is None:
            return {}
        person = next((one for one in people if one.id == own.id), own)
        scrubber = Scrubber(self._policy.redaction)
        return {
            name: scrubber.text(_spoken(person.properties[name]), "person")
            for name in self._policy.person_properties
            if person.properties.get(name) not in (None, "")
            and not scrubber.is_secret_name(name)
        }


def _in_order(found: Found, about: datetime | None) -> list[Recording]:
    """As ranked; but first what was named itself, then what is surely the person's, and
    what began after the report after all that began before."""

    def sure(recording: Recording) -> tuple[bool, bool, bool]:
        by = found.found_by.get(recording.id)
        return (
            by is None or by.kind is not IdentifierKind.RECORDING,
            by is not None and by.is_doubtful,
            about is not None and recording.start > about,
        )

    return sorted(found.recordings, key=sure)


def _why(
    found: Found,
    shared: Sequence[SharedReplay],
    others: Sequence[Recording],
    *,
    about: datetime | None,
) -> str:
    """What puts the best first, by what is known now that it was exported."""
    if not shared:
        return ""
    by = found.found_by.get(shared[0].recording.id)
    if by is not None and by.kind is IdentifierKind.RECORDING:
        return by.known_by
    return why_first(
        [*(one.recording for one in shared), *others],
        about=about,
        summaries={
            **found.summaries,
            **{one.recording.id: one.summary for one in shared},
        },
        report="the customer's message",
    )


def _spoken(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
