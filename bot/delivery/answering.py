"""What requests are answered with: each action has its part."""

from __future__ import annotations

from dataclasses import dataclass

from bot.delivery.describing import Describer
from bot.delivery.discussing import Discussions
from bot.delivery.exporting import Exports
from bot.delivery.finding import Finder
from bot.delivery.homes import Homes
from bot.delivery.notes import Notes
from bot.delivery.policy import Policy
from bot.delivery.reporting import Reports
from bot.delivery.shares import Shares
from bot.delivery.watching import Watched
from bot.errors import BadInput
from bot.ledger import Claim
from bot.model import Action, Audience, Nothing, Recording, ReplayRequest, Result
from bot.replays import Replays, StoredReplay


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers requests with what has yet to be posted."""

    finder: Finder
    exports: Exports
    replays: Replays
    shares: Shares
    notes: Notes
    homes: Homes
    describer: Describer
    reports: Reports
    discussions: Discussions
    watched: Watched
    policy: Policy

    def of(self, claim: Claim, request: ReplayRequest) -> Result:
        """The result. Raises RetryLater, or another CourierError where there is
        none."""
        match request.action:
            case Action.FIND:
                return self.finder.find(request)
            case Action.SHARE:
                replay, recording = self._wanted(request)
                return self.shares.share(claim, request, replay, recording)
            case Action.ATTACH:
                replay, recording = self._wanted(request)
                return self.replays.as_file(replay, recording)
            case Action.NOTE:
                return self.notes.of(claim, request)
            case Action.ENDED:
                return self.notes.of_ended(claim, request)
            case Action.REVOKE:
                revoked = self.shares.revoke(request)
                return self.homes.of(request) if request.from_home else revoked
            case Action.EXTEND:
                extended = self.shares.extend(request)
                return self.homes.of(request) if request.from_home else extended
            case Action.LINK_CHANGED:
                return self.shares.changed(request)
            case Action.HOME:
                return self.homes.of(request)
            case Action.PREVIEW | Action.PREVIEW_CLOSED:
                return self.describer.previews(request.urls)
            case Action.REPORT:
                return self.reports.of(request)
            case Action.DISCUSSED:
                return self.discussions.of(request)
            case Action.FOLLOW:
                return self.watched.follow(request)
            case Action.TIDY:
                return self.watched.tidy(request)
            case Action.DETACH | Action.NOTHING:
                return Nothing()

    def stored(
        self, recording_id: str, audience: Audience | None = None
    ) -> tuple[StoredReplay, Recording]:
        """The recording's replay by the installation's rules for an audience; see
        ``Exports``."""
        return self.exports.stored(recording_id, self.policy.redaction_for(audience))

    def _wanted(self, request: ReplayRequest) -> tuple[StoredReplay, Recording]:
        if request.recording_id is None:
            raise BadInput(f"request {request.key} names no recording")
        return self.stored(request.recording_id, request.terms.audience)
