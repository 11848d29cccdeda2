"""The use case, top to bottom: find, export, store, link, post.

One request in, one posting out. Everything here may be killed and run again: exports
are reused, links are minted anew for the same origin, and posting looks first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot.assets.index import Collectors
from bot.clock import Clock, utc_now
from bot.errors import BadInput, CourierError, NotFound, RetryLater
from bot.exporter.remote import export_recording, is_settled
from bot.ledger import Claim, Ledger
from bot.lookup import look_up, recording_by_id
from bot.model import (
    Action,
    Delivery,
    Failed,
    Found,
    LinkRevoked,
    Note,
    NothingFound,
    Recording,
    ReplayRequest,
    Result,
    SharedReplay,
)
from bot.policy import RedactionPolicy
from bot.ports import Destination, RecordingSource
from bot.recording.moments import opening_at_ms
from bot.recording.scrubber import Scrubber
from bot.replays import Replays, StoredReplay
from bot.sharing import Links

# A retry within this time uses what the try before it exported.
_FRESH = timedelta(minutes=10)
# A ticket's note exports the recordings most likely to show the trouble, no more:
# each costs snapshot calls, of which PostHog's free tier allows 60 an hour.
_REPLAYS_IN_NOTE = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation has decided."""

    look_back: timedelta
    link_expiry: timedelta
    results: int
    redaction: RedactionPolicy = field(default_factory=RedactionPolicy)


class Courier:
    """Answers requests. ``deliver`` posts one answer; the rest serves the CLI too."""

    def __init__(
        self,
        *,
        sources: Sequence[RecordingSource],
        destinations: Mapping[str, Destination],
        ledger: Ledger,
        replays: Replays,
        links: Links,
        policy: Policy,
        assets: Collectors | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._ledger = ledger
        self._replays = replays
        self._links = links
        self._policy = policy
        self._assets = assets
        self._clock = clock

    def deliver(self, claim: Claim) -> Delivery:
        """Answer a claimed request, once; the outcome is for the caller to settle.

        Raises RetryLater, or another CourierError where it cannot be answered.
        """
        destination = self._destinations.get(claim.request.reply_to.destination)
        if destination is None:
            raise NotFound(
                f"request {claim.id}: {claim.request.reply_to.destination} is not"
                " configured any more"
            )
        draft = self._ledger.draft(claim)
        if claim.intended:
            posted = destination.find_posted(claim.id, claim.request, draft)
            if posted is not None:
                return posted
        if claim.failure is not None:
            request = claim.request
            result: Result = Failed(claim.failure, reference=claim.id[:8])
        else:
            request = destination.complete(claim.request)
            result = self._answer(claim, request)
        self._ledger.intend(claim)
        return destination.post(claim.id, request, result, draft)

    def _answer(self, claim: Claim, request: ReplayRequest) -> Result:
        """The result of a request, not yet posted."""
        match request.action:
            case Action.FIND:
                return self._with_summaries(self.find(request))
            case Action.SHARE:
                replay, recording = self.stored(self._wanted(request))
                return self._shared(claim, request, replay, recording)
            case Action.ATTACH:
                replay, recording = self.stored(self._wanted(request))
                return self._replays.as_file(replay, recording)
            case Action.NOTE:
                return self._note(claim, request)
            case Action.REVOKED:
                return self._revoked(request)

    def find(self, request: ReplayRequest) -> Found | NothingFound:
        """The recordings a request means, or why there are none."""
        result = look_up(
            self._sources,
            request.identifiers,
            look_back=request.look_back or self._policy.look_back,
            limit=self._policy.results,
            now=self._clock(),
        )
        if isinstance(result, NothingFound):
            return result
        clean = partial(_without_secrets, scrubber=Scrubber(self._policy.redaction))
        return replace(result, recordings=tuple(map(clean, result.recordings)))

    def stored(self, recording_id: str) -> tuple[StoredReplay, Recording]:
        """The recording's replay: the stored one where it is still true, or a new one.

        Raises NotFound, Gone, UnknownShape, or RetryLater.
        """
        source, recording = recording_by_id(self._sources, recording_id)
        kept = self._latest(source.name, recording_id)
        now = self._clock()
        is_true = kept and (kept.is_final or now - kept.created_at < _FRESH)
        if kept and is_true and self._replays.is_whole(kept):
            return kept, recording
        with export_recording(
            source,
            recording,
            redaction=self._policy.redaction,
            now=now,
            assets=self._assets,
        ) as exported:
            final = is_settled(exported, recording, now)
            return self._replays.keep(exported, is_final=final), recording

    def _latest(self, source: str, recording_id: str) -> StoredReplay | None:
        """The stored replay made for the audience and by the rules of today."""
        return self._replays.latest(
            source, recording_id, redaction=self._policy.redaction
        )

    def _wanted(self, request: ReplayRequest) -> str:
        if request.recording_id is None:
            raise BadInput(f"request {request.key} names no recording")
        return request.recording_id

    def _with_summaries(self, result: Found | NothingFound) -> Result:
        if isinstance(result, NothingFound):
            return result
        known = {
            recording.id: kept.manifest.summary
            for recording in result.recordings
            if (kept := self._latest(recording.source, recording.id))
        }
        return replace(result, summaries=known)

    def _shared(
        self,
        claim: Claim,
        request: ReplayRequest,
        replay: StoredReplay,
        recording: Recording,
    ) -> SharedReplay:
        link = self._links.mint(
            replay.id,
            origin=f"{claim.id}:{recording.id}"[:80],
            by=request.asked_by,
            expires_in=self._policy.link_expiry,
            # A worker that slept through its lease would replace a posted link.
            proof=partial(self._ledger.prove, claim),
        )
        at_s = opening_at_ms(replay.manifest.summary, request.about) // 1000
        return SharedReplay(
            recording=recording,
            summary=replay.manifest.summary,
            link=link,
            watch_url=f"{link.url}#t={at_s}",
            size=replay.manifest.payload_bytes,
        )

    def _note(self, claim: Claim, request: ReplayRequest) -> Result:
        result = self.find(request)
        if isinstance(result, NothingFound):
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
                replay, fresh = self.stored(recording.id)
            except RetryLater:
                raise
            except CourierError as error:
                unavailable.append((recording, error.plain))
                continue
            device = replace(fresh, browser=recording.browser, os=recording.os)
            shared.append(self._shared(claim, request, replay, device))
        return Note(
            identifiers=result.identifiers,
            replays=tuple(shared),
            others=tuple(others),
            look_back=result.look_back,
            unavailable=tuple(unavailable),
        )

    def _revoked(self, request: ReplayRequest) -> LinkRevoked:
        if request.link_id is None:
            raise BadInput(f"request {request.key} names no link")
        revoked_at = self._links.revoked_at(request.link_id) or self._clock()
        return LinkRevoked(request.link_id, request.asked_by, revoked_at)


def _without_secrets(recording: Recording, scrubber: Scrubber) -> Recording:
    """The recording as it may be posted: its source knows the pages as they were."""
    start = recording.start_url
    return replace(
        recording,
        start_url=start and scrubber.url(start),
        urls=tuple(map(scrubber.url, recording.urls)),
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
