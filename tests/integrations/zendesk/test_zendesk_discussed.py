"""A ticket tells where in Slack its recordings were talked about, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.errors import Refused
from bot.model import (
    Action,
    Discussed,
    Discussion,
    Nothing,
    ReplayFile,
    ReplayRequest,
    Result,
    ShareTerms,
)
from integrations.zendesk.answer import compose
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.note import render, render_discussed, render_shared
from tests.integrations.zendesk.helpers import (
    NOTE,
    RECORDING,
    SUMMARY,
    MemoryDraft,
    client,
    created,
    shared,
)

URL = "https://acme.slack.com/archives/C07SUPPORT1/p1767000500000600"
SAID = Discussion(URL, datetime(2026, 11, 24, 10, 12, tzinfo=UTC))
EARLIER = replace(SAID, url=f"{URL}7", at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
TOLD = Discussed(RECORDING, SAID)
OTHER = replace(RECORDING, id="0195-b")


@pytest.fixture
def destination(zendesk: ZendeskStandIn) -> ZendeskDestination:
    return ZendeskDestination(client(zendesk))


@pytest.fixture
def ticket(zendesk: ZendeskStandIn) -> int:
    return zendesk.create_ticket("jane@example.com", "Broken", "It hangs.")


def telling(ticket: int, link: str = "link-1") -> ReplayRequest:
    return replace(
        created(ticket),
        key=f"discussed:{link}:zendesk:{ticket}",
        action=Action.DISCUSSED,
        recording_id=RECORDING.id,
        link_id=link,
    )


def post(
    destination: ZendeskDestination, request: ReplayRequest, result: Result
) -> dict[str, str]:
    return dict(destination.post("req-1", request, result, MemoryDraft()).reference)


def test_a_note_leads_to_the_talk_about_its_best_recording() -> None:
    html = render(replace(NOTE, discussed={RECORDING.id: (SAID, EARLIER)}), "req-1")
    assert (
        f'<p>Discussed in Slack, <a href="{URL}">24 Nov 2026, 10:12 UTC</a> and'
        f' <a href="{URL}7">23 Nov 2026, 09:00 UTC</a>.</p>'
    ) in html
    assert "Discussed" not in render(NOTE, "req-1")


def test_of_the_others_it_says_which() -> None:
    note = replace(NOTE, others=(OTHER,), discussed={OTHER.id: (SAID,)})
    assert "The session of 2 Mar 2026, 09:12 UTC: Discussed in Slack, <a" in render(
        note, "req-1"
    )


def test_a_replay_that_was_added_leads_there_too() -> None:
    added = replace(shared(), discussed=(SAID,))
    assert "Discussed in Slack, <a" in render_shared(added, "req-1", by="Ana Ruiz")


def test_an_address_that_is_none_is_no_link() -> None:
    """Whatever Slack was made to answer."""
    wild = replace(TOLD, discussion=replace(SAID, url='javascript:alert("x")'))
    html = render_discussed(wild, "req-1")
    assert "javascript" not in html
    assert "24 Nov 2026, 10:12 UTC" in html


def test_a_later_talk_is_a_short_internal_note(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    request = telling(ticket)
    assert destination.complete(request) == request
    post(destination, request, TOLD)
    (note,) = zendesk.notes(ticket)
    assert not note.public
    assert note.body.startswith("Discussed in Slack")
    assert "The session of 2 Mar 2026, 09:12 UTC, Jane Doe (" in note.body
    assert URL in note.html_body
    assert zendesk.tickets[ticket].tags == []


def test_it_is_told_once_whatever_happens(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The ticket itself knows, though our database may not."""
    for request_id in ("req-1", "req-2"):
        destination.post(request_id, telling(ticket), TOLD, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 1
    destination.post("req-3", telling(ticket, "link-2"), TOLD, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 2


@pytest.mark.parametrize("end", ["close", "delete", "opt out"])
def test_a_ticket_that_is_past_is_left_alone_in_silence(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int, end: str
) -> None:
    """Nobody asked, so nothing failed."""
    if end == "opt out":
        zendesk.tickets[ticket].tags = ["replay_optout"]
    else:
        getattr(zendesk, end)(ticket)
    request = destination.complete(telling(ticket))
    assert request.action is Action.NOTHING
    assert post(destination, request, Nothing())["ignored"]
    assert len(zendesk.comments(ticket)) == 1


def test_what_is_wrong_with_the_account_is_an_error(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    zendesk.gate.credentials = replace(zendesk.credentials, api_token="another")
    with pytest.raises(Refused):
        ZendeskDestination(client(zendesk)).complete(telling(ticket))


def test_it_answers_nobody_who_asked(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """A command and the tag that asks wait on; a look for news looks back as far."""
    ticket = zendesk.create_ticket(
        "jane@example.com", "Broken", "It hangs.", tags=("replay_requested",)
    )
    comment = zendesk.add_comment(ticket, "#replay", public=False)
    post(destination, telling(ticket), TOLD)
    assert zendesk.tickets[ticket].tags == ["replay_requested"]
    look = replace(
        created(ticket),
        reply_to=replace(
            created(ticket).reply_to, address={"ticket": str(ticket), "cause": "tag"}
        ),
    )
    asked = destination.complete(look)
    assert asked.reply_to.address["command"] == str(comment.id)


def test_a_file_is_added_with_the_words_of_whoever_added_it() -> None:
    file = ReplayFile(RECORDING, SUMMARY, "a.replay.html", b"x")
    request = replace(
        created(5), action=Action.ATTACH, terms=ShareTerms(note="See <b> 1:20")
    )
    html = compose("req-1", request, file, note_when_nothing=False).html
    assert "<blockquote>See &lt;b&gt; 1:20</blockquote>" in str(html)
