"""What one update of a ticket carries beside its note, and which tickets take none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.demo.zendesk.fields import add_field
from bot.errors import NotFound, Refused, RetryLater
from bot.model import Action, ReplayFile, ReplayRequest
from integrations.zendesk.attachments import Attachments
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.setup.wanted import ticket_field
from tests.integrations.zendesk.helpers import (
    NOTE,
    RECORDING,
    SUMMARY,
    MemoryDraft,
    client,
    commanded,
    created,
)

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa3\x9a\xbb\x9c\0\0\0\0IEND"
    b"\xaeB`\x82"
)
FILE = ReplayFile(RECORDING, SUMMARY, "jane.replay.html", b"<!doctype html>")


@pytest.fixture
def ticket(zendesk: ZendeskStandIn) -> int:
    return zendesk.create_ticket("jane@example.com", "Export is broken", "It hangs.")


@pytest.fixture
def drawing(zendesk: ZendeskStandIn) -> ZendeskDestination:
    """A destination that draws its replays."""
    return ZendeskDestination(client(zendesk), picture=lambda replay: PNG)


def post(destination: ZendeskDestination, request: ReplayRequest) -> None:
    destination.post("req-1", request, NOTE, MemoryDraft())


def test_the_picture_of_the_best_replay_is_in_the_note(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    post(drawing, created(ticket))
    (note,) = zendesk.notes(ticket)
    (picture,) = note.uploads
    assert (picture.content, picture.content_type) == (PNG, "image/png")
    assert "<img" in note.html_body


def test_an_account_that_drops_pictures_has_it_as_a_file(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    zendesk.account.keeps_images = False
    post(drawing, created(ticket))
    (note,) = zendesk.notes(ticket)
    assert len(note.uploads) == 1
    assert "<img" not in note.html_body
    assert "Watch the replay" in note.body


def test_a_picture_that_is_refused_costs_nothing_but_itself(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    zendesk.account.blocked_extensions = frozenset({"png"})
    post(drawing, created(ticket))
    (note,) = zendesk.notes(ticket)
    assert note.uploads == []
    assert "<img" not in note.html_body


def test_pictures_are_uploaded_once_however_often_the_ticket_changes(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """A conflict leaves the upload unused, and good for the next try."""
    zendesk.faults.next(Fault.CONFLICT, times=2)
    post(drawing, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
    uploads = [call for call in zendesk.api_calls if call.path.endswith("/uploads")]
    assert len(uploads) == 1


@pytest.fixture
def fields(zendesk: ZendeskStandIn) -> Callable[[int], dict[str, object]]:
    """The fields that set-up makes, and what a ticket has in them."""
    ids = {}
    for wanted in (
        *map(ticket_field, ("Replay link", "Replay errors", "Replay last session")),
        {"type": "text", "title": "App user id"},
    ):
        made = add_field(zendesk.admin, dict(wanted))
        ids[str(made["title"])] = int(str(made["id"]))

    def read(ticket: int) -> dict[str, object]:
        has = zendesk.tickets[ticket].custom_fields
        return {title: has.get(each) for title, each in ids.items()}

    return read


def test_the_tickets_fields_are_set_with_the_note(
    zendesk: ZendeskStandIn,
    drawing: ZendeskDestination,
    ticket: int,
    fields: Callable[[int], dict[str, object]],
) -> None:
    """In the same update; what others hold stays."""
    post(drawing, created(ticket))
    assert fields(ticket) == {
        "Replay link": "https://replays.example.com/r/abc#t=63",
        "Replay errors": 3,
        "Replay last session": "2026-03-02",
        "App user id": None,
    }
    assert [call.method for call in zendesk.api_calls].count("PUT") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"visible_in_portal": True},
        {"editable_in_portal": True},
        {"agent_description": "Filled in by Tier 2."},
    ],
)
def test_no_link_comes_into_a_field_that_customers_see(
    zendesk: ZendeskStandIn,
    drawing: ZendeskDestination,
    ticket: int,
    change: dict[str, object],
) -> None:
    """One that was opened to them since, or an administrator's own of that name."""
    fields = {**ticket_field("Replay link"), **change}
    made = add_field(zendesk.admin, fields)
    post(drawing, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
    assert zendesk.tickets[ticket].custom_fields.get(int(str(made["id"]))) is None


def test_a_field_that_takes_no_value_costs_no_note(
    zendesk: ZendeskStandIn,
    drawing: ZendeskDestination,
    ticket: int,
    fields: Callable[[int], dict[str, object]],
) -> None:
    """An administrator changed it; the next note asks what there is."""
    zendesk.faults.next(Fault.UNPROCESSABLE)
    post(drawing, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
    assert set(fields(ticket).values()) == {None}


def attaching(ticket: int) -> ReplayRequest:
    return replace(
        created(ticket), key="slack:1", action=Action.ATTACH, recording_id="0195-a"
    )


def test_a_file_that_somebody_adds_is_attached_to_an_internal_note(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    drawing.post("req-1", attaching(ticket), FILE, MemoryDraft())
    (note,) = zendesk.notes(ticket)
    assert not note.public
    assert [file.filename for file in note.uploads] == ["jane.replay.html"]


@pytest.mark.parametrize("obstacle", ["blocked", "too large"])
def test_whoever_wants_a_file_attached_hears_that_it_cannot_be(
    zendesk: ZendeskStandIn, ticket: int, obstacle: str
) -> None:
    if obstacle == "blocked":
        zendesk.account.blocked_extensions = frozenset({"html"})
    most = 1 if obstacle == "too large" else 1000
    attachments = Attachments(client(zendesk), max_bytes=most)
    with pytest.raises(Refused) as refused:
        attachments.only(FILE)
    assert "as a link" in refused.value.plain
    assert zendesk.notes(ticket) == []


def test_a_merged_ticket_takes_no_note(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """It is closed, and the one it was merged into has its own."""
    other = zendesk.create_ticket("jane@example.com", "Export again", "It still hangs.")
    zendesk.merge(ticket, other)
    with pytest.raises(Refused, match="closed"):
        drawing.complete(created(ticket))
    with pytest.raises(Refused, match="closed"):
        post(drawing, created(ticket))
    assert zendesk.notes(ticket) == []


def test_what_a_merged_ticket_said_is_nobodys_command(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """It comes as a note by the agent who merged, in the words of its customer."""
    text = "#replay eve@b.example\nSee 0192f8a1-7c3e-7b21-9d10-4a5b6c7d8e9f"
    zendesk.merge(zendesk.create_ticket("eve@b.example", "Hi", text), ticket)
    with pytest.raises(NotFound):
        drawing.complete(commanded(ticket))
    request = drawing.complete(created(ticket))
    assert [one.value for one in request.identifiers] == ["jane@example.com"]


def test_of_a_huge_ticket_the_newest_is_read(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """Four hundred comments cost three calls; the command is the newest of them."""
    for number in range(400):
        zendesk.add_comment(ticket, f"#replay me{number}@example.com", public=False)
    request = drawing.complete(commanded(ticket))
    assert [one.value for one in request.identifiers] == ["me399@example.com"]
    reads = [call for call in zendesk.api_calls if call.path.endswith("/comments")]
    assert len(reads) == 3


def test_a_comment_too_many_is_told_and_not_tried_for_ever(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """Zendesk takes 5,000 a ticket."""
    comments = zendesk.tickets[ticket].comments
    comments += comments * 5000
    with pytest.raises(Refused, match="422"):
        post(drawing, created(ticket))


def test_zendesk_at_its_limit_is_no_end(
    zendesk: ZendeskStandIn, drawing: ZendeskDestination, ticket: int
) -> None:
    """Whichever call meets it, and whether or not it names a time."""
    for method, path in (("GET", "/tickets/"), ("POST", "/uploads"), ("PUT", "/ticke")):
        zendesk.faults.next(Fault.TOO_MANY, method=method, path=path)
        with pytest.raises(RetryLater):
            post(drawing, created(ticket))
    post(drawing, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
