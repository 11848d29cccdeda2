"""Which tickets are found for what somebody types in Slack."""

from __future__ import annotations

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.faults import Kind
from bot.errors import BadInput, RetryLater
from bot.model import ReplyTo, TicketHit
from integrations.zendesk.scope import Scope
from integrations.zendesk.tickets import MAX_FOUND, ZendeskTickets, query_for
from tests.integrations.zendesk.helpers import client

JANE = "jane@example.com"


@pytest.fixture
def tickets(zendesk: ZendeskStandIn) -> ZendeskTickets:
    zendesk.account.search_lag_seconds = 0
    return ZendeskTickets(client(zendesk))


def ids(found: list[TicketHit]) -> list[int]:
    return [int(one.id) for one in found]


@pytest.mark.parametrize("typed", ["{}", "#{}", " {} "])
def test_a_number_is_that_ticket_at_once(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets, typed: str
) -> None:
    """Minutes before a search knows of it."""
    zendesk.account.search_lag_seconds = 300
    ticket = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    (hit,) = tickets.find(typed.format(ticket))
    assert hit == TicketHit(
        str(ticket), "Cannot pay", "new", "Jane Doe (jane@example.com)"
    )
    assert tickets.find("cannot pay") == []


def test_a_number_nobody_has_is_nothing(tickets: ZendeskTickets) -> None:
    assert tickets.find("99999") == []


def test_words_and_their_beginnings_find_subjects(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    ticket = zendesk.create_ticket(JANE, "Cannot pay by card", "It says 500.")
    zendesk.create_ticket(JANE, "Something else", "Hello")
    assert ids(tickets.find("cannot ca")) == [ticket]
    assert ids(tickets.find("pay, by “card”!")) == [ticket]
    (hit,) = tickets.find("cannot")
    assert hit.requester == "Jane Doe (jane@example.com)"


def test_an_address_finds_whose_tickets_they_are(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    ticket = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    zendesk.create_ticket("sam@example.com", "About jane@example.com", "Hello")
    assert ids(tickets.find(JANE)) == [ticket]


def test_tickets_that_are_left_alone_are_not_shown(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    """By the settings; nor is anybody who wrote them."""
    ticket = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    brand = zendesk.tickets[ticket].brand_id
    left_out = Scope(except_=(("brand", brand),))
    some = ZendeskTickets(client(zendesk), scope=left_out)
    assert ids(tickets.find("cannot pay")) == [ticket]
    assert some.find("cannot pay") == []
    assert some.find(str(ticket)) == []


def test_closed_tickets_are_left_out(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    """They take no note any more; by number one is shown as what it is."""
    ticket = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    zendesk.close(ticket)
    assert tickets.find("cannot pay") == []
    (hit,) = tickets.find(str(ticket))
    assert hit.status == "closed"


@pytest.mark.parametrize(
    "typed",
    [
        "type:user",
        "status:closed",
        "-pay cannot",
        '"cannot',
        "requester:me",
        "created>2020-01-01",
        "() * <>",
        "include=tickets(users)&query=x",
    ],
)
def test_what_is_typed_is_words_and_no_search_language(typed: str) -> None:
    """Properties and exclusions would search for something else in silence."""
    query = query_for(typed)
    if query:
        words = query.removeprefix("type:ticket status<closed ").split()
        assert words
        assert not any(set(word) & set(':<>*"()') for word in words)
        assert not any(word.startswith("-") for word in words)


def test_a_ticket_that_is_to_be_left_alone_is_not_shown(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    """Neither its subject nor its requester, by number or by words."""
    ticket = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    assert len(tickets.find(str(ticket))) == len(tickets.find("cannot pay")) == 1
    zendesk.tag(ticket, "replay_optout")
    assert tickets.find(str(ticket)) == tickets.find("cannot pay") == []


def test_no_more_are_asked_for_than_are_shown(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    """In one call, the requesters with them."""
    for number in range(MAX_FOUND + 3):
        zendesk.create_ticket(JANE, f"Cannot pay {number}", "It says 500.")
    before = len(zendesk.api_calls)
    assert len(tickets.find("cannot pay")) == MAX_FOUND
    assert len(zendesk.api_calls) - before <= 2, "with the one for a token"


@pytest.mark.parametrize("kind", [Kind.TOO_MANY, Kind.UNAVAILABLE])
def test_what_zendesk_does_not_answer_may_be_asked_again(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets, kind: Kind
) -> None:
    zendesk.faults.next(kind, method="GET", path="/search")
    with pytest.raises(RetryLater):
        tickets.find("cannot pay")


def test_a_ticket_is_a_conversation_with_an_address(
    zendesk: ZendeskStandIn, tickets: ZendeskTickets
) -> None:
    assert tickets.reply_to("5158") == ReplyTo("zendesk", {"ticket": "5158"})
    assert tickets.web_address("5158") == f"{zendesk.url}/agent/tickets/5158"
    for wrong in ("", "0", "../users", "5158?x"):
        with pytest.raises(BadInput):
            tickets.reply_to(wrong)
        with pytest.raises(BadInput):
            tickets.web_address(wrong)
