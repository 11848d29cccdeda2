"""What a ticket and an agent's command ask for, read from the account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.command import (
    command_text,
    look_back,
    named,
    not_understood,
)
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.records import moment
from tests.integrations.zendesk.helpers import client, commanded, created


def email(address: str) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, address)


@pytest.fixture
def destination(zendesk: ZendeskStandIn) -> ZendeskDestination:
    return ZendeskDestination(client(zendesk))


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
    assert request.reply_to.address == {
        "ticket": str(ticket),
        "requester": str(jane.id),
    }
    assert request.key == created(ticket).key


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


def test_nobody_is_looked_for_where_the_requester_is_suspended(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """Unless an agent's command names somebody."""
    ticket = zendesk.create_ticket(
        "jane@example.com", "Win", "A prize for you@b.example"
    )
    zendesk.customers[0].suspended = True
    request = destination.complete(created(ticket))
    assert request.identifiers == ()
    assert "suspended" in request.reply_to.address
    zendesk.add_comment(ticket, "#replay jane@example.com", public=False)
    request = destination.complete(commanded(ticket))
    assert request.identifiers == (email("jane@example.com"),)
    assert "suspended" not in request.reply_to.address


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


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("user_4711", ["user_4711"]),
        (": 42 last 2h, please!", ["42"]),
        ('for the last 3 days "Acme Owner" errors only', ["Acme Owner"]),
        ("bob@example.com 42 or so", ["bob@example.com"]),
        ("last 2h please", []),
        ("nonsense", []),
        ("the one at 12:30", []),
    ],
)
def test_whom_a_command_names(text: str, values: list[str]) -> None:
    """By a user id, too, where nothing else stands there; words name nobody."""
    assert [one.value for one in named(text)] == values
    stray = {"nonsense": "nonsense", "the one at 12:30": "the one at 12:30"}
    assert not_understood(text) == stray.get(text, "")
