"""What goes on elsewhere: a note on the ticket, a file on it, a message in Slack."""

from __future__ import annotations

import json

import requests

from tests.integrations.zendesk.app.agents import AtWork
from tests.journeys.courier import links, plays, shown

SUPPORT = "C07SUPPORT1"


def channels(work: AtWork, ticket: int) -> dict[str, str]:
    """The channels an agent may choose from: their keys by name."""
    told = work.page().told("channels", ticket)
    return {one["name"]: one["id"] for one in told["channels"]}


def test_channels_the_bot_may_post_in_are_offered(work: AtWork) -> None:
    """Neither private ones it is not in, nor those that another company reads."""
    found = channels(work, work.ticket(work.customer()))
    assert set(found) == {"support", "random"}


def test_a_replay_is_shared_in_slack_by_name(work: AtWork) -> None:
    """Dana is nobody in Slack: the message names her, once, with a link that plays."""
    jane = work.customer()
    ticket = work.ticket(jane)
    channel = channels(work, ticket)["support"]
    page = work.page()
    ask = page.ask("share", ticket, recording=jane.recording_id, channel=channel)
    assert page.answer(ask) == {"state": "done"}
    assert page.answer(ask) == {"state": "done"}
    [message] = [
        one
        for one in work.courier.slack.messages("support")
        if jane.email in shown(one) and "shared by Dana Agent (Zendesk)" in shown(one)
    ]
    [link] = links(shown(message))
    assert plays(link)


def test_an_agent_whom_slack_knows_shares_as_themselves(work: AtWork) -> None:
    jane = work.customer()
    ticket = work.ticket(jane)
    ana = work.zendesk.account.add_user("Ana Ruiz", "ana@acme.example", role="agent")
    channel = channels(work, ticket)["random"]
    told = work.page(ana).told(
        "share", ticket, recording=jane.recording_id, channel=channel
    )
    assert told == {"state": "done"}
    [message] = work.courier.slack.messages("random")
    assert "shared by <@U07ANA00001>" in shown(message)


def test_a_channel_that_was_not_offered_is_refused(work: AtWork) -> None:
    """Private, shared with another company, a direct message, made up, elsewhere's."""
    jane = work.customer()
    ticket, page = work.ticket(jane), work.page()
    for channel in (
        "::C07ESCALAT3",
        "::C07GLOBEX05",
        "::D07ANACOUR4",
        "::C0NOWHERE",
        f"T0OTHER::{SUPPORT}",
        SUPPORT,
    ):
        told = page.told("share", ticket, recording=jane.recording_id, channel=channel)
        assert told["state"] == "failed", channel
    everything = json.dumps(
        [shown(one) for one in work.courier.slack.messages("with-globex")]
    )
    assert jane.email not in everything


def test_a_note_is_asked_for_and_reported(work: AtWork) -> None:
    """An internal note with a link, told to the page when it stands."""
    jane = work.customer()
    ticket = work.ticket(jane)
    told = work.page().told("note", ticket, recording=jane.recording_id)
    assert told == {"state": "done"}
    [note] = work.zendesk.notes(ticket)
    assert not note.public
    [link] = links(note.html_body)
    assert requests.get(link, timeout=10).status_code == 200


def test_a_file_is_attached(work: AtWork) -> None:
    jane = work.customer()
    ticket = work.ticket(jane)
    told = work.page().told("file", ticket, recording=jane.recording_id)
    assert told == {"state": "done"}
    [note] = work.zendesk.notes(ticket)
    assert any(one.filename.endswith(".replay.html") for one in note.uploads)


def test_a_note_on_a_closed_ticket_is_told_as_not_done(work: AtWork) -> None:
    jane = work.customer()
    ticket = work.ticket(jane)
    work.zendesk.close(ticket)
    told = work.page().told("note", ticket, recording=jane.recording_id)
    assert told["state"] == "failed"
    assert "closed" in told["plain"]
