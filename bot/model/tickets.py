"""Tickets, as far as somebody chooses one from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TicketHit:
    """A ticket that was found: ``requester`` is who wrote it, by name and address."""

    id: str
    subject: str
    status: str
    requester: str
