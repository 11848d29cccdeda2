"""From a ticket to its one internal note, through the real client libraries."""

import pytest

from tests.journeys.courier import links, plays
from tests.journeys.waiting import eventually

JANE = "jane.doe@example.com"


@pytest.fixture
def working(courier):
    with courier.working():
        yield courier


def settle(courier):
    """Wait until every delivery has arrived and every request is settled."""
    assert courier.zendesk.postman.settle()
    courier.settled()


def test_a_new_ticket_gets_one_internal_note_with_links_that_play(working):
    ticket = working.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    [note] = eventually(lambda: working.zendesk.notes(ticket))
    assert not note.public
    assert "Payment failed" in note.body
    assert "(verified address)" in note.body
    assert plays(*links(note.html_body))
    assert "replay_attached" in working.zendesk.tickets[ticket].tags


def test_our_own_note_asks_for_nothing(working):
    """Its update is a change like any other, and triggers look at it."""
    ticket = working.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    eventually(lambda: working.zendesk.notes(ticket))
    settle(working)
    assert len(working.zendesk.deliveries) == 1
    assert sum(working.services.ledger.counts().values()) == 1


def test_an_agent_asks_by_command(working):
    """The customer wrote from an address nobody knows; the agent knows better."""
    ticket = working.zendesk.create_ticket("j@private.example", "Hello", "Help me")
    settle(working)
    assert working.zendesk.notes(ticket) == []
    working.zendesk.add_comment(ticket, f"#replay {JANE} 3d", public=False)
    [note] = eventually(lambda: working.zendesk.notes(ticket))
    assert not note.public
    assert plays(*links(note.html_body))
    settle(working)
    assert len(working.zendesk.notes(ticket)) == 1


def test_a_delivery_that_comes_twice_is_answered_once(working):
    ticket = working.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    [delivery] = working.zendesk.deliveries
    working.zendesk.redeliver(delivery.id)
    eventually(lambda: working.zendesk.notes(ticket))
    working.zendesk.redeliver(delivery.id)
    settle(working)
    assert [one.status for one in delivery.attempts] == [202, 202, 202]
    assert len(working.zendesk.notes(ticket)) == 1
