"""Finds tickets for people who choose one elsewhere, while they wait.

A number is read as that ticket, which is there at once; anything else is searched for,
and a search finds what is minutes old. Closed tickets take no note and are left out.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.errors import NotFound
from bot.model import ReplyTo, TicketHit
from integrations.zendesk.address import DESTINATION, numeric_id
from integrations.zendesk.client import Zendesk
from integrations.zendesk.records import Row

MAX_FOUND = 15
_MAX_WORDS = 8

_NUMBER = re.compile(r"#?\s*([1-9][0-9]{0,19})")
_EMAIL = re.compile(r"[^\s@\"]{1,64}@[^\s@\"]+\.[^\s@\"]{2,}")
# What Zendesk reads as more than a word: properties, comparisons, phrases, exclusions.
_OPERATORS = re.compile(r"[^\w.@#&+'-]+")


class ZendeskTickets:
    """The tickets of one account. Implements bot.ports.Tickets."""

    def __init__(self, zendesk: Zendesk) -> None:
        self._zendesk = zendesk

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
        people = _people(answer)
        return [_hit(row, people) for row in answer["results"]]

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
        return [_hit(answer["ticket"], _people(answer))]


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


def _people(answer: Row) -> Mapping[int, str]:
    """The requesters beside the tickets, by id: name and address."""
    return {
        int(row["id"]): " ".join(
            filter(None, [str(row.get("name") or ""), _bracketed(row.get("email"))])
        )
        for row in answer.get("users") or ()
    }


def _bracketed(email: object) -> str:
    return f"({email})" if email else ""


def _hit(row: Row, people: Mapping[int, str]) -> TicketHit:
    return TicketHit(
        id=str(row["id"]),
        subject=str(row.get("subject") or ""),
        status=str(row.get("status") or "").lower(),
        requester=people.get(int(row["requester_id"]), ""),
    )
