"""The recordings a request means: looked up, ranked, a page of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.clock import Clock
from bot.delivery.policy import Policy
from bot.errors import BadInput, RetryLater
from bot.ledger import Ledger
from bot.lookup import look_up
from bot.model import (
    Action,
    Found,
    Identifier,
    NothingFound,
    Reason,
    Recording,
    ReplayRequest,
    Summary,
    Told,
    told_silence,
)
from bot.ports import RecordingSource
from bot.ranking import ranked, why_first
from bot.recording.scrubber import Scrubber
from bot.replays import Replays

# Of how many of a person's newest recordings the most relevant are chosen: what one
# call to PostHog lists.
_LOOKED_AT = 50


Completing = Callable[[ReplayRequest], ReplayRequest]
"""A destination's ``complete``."""


class Finder:
    """Finds for conversations; the command line looks up by itself."""

    def __init__(
        self,
        sources: Sequence[RecordingSource],
        ledger: Ledger,
        replays: Replays,
        *,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._ledger = ledger
        self._replays = replays
        self._policy = policy
        self._clock = clock

    def whole(self, request: ReplayRequest, complete: Completing) -> ReplayRequest:
        """The request with what the search it follows was about. Where somebody chose
        whom they mean, that is a search of its own, and what comes after follows it.

        The ledger keeps a search as it came in: what its destination had to look up,
        such as a mentioned person's address, is looked up again by ``complete``. Raises
        BadInput where it was somebody else's.
        """
        if request.follows is None:
            return request
        first = self.whole(complete(self._ledger.request(request.follows)), complete)
        mine = (first.asked_by, first.reply_to.destination)
        if mine != (request.asked_by, request.reply_to.destination):
            raise BadInput(f"request {request.key} follows somebody else's search")
        return replace(
            request,
            identifiers=request.identifiers or first.identifiers,
            follows=None if request.identifiers else request.follows,
            look_back=first.look_back,
            filters=first.filters,
            about=first.about,
            text=first.text,
        )

    def find(self, request: ReplayRequest) -> Found | NothingFound:
        """A page of the recordings, most relevant first, or why there are none."""
        now = self._clock()
        result = look_up(
            self._sources,
            request.identifiers,
            look_back=request.look_back or self._policy.look_back,
            limit=_LOOKED_AT,
            now=now,
            filters=request.filters,
            choosing=request.action is Action.FIND,
        )
        if not isinstance(result, Found):
            return result
        if request.told is not None:
            news = _news(result.recordings, request.told)
            if not news:
                if result.silent:
                    raise RetryLater(f"no news, but {told_silence(result.silent)}")
                return _no_news(result)
            result = replace(result, recordings=news, total=len(news))
        summaries = self._summaries(result.recordings)
        ordered = ranked(
            result.recordings, about=request.about, now=now, summaries=summaries
        )
        page = ordered[request.offset :][: self._policy.results]
        scrubber = Scrubber(self._policy.redaction)
        clean = partial(_without_secrets, scrubber=scrubber)
        return replace(
            result,
            recordings=tuple(map(clean, page)),
            summaries={
                one.id: summaries[one.id] for one in page if one.id in summaries
            },
            offset=request.offset,
            page=self._policy.results,
            why=why_first(ordered, about=request.about, summaries=summaries),
        )

    def _summaries(self, recordings: Sequence[Recording]) -> dict[str, Summary]:
        return self._replays.summaries(
            [(one.source, one.id) for one in recordings],
            redaction=self._policy.redaction,
        )


def _news(recordings: Sequence[Recording], told: Told) -> tuple[Recording, ...]:
    return tuple(
        one
        for one in recordings
        if one.id not in told.recordings
        and (told.since is None or _end(one) > told.since)
    )


def _end(recording: Recording) -> datetime:
    return recording.end or recording.start + recording.duration


def _no_news(result: Found) -> NothingFound:
    return NothingFound(
        result.identifiers,
        Reason.NO_NEWS,
        "There is no new session since the last note.",
        "An earlier note has what there is.",
        result.people,
    )


def described(identifiers: Sequence[Identifier]) -> str:
    """Whom a request asked for, for the audit log."""
    return ", ".join(one.value for one in identifiers)


def _without_secrets(recording: Recording, scrubber: Scrubber) -> Recording:
    """The recording as it may be posted: its source knows the pages as they were."""
    start = recording.start_url
    return replace(
        recording,
        start_url=start and scrubber.url(start),
        urls=tuple(map(scrubber.url, recording.urls)),
    )
