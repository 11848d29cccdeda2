"""Finds tickets for people who choose one elsewhere, while they wait.

A number is read as that ticket, which is there at once; anything else is searched for,
and a search finds what is minutes old. Closed tickets take no note and are left out.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.errors import NotFound
from bot.model import ReplyTo, TicketHit
from integrations.zendesk.address import DESTINATION, numeric_id
from integrations.zendesk.asked import OPT_OUT
from integrations.zendesk.client import Zendesk
from integrations.zendesk.failures import in_our_errors
from integrations.zendesk.records import Row, Ticket, User
from integrations.zendesk.scope import Scope

MAX_FOUND = 15
EVERYTHING = Scope()
_MAX_WORDS = 8

_NUMBER = re.compile(r"#?\s*([1-9][0-9]{0,19})")
_EMAIL = re.compile(r"[^\s@\"]{1,64}@[^\s@\"]+\.[^\s@\"]{2,}")
# What Zendesk reads as more than a word: properties, comparisons, phrases, exclusions.
_OPERATORS = re.compile(r"[^\w.@#&+'-]+")


class ZendeskTickets:
    """The tickets of one account that are worked on. Implements bot.ports.Tickets."""

    def __init__(self, zendesk: Zendesk, *, scope: Scope = EVERYTHING) -> None:
        self._zendesk = zendesk
        self._scope = scope

    def find(self, text: str) -> list[TicketHit]:
        """See ``bot.ports.Tickets``: a number, an address, or words."""
        if number := _NUMBER.fullmatch(text.strip()):
            return self._numbered(number[1])
        query = query_for(text)
        if not query:
            return []
        # Words of customers' people: not to be seen in an error, so not in its text.
        answer = self._zendesk.look_up(
            "search.json",
            "searching for tickets",
            query=query,
            sort_by="updated_at",
            sort_order="desc",
            per_page=str(MAX_FOUND),
            include="tickets(users)",
        )
        return self._hits(answer["results"], answer)

    def reply_to(self, ticket_id: str) -> ReplyTo:
        """Raises BadInput."""
        return ReplyTo(DESTINATION, {"ticket": numeric_id(ticket_id, "ticket")})

    def web_address(self, ticket_id: str) -> str:
        """Where agents see the ticket. Raises BadInput."""
        return (
            f"{self._zendesk.base_url}/agent/tickets/{numeric_id(ticket_id, 'ticket')}"
        )

    def _numbered(self, number: str) -> list[TicketHit]:
        try:
            answer = self._zendesk.look_up(
                f"tickets/{number}.json", f"reading ticket {number}", include="users"
            )
        except NotFound:
            return []
        return self._hits([answer["ticket"]], answer)

    def _hits(self, rows: Iterable[Row], answer: Row) -> list[TicketHit]:
        """Those that the courier works on, with the people that came along."""
        with in_our_errors("reading the tickets found"):
            people = [User.read(row) for row in answer.get("users") or ()]
            by_id = {one.id: one for one in people}
            tickets = [Ticket.read(row) for row in rows]
            return [
                _shown(ticket, requester)
                for ticket in tickets
                if OPT_OUT not in ticket.tags
                and (requester := by_id.get(ticket.requester_id))
                and not self._scope.excludes(ticket, requester)
            ]


def query_for(text: str) -> str:
    """The search for what somebody typed, all of it taken as words; empty where there
    is none."""
    wanted = text.strip()
    if _EMAIL.fullmatch(wanted):
        return f'type:ticket status<closed requester:"{wanted}"'
    words = _OPERATORS.sub(" ", wanted).split()
    # Zendesk takes a leading minus for "without".
    words = [word.strip("-'") for word in words][:_MAX_WORDS]
    found = " ".join(filter(None, words))
    return f"type:ticket status<closed {found}" if found else ""


def _shown(ticket: Ticket, requester: User) -> TicketHit:
    address = f"({requester.email})" if requester.email else ""
    return TicketHit(
        id=str(ticket.id),
        subject=ticket.subject,
        status=ticket.status,
        requester=" ".join(filter(None, [requester.name, address])),
    )
