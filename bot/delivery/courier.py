"""The use case, top to bottom: find, export, store, link, post.

One request in, one posting out. Everything here may be killed and run again: exports
are reused, links are minted anew for the same origin, and posting looks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.assets.index import Collectors
from bot.audit import AuditLog
from bot.clock import Clock, utc_now
from bot.delivery.answering import Answers
from bot.delivery.books import Books, shared_by
from bot.delivery.describing import Describer
from bot.delivery.discussing import Discussions
from bot.delivery.exporting import Exports
from bot.delivery.finding import Finder
from bot.delivery.following import Follower
from bot.delivery.homes import Homes, Parts
from bot.delivery.notes import Notes
from bot.delivery.patience import PATIENCE_S, patience
from bot.delivery.pictures import NoPictures, Pictures
from bot.delivery.policy import Policy
from bot.delivery.reporting import Reports
from bot.delivery.shares import Shares
from bot.delivery.telling import Teller
from bot.delivery.watching import Watched
from bot.errors import CourierError, NotAllowed, NotFound
from bot.ledger import Claim, Ledger
from bot.model import (
    Action,
    Delivery,
    Failed,
    Nothing,
    Previews,
    ReplayRequest,
    Result,
)
from bot.ports import Destination, RecordingSource
from bot.replays import Replays
from bot.sharing import Links, Postings

# Answers that somebody waits for, and that take a while.
_WAITED_FOR = {Action.FIND, Action.SHARE, Action.ATTACH}
# Pages ask for these, and find what became of it by themselves.
_POSTED_NOWHERE = {Action.FOLLOW, Action.TIDY}

_log = structlog.get_logger(__name__)


class Courier:
    """Answers requests: ``deliver`` posts one answer."""

    def __init__(
        self,
        *,
        sources: Sequence[RecordingSource],
        destinations: Mapping[str, Destination],
        ledger: Ledger,
        replays: Replays,
        links: Links,
        postings: Postings,
        audit: AuditLog,
        policy: Policy,
        assets: Collectors | None = None,
        pictures: Pictures | None = None,
        parts: Parts | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._destinations = destinations
        self._ledger = ledger
        self._postings = postings
        self._books = Books(audit)
        self._finder = Finder(sources, ledger, replays, policy=policy, clock=clock)
        shown = pictures or NoPictures()
        self._shares = Shares(
            replays, links, postings, ledger, policy=policy, pictures=shown
        )
        self._describer = Describer(replays, links, postings, self._shares, shown)
        self._teller = Teller(postings, ledger)
        self._follower = Follower(ledger)
        self._reports = Reports(ledger, destinations)
        self._discussions = Discussions(links, self._shares, ledger, destinations)
        self._homes = Homes(self._shares, links, ledger, parts or {})
        exports = Exports(sources, replays, assets=assets, clock=clock)
        self.answers = Answers(
            finder=self._finder,
            exports=exports,
            replays=replays,
            shares=self._shares,
            notes=Notes(
                self._finder, exports, self._shares, policy=policy, clock=clock
            ),
            homes=self._homes,
            describer=self._describer,
            reports=self._reports,
            discussions=self._discussions,
            watched=Watched(
                exports, replays, links, ledger, policy=policy, clock=clock
            ),
            policy=policy,
        )

    def deliver(self, claim: Claim) -> Delivery:
        """Answer a claimed request, once; the outcome is for the caller to settle.

        Raises RetryLater, or another CourierError where it cannot be answered.
        """
        if claim.request.action in _POSTED_NOWHERE:
            self.answers.of(claim, claim.request)
            return Delivery()
        destination = self._destinations.get(claim.request.reply_to.destination)
        if claim.failure is not None and claim.request.report_to is not None:
            return self._failed_elsewhere(claim, destination)
        if destination is None:
            raise NotFound(
                f"request {claim.id}: {claim.request.reply_to.destination} is not"
                " configured any more"
            )
        if claim.intended and (posted := self._found(claim, destination)):
            return posted
        request = claim.request
        if claim.failure is not None:
            failed = Failed(claim.failure, claim.id[:8], claim.is_final)
            request, result = self._failed(request, failed, destination)
        elif request.action is Action.HOME:
            request, result = self._shown_home(claim, destination)
        else:
            request = self._complete(claim, destination)
            if claim.attempts == 1 and request.action in _WAITED_FOR:
                waiting = self._reports.waiting(request, destination)
                # The form that asked for an answer elsewhere has closed already.
                seconds = 0.0 if request.report_to else PATIENCE_S
                with patience(lambda: waiting.keep_waiting(request), seconds=seconds):
                    result = self.answers.of(claim, request)
            else:
                result = self.answers.of(claim, request)
            self._books.answered(claim, request, result)
            self._follower.follow(claim.request, request.reply_to, result)
            if request.action is Action.DISCUSSED and isinstance(result, Nothing):
                return Delivery()
            result = self._discussions.added(result, request.reply_to)
        self._ledger.intend(claim)
        draft = self._ledger.draft(claim)
        delivery = destination.post(claim.id, request, result, draft)
        if isinstance(result, Previews):
            self._describer.described(
                claim, request, result, destination.name, delivery
            )
        # What does not last is nothing to be kept true, nor to tell others of.
        lasting = shared_by(result) if delivery.is_lasting else ()
        link_ids = [one.link.id for one in lasting]
        for link_id in link_ids:
            self._postings.add(link_id, destination.name, delivery.reference)
        self._afterwards(claim, link_ids)
        return delivery

    def _found(self, claim: Claim, destination: Destination) -> Delivery | None:
        """What an earlier try posted without knowing it."""
        draft = self._ledger.draft(claim)
        posted = destination.find_posted(claim.id, claim.request, draft)
        if posted is not None:
            link_ids = self._shares.found(claim, destination.name, posted)
            self._afterwards(claim, link_ids)
        return posted

    def _failed_elsewhere(
        self, claim: Claim, destination: Destination | None
    ) -> Delivery:
        """Nothing is said where the answer would have been; who asked is told."""
        if claim.intended and destination is not None:
            try:
                if posted := self._found(claim, destination):
                    return posted
            except CourierError as error:
                _log.info("cannot tell whether it was posted", error=str(error))
        self._reports.ask(claim)
        return Delivery()

    def _afterwards(self, claim: Claim, link_ids: Iterable[str]) -> None:
        """Whom else to tell, now that it is posted."""
        for link_id in link_ids:
            self._discussions.announce(link_id)
        self._reports.ask(claim)

    def tell_changes(self) -> int:
        """Have every posted message updated whose link has closed or was extended;
        how many."""
        return self._teller.tell_changes(self._destinations)

    def _failed(
        self, request: ReplayRequest, failed: Failed, destination: Destination
    ) -> tuple[ReplayRequest, Result]:
        """The failure, among the shares that it was asked from where they can be
        shown."""
        if request.from_home:
            try:
                request = destination.complete(request)
                return request, replace(self._homes.of(request), failed=failed)
            except CourierError as error:
                _log.info("shares not shown", error=str(error))
        return request, failed

    def _shown_home(
        self, claim: Claim, destination: Destination
    ) -> tuple[ReplayRequest, Result]:
        """Somebody's shares. Nobody asked in words, so whoever may not use the courier
        is told on that page, and no request failed."""
        try:
            request = self._complete(claim, destination)
        except NotAllowed as error:
            return claim.request, Failed(error.plain, reference=claim.id[:8])
        return request, self._homes.of(request)

    def _complete(self, claim: Claim, destination: Destination) -> ReplayRequest:
        try:
            request = self._reports.admitted(claim.request)
            return self._finder.whole(
                destination.complete(request), destination.complete
            )
        except NotAllowed as error:
            self._books.refused(claim, error)
            raise
