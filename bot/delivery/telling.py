"""Has messages and previews say so when the links in them change.

Each is told by a request of its own, which outlives whoever noticed.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.ledger import Ledger
from bot.model import Action, ReplayRequest, ReplyTo
from bot.ports import Destination
from bot.sharing import Postings


class Teller:
    """What everybody in a conversation sees, kept true."""

    def __init__(self, postings: Postings, ledger: Ledger) -> None:
        self._postings = postings
        self._ledger = ledger

    def tell_changes(self, destinations: Mapping[str, Destination]) -> int:
        """Ask for every posted message to be updated that is not true any more; how
        many. One that cannot be updated stays as it is."""
        known = set(destinations)
        outdated = [one for one in self._postings.untold() if one.destination in known]
        told = 0
        for one in outdated:
            if not destinations[one.destination].is_conversation:
                self._postings.told(one)
                continue
            told += 1
            until = int(one.expires_at.timestamp())
            self._ledger.accept(
                ReplayRequest(
                    key=f"link:{one.link_id}:{one.state}:{until}",
                    action=Action.LINK_CHANGED,
                    reply_to=ReplyTo(one.destination, one.address),
                    asked_by=one.by,
                    link_id=one.link_id,
                ),
                is_rung=False,
            )
            self._postings.told(one)
        return told + self._close_previews(known)

    def _close_previews(self, known: set[str]) -> int:
        descriptions = self._postings.descriptions
        outlived = [one for one in descriptions.outlived() if one.destination in known]
        for one in outlived:
            self._ledger.accept(
                ReplayRequest(
                    key=f"preview:{one.id}:closed",
                    action=Action.PREVIEW_CLOSED,
                    reply_to=ReplyTo(one.destination, one.address),
                    asked_by="",
                    urls=(one.sealed_url,),
                ),
                is_rung=False,
            )
            descriptions.closed(one)
        return len(outlived)
