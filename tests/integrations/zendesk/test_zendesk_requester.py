"""Whose ticket it is: what Zendesk knows, most trusted first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.command import command_text, look_back
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.records import moment
from tests.integrations.zendesk.helpers import client, commanded, created

FIELD = 360000000001
SESSION = "0192f8a1-7c3e-7b21-9d10-4a5b6c7d8e9f"


def email(address: str) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, address)


def distinct_id(value: str) -> Identifier:
    return Identifier(IdentifierKind.DISTINCT_ID, value)


@pytest.fixture
def destination(zendesk: ZendeskStandIn) -> ZendeskDestination:
    return ZendeskDestination(client(zendesk), field_id=FIELD)


def test_a_customer_is_known_by_verified_addresses(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """The primary address first, the others after it, unverified ones not at all."""
    jane = zendesk.customers[0]
    for address, verified in (("j@work.example", True), ("ceo@big.example", False)):
        jane.add_identity(zendesk.account.new_id(), address, verified=verified)
    ticket = zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    request = destination.complete(created(ticket))
    assert request.identifiers == (email("jane@example.com"), email("j@work.example"))
    assert request.about == moment(zendesk.tickets[ticket].created_at)
    assert request.reply_to.address == {"ticket": str(ticket)}
    assert request.key == created(ticket).key


def test_the_order_of_trust(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """Field, external id, own addresses, then sessions the text names."""
    zendesk.customers[0].external_id = "cust_77"
    ticket = zendesk.create_ticket(
        "jane@example.com",
        "Export",
        f"See session {SESSION}; ask bob@other.example",
        custom_fields={FIELD: " user-8812 ", 7: "not ours"},
    )
    assert destination.complete(created(ticket)).identifiers == (
        distinct_id("user-8812"),
        distinct_id("cust_77"),
        email("jane@example.com"),
        Identifier(IdentifierKind.UUID, SESSION),
    )


def test_the_field_may_hold_an_address(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """Forms are filled in by people: an address there is an address."""
    ticket = zendesk.create_ticket(
        "jane@example.com", "S", "D", custom_fields={FIELD: "jane@work.example"}
    )
    first = destination.complete(created(ticket)).identifiers[0]
    assert first == email("jane@work.example")


def test_an_address_that_is_only_claimed_is_marked(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """Anybody can mail as anybody: the note has to say so."""
    ticket = zendesk.create_ticket(
        "stranger@example.com", "Hello", "My account is real@example.com"
    )
    request = destination.complete(created(ticket))
    assert request.identifiers == (
        email("stranger@example.com"),
        email("real@example.com"),
    )
    assert request.reply_to.address["unverified"] == "stranger@example.com"


def test_an_agent_as_requester_is_not_the_customer(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """A ticket an agent opened for somebody is about whom the text names."""
    ticket = zendesk.create_ticket(
        "dana@acme.example", "Call", "Spoke to jane@example.com on the phone"
    )
    request = destination.complete(created(ticket))
    assert request.identifiers == (email("jane@example.com"),)


def test_only_the_customers_own_public_words_count(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """Agents' replies and notes name all sorts of people."""
    ticket = zendesk.create_ticket("dana@acme.example", "Call", "Somebody called")
    zendesk.add_comment(ticket, "agent@acme.example asks", public=False)
    zendesk.add_comment(
        ticket, "from carol@example.com", by=zendesk.customers[0], public=True
    )
    assert destination.complete(created(ticket)).identifiers == ()


def test_a_command_can_name_whom_it_means(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """An agent who names somebody means them, and nobody else."""
    ticket = zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    comment = zendesk.add_comment(
        ticket, "#replay bob@example.com last 2h", public=False
    )
    request = destination.complete(commanded(ticket))
    assert request.identifiers == (email("bob@example.com"),)
    assert request.look_back == timedelta(hours=2)
    assert request.asked_by == str(zendesk.agent.id)
    assert request.reply_to.address["command"] == str(comment.id)


def test_a_plain_command_means_the_requester(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """And the time of their last word, not of the ticket."""
    ticket = zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    again = zendesk.add_comment(ticket, "Again!", by=zendesk.customers[0])
    again.created_at = "2030-01-01T00:00:00Z"
    zendesk.add_comment(ticket, "#replay", public=False)
    request = destination.complete(commanded(ticket))
    assert request.identifiers == (email("jane@example.com"),)
    assert request.about == moment("2030-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("#replay", ""),
        ("Please #Replay last 2h", "last 2h"),
        ("hi\n#replay: jane@example.com", ": jane@example.com"),
        ("#replays", None),
        ("#replay-me", None),
        ("a#replay", None),
        ("https://x.example/#replay", None),
        ("> #replay", None),
        ("", None),
    ],
)
def test_what_is_a_command(comment: str, text: str | None) -> None:
    """The word by itself, not inside a link, another word or a quotation."""
    assert command_text(comment) == text


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("last 2h please", timedelta(hours=2)),
        ("30 days", timedelta(days=30)),
        ("15 minutes", timedelta(minutes=15)),
        ("1 week", timedelta(weeks=1)),
        ("0d", None),
        ("user-2d", None),
        ("", None),
    ],
)
def test_how_far_a_command_looks_back(text: str, span: timedelta | None) -> None:
    """Spans as people write them."""
    assert look_back(text) == span
