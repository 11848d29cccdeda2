"""Requests are begun as fast as those take answers whom they go to, oldest first.

A vendor that allows few updates is not asked for more, and what has to wait is left in
the ledger, where it costs nobody anything and keeps its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.ledger import Claim, Ledger
from bot.ports import Gate


class Gates:
    """The gates of destinations, by name; any other takes whatever comes."""

    def __init__(self, ledger: Ledger, gates: Mapping[str, Gate]) -> None:
        self._ledger = ledger
        self._gates = gates

    def claim(self, request_id: str) -> Claim | None:
        """The request that a bell rang for, or an older one for the same destination;
        None where there is none to begin with now."""
        destination = self._ledger.destination_of(request_id) if self._gates else None
        gate = self._gates.get(destination or "")
        if destination is None or gate is None:
            return self._ledger.claim(request_id)
        if gate.room() < 1:
            return None
        claim = self._ledger.claim_oldest(destination)
        if claim is not None and not gate.enter():
            # Another worker was quicker. The sweep rings again when there is room.
            self._ledger.unclaim(claim)
            return None
        return claim

    def due(self) -> list[str]:
        """The requests to ring for; no more than there is room for."""
        room = {name: gate.room() for name, gate in self._gates.items()}
        return self._ledger.due(where=room)
