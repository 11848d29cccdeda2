"""From a replay in Slack into a ticket, and from a ticket to the talk about it."""

from datetime import timedelta

import pytest

from bot.audit import Event
from tests.journeys.courier import SHARE, UNDO, links, plays, shown
from tests.journeys.waiting import eventually

MORE, TICKET = "replay_more", "Add to ticket…"
JANE = "jane.doe@example.com"
STRANGER = "somebody@private.example"
TOLD_AFTER = timedelta(minutes=1)


@pytest.fixture
def installation(small):
    """One size will do: what is stored where is others' to show."""
    return small


@pytest.fixture
def working(courier):
    courier.zendesk.account.search_lag_seconds = 0
    with courier.working():
        yield courier


def entry(blocks, menu, words):
    """The value of a menu's entry."""
    elements = [one for each in blocks for one in each.get("elements", [])]
    options = [one for each in elements for one in each.get("options", [])]
    assert any(each.get("action_id") == menu for each in elements)
    return next(one["value"] for one in options if one["text"]["text"] == words)


def choose(courier, ticket, **values):
    """Ana finds the ticket in the form, and submits it."""
    (offered,) = courier.slack.suggest("ana", "ticket", f"#{ticket}")
    courier.slack.fill("ana", "ticket", offered["value"])
    for name, value in values.items():
        courier.slack.fill("ana", name, value)
    assert courier.slack.submit("ana").ok


def add(courier, ticket, **values):
    courier.ask(JANE)
    listing = courier.told("/checkout")
    value = entry(listing.blocks, MORE, TICKET)
    assert courier.slack.click("ana", listing, MORE, value).ok
    choose(courier, ticket, **values)


def test_a_replay_is_added_to_a_ticket_and_who_did_it_is_told(working):
    """The customer wrote from an address nobody knows; Ana knows better."""
    ticket = working.zendesk.create_ticket(STRANGER, "Cannot pay", "Help")
    assert working.zendesk.postman.settle()
    add(working, ticket, note="See the <payment>")
    told = working.told(f"Added to ticket #{ticket}")
    assert f"{working.zendesk.url}/agent/tickets/{ticket}" in shown(told)
    assert working.private() == [told], "it took the place of the results"
    (note,) = working.zendesk.notes(ticket)
    assert not note.public
    assert "Added by Ana Ruiz." in note.body
    assert "See the <payment>" in note.body
    assert plays(links(note.html_body)[0])
    assert "replay_attached" in working.zendesk.tickets[ticket].tags
    working.settled()
    (written,) = working.services.audit.entries(events=(Event.SHARE,))
    assert written.who == "U07ANA00001"
    assert f"zendesk:{ticket} from slack:" in written.place


def test_a_file_is_added_to_a_ticket(working):
    ticket = working.zendesk.create_ticket(STRANGER, "Cannot pay", "Help")
    add(working, ticket, form="file", note="Plays offline")
    working.told(f"Added to ticket #{ticket}")
    (note,) = working.zendesk.notes(ticket)
    (file,) = [one for one in note.uploads if one.filename.endswith(".html")]
    assert b"replay-manifest" in file.content
    assert "Plays offline" in note.body


def test_what_cannot_be_added_is_told_in_slack_alone(working):
    ticket = working.zendesk.create_ticket(STRANGER, "Cannot pay", "Help")
    working.zendesk.close(ticket)
    add(working, ticket)
    told = working.told(f"Not added to ticket #{ticket}")
    assert f"Ticket {ticket} is closed." in shown(told)
    assert working.zendesk.notes(ticket) == []


def share(courier):
    """What Ana shares in the channel, once she is told that it is there."""
    courier.ask(JANE)
    assert courier.slack.click("ana", courier.told("/checkout"), SHARE).ok
    told = courier.told("Shared in")
    return courier.slack.messages("support")[-1], told


def address(courier, message):
    return f"{courier.slack.url}/archives/C07SUPPORT1/p{message.ts.replace('.', '')}"


def test_a_note_leads_to_where_its_recording_was_discussed(working):
    """Not to what was taken back."""
    gone, told = share(working)
    assert working.slack.click("ana", told, UNDO).ok
    working.told("Undone")
    kept, _ = share(working)
    ticket = working.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    (note,) = eventually(lambda: working.zendesk.notes(ticket))
    assert "Discussed in Slack, " in note.body
    assert address(working, kept) in note.html_body
    assert address(working, gone) not in note.html_body


def test_a_ticket_hears_of_a_later_share_once_and_the_talk_is_not_answered(working):
    ticket = working.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
    eventually(lambda: working.zendesk.notes(ticket))
    message, _ = share(working)
    eventually(lambda: working.row().action == "discussed")
    assert len(working.zendesk.notes(ticket)) == 1
    working.pass_time(TOLD_AFTER)
    _, told = eventually(
        lambda: len(notes := working.zendesk.notes(ticket)) == 2 and notes
    )
    assert not told.public
    assert address(working, message) in told.html_body
    assert "support" not in told.body
    assert working.zendesk.postman.settle()
    working.settled()
    assert len(working.zendesk.notes(ticket)) == 2
