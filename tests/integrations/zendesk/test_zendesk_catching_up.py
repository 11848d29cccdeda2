"""What Zendesk told nobody of is found by a search, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.zendesk import ZendeskStandIn
from integrations.zendesk.catching_up import CatchingUp
from tests.integrations.zendesk.helpers import client

Keys = Callable[[], list[str]]


@pytest.fixture
def keys(zendesk: ZendeskStandIn) -> Keys:
    """The keys of what was missed within the last hour, five minutes from now."""
    now = datetime.now(UTC)

    def look() -> list[str]:
        catching_up = CatchingUp(
            client(zendesk), clock=lambda: now + timedelta(minutes=5)
        )
        return [one.key for one in catching_up.missed(now - timedelta(hours=1))]

    return look


def opened(zendesk: ZendeskStandIn, *tags: str) -> int:
    return zendesk.create_ticket("jane@example.com", "Broken", "It hangs.", tags=tags)


def test_a_ticket_without_an_answer_was_missed(
    zendesk: ZendeskStandIn, keys: Keys
) -> None:
    """Under the key of its delivery, so that it is one request whichever comes."""
    ticket = opened(zendesk)
    opened(zendesk, "replay_attached")
    opened(zendesk, "vip", "replay_none")
    opened(zendesk, "replay_optout")
    zendesk.solve(opened(zendesk))
    assert keys() == [f"zendesk:{ticket}:created"]


def test_a_tag_that_still_asks_was_missed(zendesk: ZendeskStandIn, keys: Keys) -> None:
    """Once for each time the ticket changed."""
    ticket = opened(zendesk, "replay_attached")
    zendesk.tag(ticket, "replay_requested")
    stamp = zendesk.tickets[ticket].updated_at
    assert keys() == [f"zendesk:{ticket}:tag:{stamp}"]


def test_what_may_still_be_on_its_way_is_left_to_come(zendesk: ZendeskStandIn) -> None:
    opened(zendesk)
    zendesk.tag(opened(zendesk, "replay_none"), "replay_requested")
    now = datetime.now(UTC)
    assert list(CatchingUp(client(zendesk)).missed(now - timedelta(hours=1))) == []


def test_more_than_a_page_of_tickets_is_found(
    zendesk: ZendeskStandIn, keys: Keys
) -> None:
    tickets = [opened(zendesk) for _ in range(120)]
    assert keys() == [f"zendesk:{ticket}:created" for ticket in tickets]
