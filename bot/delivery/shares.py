"""Replays as they are shared: minted, extended, revoked, listed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.delivery.pictures import Pictures
from bot.delivery.policy import Policy
from bot.delivery.recalling import recalled, remembered
from bot.errors import BadInput
from bot.ledger import Claim, Ledger
from bot.model import (
    Delivery,
    LinkChanged,
    Opening,
    Recording,
    ReplayRequest,
    SharedReplay,
    ShareLink,
    ShareTerms,
    Summary,
)
from bot.recording.moments import LEAD_MS, opening_at_ms
from bot.replays import Replays, StoredReplay
from bot.sharing import LinkEntry, Links, Postings

_SHOWN_AT_HOME = 10
_CLOSING_WITHIN = timedelta(hours=24)
_ERRORS = ("exception", "console_error")


class Shares:
    """The share links of conversations."""

    def __init__(
        self,
        replays: Replays,
        links: Links,
        postings: Postings,
        ledger: Ledger,
        *,
        policy: Policy,
        pictures: Pictures,
    ) -> None:
        self._replays = replays
        self._links = links
        self._postings = postings
        self._ledger = ledger
        self._policy = policy
        self._pictures = pictures

    def share(
        self,
        claim: Claim,
        request: ReplayRequest,
        replay: StoredReplay,
        recording: Recording,
    ) -> SharedReplay:
        """A link to the replay by the request's terms; a retry replaces it."""
        self._pictures.prepare(replay)
        terms, summary = request.terms, replay.manifest.summary
        start_at_s = _opening_ms(terms, summary, request) // 1000
        link = self._links.mint(
            replay.id,
            origin=_origin(claim, recording.id),
            by=request.asked_by,
            expires_in=terms.expires_in or self._policy.link_expiry,
            max_opens=terms.max_opens,
            start_at_s=start_at_s,
            note=terms.note,
            about=remembered(recording),
            # A worker that slept through its lease would replace a posted link.
            proof=partial(self._ledger.prove, claim),
        )
        return SharedReplay(
            recording=recording,
            summary=summary,
            link=link,
            watch_url=f"{link.url}#t={start_at_s}",
            size=replay.manifest.payload_bytes,
            note=terms.note,
            audience=replay.manifest.audience,
            shared_by=request.asked_by,
        )

    def found(self, claim: Claim, destination: str, delivery: Delivery) -> list[str]:
        """Remember where links stand that an earlier try posted without knowing; their
        ids."""
        link_ids = self._links.minted_for(claim.id)
        for link_id in link_ids:
            self._postings.add(link_id, destination, delivery.reference)
        return link_ids

    def revoke(self, request: ReplayRequest) -> LinkChanged:
        """Close the request's link. Raises NotFound."""
        link_id = _link_of(request)
        entry = self._links.get(link_id)
        if entry.posted is None and not request.from_home:
            # Minted by a version that did not remember where it posted.
            asked = request.reply_to
            self._postings.add(link_id, asked.destination, asked.address)
        self._links.revoke(link_id, by=request.asked_by)
        return self.changed(request)

    def extend(self, request: ReplayRequest) -> LinkChanged:
        """Let the request's link open longer. Raises NotFound, or Gone."""
        expires_in = request.terms.expires_in or self._policy.link_expiry
        self._links.extend(
            _link_of(request), by=request.asked_by, expires_in=expires_in
        )
        return self.changed(request)

    def changed(self, request: ReplayRequest) -> LinkChanged:
        """The request's link as it is now. Raises NotFound."""
        entry = self._links.get(_link_of(request))
        return LinkChanged(
            self.of(entry),
            by=entry.revoked_by or "",
            at=entry.revoked_at,
            posted=entry.posted,
        )

    def made_by(self, person: str) -> tuple[SharedReplay, ...]:
        """What one person shared lately, newest first."""
        entries = self._links.entries(_SHOWN_AT_HOME, by=person)
        return tuple(map(self.of, entries))

    def closing(self, person: str) -> tuple[SharedReplay, ...]:
        """Those of one person's links that close within a day, the first first."""
        entries = self._links.closing(_CLOSING_WITHIN, by=person, limit=_SHOWN_AT_HOME)
        return tuple(map(self.of, entries))

    def of(self, entry: LinkEntry, *, named: bool = True) -> SharedReplay:
        """The replay of a link, and whose it is as the posted message says; without
        ``named`` only what the link itself reveals."""
        manifest = self._replays.get(entry.replay_id).manifest
        about = entry.sealed_about if named else None
        link = self._links.share_link(entry)
        return SharedReplay(
            recording=recalled(manifest, about and self._links.unsealed(about)),
            summary=manifest.summary,
            link=link,
            watch_url=_watch_url(link, entry.start_at_s),
            size=manifest.payload_bytes,
            note=entry.note,
            audience=manifest.audience,
            shared_by=entry.created_by,
            shared_at=entry.created_at,
            posted=entry.posted,
        )


def _watch_url(link: ShareLink, start_at_s: int) -> str:
    return f"{link.url}#t={start_at_s}" if link.url else ""


def _opening_ms(terms: ShareTerms, summary: Summary, request: ReplayRequest) -> int:
    if terms.opening is Opening.BEGINNING:
        return 0
    if terms.opening is Opening.FIRST_ERROR:
        errors = [mark.at_ms for mark in summary.marks if mark.kind in _ERRORS]
        if errors:
            return max(0, min(errors) - LEAD_MS // 4)
    return opening_at_ms(summary, request.about)


def _origin(claim: Claim, recording_id: str) -> str:
    """What a request's link to a recording is minted for."""
    return f"{claim.id}:{recording_id}"[:80]


def _link_of(request: ReplayRequest) -> str:
    if request.link_id is None:
        raise BadInput(f"request {request.key} names no link")
    return request.link_id
