"""Tickets are looked at again, and told what is news; through the real libraries."""

from datetime import timedelta

import pytest

from bot.clock import utc_now
from bot.config import Settings
from bot.demo.zendesk.records import stamp
from bot.wiring.zendesk_setup import ZendeskSetUp
from tests.journeys.courier import installed
from tests.journeys.waiting import eventually

JANE = "jane.doe@example.com"


@pytest.fixture
def working(small, redis_url):
    with installed(small, redis_url) as courier, courier.web(), courier.working():
        yield courier
        courier.forget()


def answered(courier, customer=JANE):
    """A ticket whose first note is there."""
    ticket = courier.zendesk.create_ticket(customer, "Cannot pay", "It says 500.")
    eventually(lambda: courier.zendesk.notes(ticket))
    settle(courier)
    return ticket


def settle(courier):
    """Wait until every delivery has arrived and every request is settled; those that
    wait for more are not waited for."""
    assert courier.zendesk.postman.settle()
    courier.pass_time()
    courier.settled()


def test_a_macro_asks_for_what_is_new(working):
    """Links that still open are not told twice; the tag that asked goes."""
    zendesk = working.zendesk
    ticket = answered(working)
    zendesk.apply_macro(ticket, "Replay Courier: fetch replays")
    assert "replay_requested" in zendesk.tickets[ticket].tags
    settle(working)
    assert "replay_requested" not in zendesk.tickets[ticket].tags
    assert len(zendesk.notes(ticket)) == 1


def test_a_burst_of_updates_is_one_look(working):
    zendesk = working.zendesk
    ticket = answered(working)
    before = sum(working.services.ledger.counts().values())
    for _ in range(3):
        zendesk.solve(ticket)
        zendesk.reopen(ticket)
    zendesk.apply_macro(ticket, "Replay Courier: fetch replays")
    assert zendesk.postman.settle()
    assert sum(working.services.ledger.counts().values()) == before + 1
    settle(working)
    assert len(zendesk.notes(ticket)) == 1


def test_a_command_and_the_tag_its_trigger_sets_are_one_note(working):
    ticket = working.zendesk.create_ticket("j@private.example", "Hello", "Help me")
    settle(working)
    working.zendesk.add_comment(ticket, f"#replay {JANE}", public=False)
    settle(working)
    assert len(working.zendesk.notes(ticket)) == 1
    assert working.zendesk.tickets[ticket].tags == ["replay_attached"]


def test_a_ticket_opened_again_is_told_of_the_session_since(working):
    zendesk = working.zendesk
    customer = working.customer()
    ticket = answered(working, customer.email)
    zendesk.solve(ticket)
    zendesk.reopen(ticket)
    settle(working)
    assert len(zendesk.notes(ticket)) == 1
    newer = working.visits_again(customer)
    zendesk.solve(ticket)
    zendesk.reopen(ticket)
    assert zendesk.postman.settle()
    working.pass_time()
    eventually(lambda: len(zendesk.notes(ticket)) == 2)
    marker = zendesk.audits(ticket)[-1].custom["replay_courier"]
    assert marker["recordings"] == newer


def test_a_session_that_goes_on_is_told_of_again_when_it_has_ended(working):
    """The ticket was written in the middle of it."""
    zendesk, customer = working.zendesk, working.customer()
    hour = timedelta(hours=1)
    session = working.visits_again(customer, ago=hour, goes_on=True)
    ticket = zendesk.create_ticket(customer.email, "Cannot pay", "It says 500.")
    eventually(lambda: zendesk.notes(ticket))
    [note] = zendesk.notes(ticket)
    assert "still recording" in note.body
    working.ends(session, later=timedelta(minutes=2))
    working.pass_time()
    working.settled()
    [_, added] = zendesk.notes(ticket)
    assert "has ended" in added.body
    assert not added.public


def test_a_ticket_whose_delivery_was_lost_is_answered(working):
    """Zendesk's circuit breaker was open, say; a search finds the ticket."""
    zendesk = working.zendesk
    answered(working)
    working.grow_older(timedelta(hours=1))
    zendesk.postman.losses = 1
    lost = zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    settle(working)
    assert zendesk.notes(lost) == []
    ten_minutes_ago = utc_now() - timedelta(minutes=10)
    zendesk.tickets[lost].created_at = stamp(ten_minutes_ago.timestamp())
    for _ in range(2):
        working.services.worker().catch_up()
        eventually(lambda: zendesk.notes(lost))
        settle(working)
    [note] = zendesk.notes(lost)
    assert not note.public


def test_an_account_that_tells_by_events_gets_the_same_answers(working):
    """Set up with ZENDESK_DELIVERY=events: no trigger is left."""
    zendesk = working.zendesk
    zendesk.bot.role = "admin"
    settings = Settings.from_env({**working.environment, "ZENDESK_DELIVERY": "events"})
    list(ZendeskSetUp(settings, fields=True, remove=False).steps(acts=True))
    assert not zendesk.admin.triggers
    [webhook] = zendesk.admin.webhooks.values()
    webhook.secret = zendesk.signing_secret
    ticket = zendesk.create_ticket("j@private.example", "Hello", "Help me")
    settle(working)
    assert zendesk.tickets[ticket].tags == ["replay_none"]
    zendesk.add_comment(ticket, f"#replay {JANE}", public=False)
    settle(working)
    assert len(zendesk.notes(ticket)) == 1
    zendesk.change_requester(ticket, zendesk.account.user_by_email(JANE))
    zendesk.tag(ticket, "replay_requested")
    settle(working)
    assert len(zendesk.notes(ticket)) == 1
    assert zendesk.tickets[ticket].tags == ["replay_attached"]
