"""One internal note per request, whatever goes wrong, through real zenpy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.errors import CourierError, NotFound, Refused, RetryLater
from bot.model import (
    Delivery,
    Failed,
    Found,
    NothingFound,
    Reason,
    ReplayFile,
    ReplayRequest,
    Result,
    SharedReplay,
)
from integrations.zendesk.destination import ZendeskDestination
from tests.integrations.zendesk.helpers import (
    EMAIL,
    NOTE,
    MemoryDraft,
    client,
    commanded,
    created,
    shared,
)

NOTHING = NothingFound((EMAIL,), Reason.NO_SESSION, "Jane has no session.", "Look on.")
FAILED = Failed("PostHog does not answer.", "R-9")


@pytest.fixture
def ticket(zendesk: ZendeskStandIn) -> int:
    return zendesk.create_ticket(
        "jane@example.com", "Export is broken", "It hangs.", tags=("web_form",)
    )


@pytest.fixture
def destination(zendesk: ZendeskStandIn) -> ZendeskDestination:
    return ZendeskDestination(client(zendesk))


def post(
    destination: ZendeskDestination, request: ReplayRequest, result: Result = NOTE
) -> Delivery:
    return destination.post("req-1", request, result, MemoryDraft())


def deliver(
    destination: ZendeskDestination, request: ReplayRequest, result: Result = NOTE
) -> Delivery:
    """What the courier does: look first, post, and come back after RetryLater."""
    for _ in range(5):
        posted = destination.find_posted("req-1", request, MemoryDraft())
        if posted:
            return posted
        try:
            return post(destination, request, result)
        except RetryLater:
            continue
    raise AssertionError("never delivered")


def test_the_note_is_internal_and_one_update(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Note, tag and marker land together; the customer's tags stay."""
    delivery = post(destination, created(ticket))
    (note,) = zendesk.notes(ticket)
    assert note.public is False
    assert "Watch the replay" in note.body
    assert zendesk.tickets[ticket].tags == ["replay_attached", "web_form"]
    audit = zendesk.audits(ticket)[-1]
    assert audit.custom["replay_courier"] == {
        "request": "req-1",
        "for": "created",
        "kind": "answer",
        "recordings": "0195-a",
        "until": "2026-03-09T09:14:00+00:00",
    }
    assert delivery.reference == {
        "ticket": str(ticket),
        "audit": str(audit.id),
        "comment": str(note.id),
    }
    puts = [call for call in zendesk.api_calls if call.method == "PUT"]
    assert len(puts) == 1
    assert puts[0].body is not None
    assert puts[0].body["ticket"]["comment"]["public"] is False


def test_posting_twice_writes_once(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """A job run again finds its own note and gives the same reference."""
    first = post(destination, created(ticket))
    assert post(destination, created(ticket)) == first
    found = destination.find_posted("req-1", created(ticket), MemoryDraft())
    assert found == first
    assert len(zendesk.notes(ticket)) == 1


def test_nothing_posted_is_nothing_found(
    destination: ZendeskDestination, ticket: int
) -> None:
    """A fresh ticket holds no answer of ours."""
    assert destination.find_posted("req-1", created(ticket), MemoryDraft()) is None


def test_another_courier_with_an_empty_ledger_does_not_repeat_the_answer(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The marker in Zendesk names the cause too, and outlives our database."""
    post(destination, created(ticket))
    destination.post("req-other", created(ticket), NOTE, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault.APPLIED_THEN_500,
        Fault.TRUNCATED,
        Fault.APPLIED_THEN_HANG,
        Fault.UNAVAILABLE,
        Fault.ERROR_PAGE,
        Fault.TOO_MANY,
        Fault.HANG,
    ],
)
def test_one_note_whatever_becomes_of_the_answer(
    zendesk: ZendeskStandIn, ticket: int, fault: Fault
) -> None:
    """Lost answers, outages and limits: after all tries there is exactly one note."""
    destination = ZendeskDestination(client(zendesk, timeout=0.5))
    zendesk.faults.next(fault)
    deliver(destination, created(ticket))
    assert len(zendesk.notes(ticket)) == 1


@pytest.mark.parametrize(
    "fault", [Fault.APPLIED_THEN_500, Fault.TRUNCATED, Fault.APPLIED_THEN_HANG]
)
def test_a_lost_answer_is_settled_by_the_audits(
    zendesk: ZendeskStandIn, ticket: int, fault: Fault
) -> None:
    """The note was written although the answer was lost: no second PUT is sent."""
    destination = ZendeskDestination(client(zendesk, timeout=0.5))
    zendesk.faults.next(fault)
    assert "comment" in post(destination, created(ticket)).reference
    assert [call.method for call in zendesk.api_calls].count("PUT") == 1


def test_a_lost_answer_and_an_outage_after_it(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """When even the audits cannot be read the courier comes back, and finds it."""
    destination = ZendeskDestination(client(zendesk, timeout=0.5))
    zendesk.faults.next(Fault.APPLIED_THEN_500)
    zendesk.faults.next(
        Fault.UNAVAILABLE, method="GET", path="/audits$", times=1, skip=1
    )
    with pytest.raises(RetryLater):
        post(destination, created(ticket))
    assert deliver(destination, created(ticket)).reference["comment"]
    assert len(zendesk.notes(ticket)) == 1


def test_a_limit_is_handed_back_with_its_time(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """429 does not put a worker to sleep; with no number there is no time."""
    zendesk.faults.next(Fault.TOO_MANY, retry_after="37")
    with pytest.raises(RetryLater) as limited:
        post(destination, created(ticket))
    assert limited.value.after == 37.0
    zendesk.faults.next(Fault.TOO_MANY, retry_after="soon")
    with pytest.raises(RetryLater) as limited:
        post(destination, created(ticket))
    assert limited.value.after is None
    assert zendesk.notes(ticket) == []


def test_an_agent_at_work_on_the_ticket_loses_nothing(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """A tag added between our reading and writing survives: 409, read again, write."""
    zendesk.tickets[ticket].updated_at = "2026-03-02T09:14:05Z"
    busy = BusyAgent(zendesk, ticket, times=2)
    post(destination, created(ticket))
    assert busy.times == 0
    assert len(zendesk.notes(ticket)) == 1
    tags = zendesk.tickets[ticket].tags
    assert {"agent_1", "agent_2", "replay_attached", "web_form"} == set(tags)
    statuses = [call.status for call in zendesk.api_calls if call.method == "PUT"]
    assert statuses == [409, 409, 200]


def test_a_ticket_that_never_rests_is_left_for_later(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """After five conflicts the request goes back to the queue."""
    BusyAgent(zendesk, ticket, times=99)
    with pytest.raises(RetryLater, match="changed 5 times"):
        post(destination, created(ticket))
    assert zendesk.notes(ticket) == []


class BusyAgent:
    """Tags the ticket right after each of the courier's looks at its audits."""

    def __init__(self, zendesk: ZendeskStandIn, ticket: int, times: int) -> None:
        self.times = times
        self._count = 0
        zendesk.app.after_request_funcs.setdefault(None, []).append(self._after)
        self._zendesk = zendesk
        self._ticket = zendesk.tickets[ticket]

    def _after(self, response: object) -> object:
        from flask import request

        if request.path.endswith("/audits") and self.times:
            self.times -= 1
            self._count += 1
            self._ticket.tags.append(f"agent_{self._count}")
            # Another second, as stamps are whole seconds.
            self._ticket.updated_at = f"2026-03-02T09:15:{self._count:02}Z"
        return response


def test_a_closed_ticket_is_refused_for_good(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Nobody can write to it any more, so nobody tries again."""
    zendesk.close(ticket)
    with pytest.raises(Refused, match="closed"):
        destination.complete(created(ticket))
    with pytest.raises(Refused, match="closed"):
        post(destination, created(ticket))


def test_a_solved_ticket_still_takes_its_note(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """An answer that comes late is still worth having."""
    zendesk.solve(ticket)
    post(destination, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
    assert zendesk.tickets[ticket].status == "solved"


def test_a_deleted_ticket_is_not_found(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """A ticket that is gone ends its request."""
    zendesk.delete(ticket)
    with pytest.raises(NotFound):
        destination.complete(created(ticket))
    with pytest.raises(NotFound):
        post(destination, created(ticket))


def test_a_note_that_came_out_public_is_hidden_and_reported(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """If an account makes our note public it is made private before anything else."""
    zendesk.account.forces_public = True
    with pytest.raises(Refused, match="hidden at once"):
        post(destination, created(ticket))
    assert zendesk.notes(ticket)[0].public is False
    assert zendesk.api_calls[-1].path.endswith("/make_private")


def test_nothing_found_is_a_quiet_tag(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Every ticket of somebody unknown must not fill with empty notes."""
    delivery = post(destination, created(ticket), NOTHING)
    assert zendesk.notes(ticket) == []
    assert zendesk.tickets[ticket].tags == ["replay_none", "web_form"]
    assert "comment" not in delivery.reference
    assert post(destination, created(ticket), NOTHING) == delivery


@pytest.mark.parametrize(
    ("result", "tag", "words"),
    [
        (NOTHING, "replay_none", "Jane has no session."),
        (
            replace(NOTHING, reason=Reason.AMBIGUOUS),
            "replay_ambiguous",
            "Jane has no session.",
        ),
        (FAILED, "replay_failed", "PostHog does not answer."),
    ],
)
def test_an_agent_who_asked_is_always_told(
    zendesk: ZendeskStandIn,
    destination: ZendeskDestination,
    ticket: int,
    result: Result,
    tag: str,
    words: str,
) -> None:
    """A command never ends in silence."""
    zendesk.add_comment(ticket, "#replay", public=False)
    deliver(destination, commanded(ticket), result)
    deliver(destination, commanded(ticket), result)
    (note,) = zendesk.notes(ticket)
    assert words in note.body
    assert note.public is False
    assert tag in zendesk.tickets[ticket].tags


def test_the_setting_makes_empty_answers_speak(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Who wants a note on every ticket can have it."""
    destination = ZendeskDestination(client(zendesk), note_when_nothing=True)
    post(destination, created(ticket), NOTHING)
    assert len(zendesk.notes(ticket)) == 1


def test_a_failure_can_be_followed_by_the_replay(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """An administrator who tries a dead letter again gets the note; the tag changes."""
    post(destination, created(ticket), FAILED)
    assert zendesk.tickets[ticket].tags == ["replay_failed", "web_form"]
    assert destination.find_posted("req-1", created(ticket), MemoryDraft()) is None
    post(destination, created(ticket))
    assert len(zendesk.notes(ticket)) == 1
    assert zendesk.tickets[ticket].tags == ["replay_attached", "web_form"]


def test_a_later_question_does_not_take_the_replay_away(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The tag says that the ticket holds a replay, and it still does."""
    post(destination, created(ticket))
    zendesk.add_comment(ticket, "#replay bob@example.com", public=False)
    destination.post("req-2", commanded(ticket), NOTHING, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 2
    assert zendesk.tickets[ticket].tags == ["replay_attached", "web_form"]


def test_a_result_that_is_no_answer_to_a_ticket_is_refused(
    destination: ZendeskDestination, ticket: int
) -> None:
    """What Slack shows is not posted here by mistake."""
    with pytest.raises(Refused, match="Found"):
        post(destination, created(ticket), Found((EMAIL,), (), timedelta(days=1)))


def test_one_command_known_by_trigger_and_by_event_is_one_note(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Two requests with two keys, one comment: the second finds the first's note."""
    comment = zendesk.add_comment(ticket, "#replay", public=False)
    by_trigger = destination.complete(commanded(ticket))
    by_event = destination.complete(commanded(ticket, comment.id))
    destination.post("req-1", by_trigger, NOTE, MemoryDraft())
    destination.post("req-2", by_event, NOTE, MemoryDraft())
    destination.post("req-3", commanded(ticket), NOTE, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 1


def test_a_second_command_gets_a_second_note(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Asking again later is another request."""
    destination.post("req-0", created(ticket), NOTE, MemoryDraft())
    for number in (1, 2):
        comment = zendesk.add_comment(ticket, "#replay", public=False)
        request = commanded(ticket, comment.id)
        destination.post(f"req-{number}", request, NOTE, MemoryDraft())
    assert len(zendesk.notes(ticket)) == 3


def test_a_command_nobody_wrote_is_answered_by_nothing(
    zendesk: ZendeskStandIn, destination: ZendeskDestination
) -> None:
    """A subject with the word fires a loose trigger, but asks for nothing."""
    ticket = zendesk.create_ticket("jane@example.com", "What is #replay?", "I see it.")
    zendesk.add_comment(ticket, "I will look.", public=False)
    with pytest.raises(NotFound, match="no private command"):
        destination.complete(commanded(ticket))
    delivery = post(destination, commanded(ticket), FAILED)
    assert delivery.reference["ignored"] == "no news"
    assert zendesk.notes(ticket) == []
    assert zendesk.tickets[ticket].tags == []


def test_our_note_does_not_start_another_run(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The command's trigger does not fire on the note that answers it."""
    zendesk.webhook_url = "http://127.0.0.1:9/zendesk/webhook"
    error = replace(shared().summary.errors[0], message="#replay #REPLAY")
    summary = replace(shared().summary, errors=(error,))
    post(destination, created(ticket), replace(NOTE, replays=(shared(about=summary),)))
    assert len(zendesk.notes(ticket)) == 1
    assert zendesk.deliveries == []


def attachable(content: bytes) -> ReplayFile:
    replay = shared()
    return ReplayFile(replay.recording, replay.summary, "jane.replay.html", content)


def test_the_file_can_be_attached(zendesk: ZendeskStandIn, ticket: int) -> None:
    """With the setting on, the note carries the replay itself."""

    def attach(replay: SharedReplay) -> ReplayFile:
        return attachable(b"<!doctype html>")

    destination = ZendeskDestination(client(zendesk), attach=attach)
    post(destination, created(ticket))
    (note,) = zendesk.notes(ticket)
    assert [file.filename for file in note.uploads] == ["jane.replay.html"]
    assert note.uploads[0].content == b"<!doctype html>"
    assert note.uploads[0].content_type == "text/html"
    assert "jane.replay.html" in note.body
    assert zendesk.account.empty_uploads == 0


@pytest.mark.parametrize("obstacle", ["blocked", "too large for Zendesk", "too large"])
def test_a_file_that_cannot_be_attached_leaves_the_link(
    zendesk: ZendeskStandIn, ticket: int, obstacle: str
) -> None:
    """Administrators forbid file types; the note is written all the same."""
    content = b"x"
    if obstacle == "blocked":
        zendesk.account.blocked_extensions = frozenset({"html"})
    elif obstacle == "too large for Zendesk":
        zendesk.account.max_upload_bytes = 0
    else:
        content = bytes(21 * 1024 * 1024)
    destination = ZendeskDestination(
        client(zendesk), attach=lambda replay: attachable(content)
    )
    post(destination, created(ticket))
    (note,) = zendesk.notes(ticket)
    assert note.uploads == []
    assert "jane.replay.html" not in note.body
    assert "Watch the replay" in note.body


def test_no_error_repeats_a_secret(
    zendesk: ZendeskStandIn, ticket: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither token nor link is in what is logged or raised, at any level."""
    caplog.set_level("DEBUG")
    destination = ZendeskDestination(client(zendesk))
    zendesk.faults.next(Fault.UNAVAILABLE)
    with pytest.raises(CourierError) as failed:
        post(destination, created(ticket))
    post(destination, created(ticket))
    told = caplog.text + str(failed.value) + failed.value.plain
    assert zendesk.credentials.api_token not in told
    assert "replays.example.com" not in told
