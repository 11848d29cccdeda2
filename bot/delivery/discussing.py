"""Where recordings are talked about, for the tickets that hold them.

A note says where its recordings were shared before; a ticket that holds a recording
already is told of a later share, by a request of its own. Which of the two tells of a
discussion is decided by what came first, so that no ticket is told of one twice. What
is told is a message's address, and that only while the message stands and its link was
not taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.delivery.places import place
from bot.delivery.shares import Shares
from bot.errors import BadInput, CourierError
from bot.ledger import Ledger
from bot.model import (
    Action,
    Discussed,
    Discussion,
    Note,
    Nothing,
    Recording,
    ReplayRequest,
    ReplyTo,
    Result,
    SharedReplay,
)
from bot.ports import Destination
from bot.sharing import LinkEntry, Links

_MOST_TOLD = 3
# Until then it may be taken back.
_TOLD_AFTER = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Discussions:
    """The conversations about an installation's recordings."""

    def __init__(
        self,
        links: Links,
        shares: Shares,
        ledger: Ledger,
        destinations: Mapping[str, Destination],
    ) -> None:
        self._links = links
        self._shares = shares
        self._ledger = ledger
        self._destinations = destinations

    def added(self, result: Result, to: ReplyTo) -> Result:
        """The result with where its recordings were talked about, where it goes into a
        ticket, and as far as that can be known now."""
        destination = self._destinations.get(to.destination)
        if destination is None or destination.is_conversation:
            return result
        if isinstance(result, SharedReplay):
            return replace(result, discussed=self._before(result.recording, to))
        if not isinstance(result, Note):
            return result
        recordings = [*(one.recording for one in result.replays), *result.others]
        known = {one.id: self._before(one, to) for one in recordings}
        return replace(
            result, discussed={id_: told for id_, told in known.items() if told}
        )

    def announce(self, link_id: str) -> None:
        """Have the tickets told of a share that hold its recording already, once each.

        Raises RetryLater.
        """
        mine = self._links.get(link_id)
        if not self._is_conversation(mine):
            return
        recording = self._shares.of(mine).recording
        for other in self._links.posted_of(recording):
            if other.destination is None or other.posted is None:
                continue
            # What is posted later tells of this share itself.
            if self._is_conversation(other) or other.created_at >= mine.created_at:
                continue
            where = place(other.destination, other.posted)
            self._ledger.accept(
                ReplayRequest(
                    key=f"discussed:{link_id}:{where}",
                    action=Action.DISCUSSED,
                    reply_to=ReplyTo(other.destination, other.posted),
                    asked_by=mine.created_by,
                    recording_id=recording.id,
                    link_id=link_id,
                ),
                after=_TOLD_AFTER,
            )

    def of(self, request: ReplayRequest) -> Discussed | Nothing:
        """The discussion to be told of; nothing where it is private, or was taken back.

        Raises NotFound, and RetryLater where that cannot be known now.
        """
        if request.link_id is None:
            raise BadInput(f"request {request.key} names no link")
        entry = self._links.get(request.link_id)
        url = self._way_to(entry)
        if not url:
            return Nothing()
        shared = self._shares.of(entry)
        return Discussed(shared.recording, Discussion(url, entry.created_at))

    def _before(self, recording: Recording, to: ReplyTo) -> tuple[Discussion, ...]:
        """Where the recording was talked about before, newest first; nothing where the
        place holds it already and so was told."""
        entries = self._links.posted_of(recording)
        here = place(to.destination, to.address)
        held = {place(one.destination or "", one.posted or {}) for one in entries}
        if here in held:
            return ()
        found: list[Discussion] = []
        for one in filter(self._is_conversation, entries):
            if len(found) == _MOST_TOLD:
                break
            try:
                url = self._way_to(one)
            except CourierError as error:
                _log.info("a discussion is left out", error=str(error))
                continue
            if url:
                found.append(Discussion(url, one.created_at))
        return tuple(found)

    def _is_conversation(self, entry: LinkEntry) -> bool:
        destination = self._destinations.get(entry.destination or "")
        return destination is not None and destination.is_conversation

    def _way_to(self, entry: LinkEntry) -> str:
        destination = self._destinations.get(entry.destination or "")
        if destination is None or entry.posted is None or entry.revoked_at is not None:
            return ""
        return destination.way_to(entry.posted)
