"""A ticket is looked at again where something asks for it, and told what is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.errors import NotAllowed, NotFound, RetryLater
from bot.model import (
    Action,
    Failed,
    Filters,
    Nothing,
    NothingFound,
    Reason,
    ReplayRequest,
    Result,
    Told,
)
from integrations.zendesk.asked import look
from integrations.zendesk.causes import Cause
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.scope import Scope
from tests.integrations.zendesk.helpers import (
    EMAIL,
    NOTE,
    MemoryDraft,
    client,
    commanded,
    created,
    shared,
)

NO_NEWS = NothingFound((EMAIL,), Reason.NO_NEWS, "There is no new session.", "")


@pytest.fixture
def destination(zendesk: ZendeskStandIn) -> ZendeskDestination:
    return ZendeskDestination(client(zendesk))


@pytest.fixture
def ticket(zendesk: ZendeskStandIn) -> int:
    return zendesk.create_ticket("jane@example.com", "Export is broken", "It hangs.")


def asking(ticket: int, cause: Cause) -> ReplayRequest:
    return look(str(ticket), cause, "01HANA2B")


def post(
    destination: ZendeskDestination,
    request: ReplayRequest,
    result: Result = NOTE,
    request_id: str = "req-1",
) -> dict[str, str]:
    delivery = destination.post(request_id, request, result, MemoryDraft())
    return dict(delivery.reference)


def open_note(expires_in: timedelta = timedelta(days=7)) -> Result:
    """A note whose link opens for so long from now."""
    replay = shared()
    expires_at = datetime.now(UTC) + expires_in
    link = replace(replay.link, expires_at=expires_at)
    return replace(NOTE, replays=(replace(replay, link=link),))


def test_the_tag_asks_for_what_was_not_told_before(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """What was is in the markers of the ticket's own updates; the links still open."""
    post(destination, created(ticket), open_note())
    zendesk.tag(ticket, "replay_requested")
    request = destination.complete(asking(ticket, Cause.TAG))
    assert request.told == Told(frozenset({"0195-a"}))
    assert request.identifiers == (EMAIL,)


def test_a_command_that_a_stranger_mailed_is_none(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Zendesk makes a private comment of it; it waits for an agent who sets the tag."""
    eve = zendesk.account.add_user("Eve", "eve@b.example")
    zendesk.add_comment(ticket, "#replay victim@b.example", by=eve, public=False)
    assert not zendesk.comments(ticket)[-1].public
    zendesk.tag(ticket, "replay_requested")
    request = destination.complete(asking(ticket, Cause.TAG))
    assert request.identifiers == (EMAIL,)
    with pytest.raises(NotFound):
        destination.complete(commanded(ticket))


def test_what_can_no_longer_be_opened_is_told_again(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    post(destination, created(ticket), open_note(timedelta(minutes=-1)))
    zendesk.tag(ticket, "replay_requested")
    assert destination.complete(asking(ticket, Cause.TAG)).told == Told()


def test_a_command_has_the_options_that_slack_has(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """In any order; the page that is meant names nobody."""
    text = "#replay on https://app.example.com/pay last 2h bob@example.com errors only"
    comment = zendesk.add_comment(ticket, text, public=False)
    request = destination.complete(commanded(ticket, comment.id))
    assert [one.value for one in request.identifiers] == ["bob@example.com"]
    assert request.filters == Filters(errors_only=True, page="/pay")
    assert request.look_back == timedelta(hours=2)


def test_the_answer_takes_the_tag_away(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """In the same update as the note; where there are no news, in one without."""
    zendesk.tag(ticket, "replay_requested", "vip")
    post(destination, asking(ticket, Cause.TAG))
    assert zendesk.tickets[ticket].tags == ["replay_attached", "vip"]
    zendesk.tag(ticket, "replay_requested")
    post(destination, asking(ticket, Cause.TAG), NO_NEWS, "req-2")
    assert zendesk.tickets[ticket].tags == ["replay_attached", "vip"]
    assert len(zendesk.notes(ticket)) == 1


def test_whoever_sets_the_tag_is_told_that_there_is_nothing(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Once; that there is nothing new to add is not worth a note."""
    zendesk.tag(ticket, "replay_requested")
    nobody = NothingFound((EMAIL,), Reason.UNKNOWN_PERSON, "Nobody is known.", "")
    post(destination, asking(ticket, Cause.TAG), nobody)
    (note,) = zendesk.notes(ticket)
    assert "Nobody is known." in note.body
    assert zendesk.tickets[ticket].tags == ["replay_none"]


def test_a_loose_trigger_leaves_no_tag_that_asks(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The subject held the command's word, and the trigger set the tag beside."""
    zendesk.tag(ticket, "replay_requested")
    post(destination, commanded(ticket), Failed("No command there.", "r"))
    assert zendesk.tickets[ticket].tags == []
    assert zendesk.notes(ticket) == []


def test_a_tag_that_is_gone_asks_for_nothing(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Another answer took it away, or whoever set it."""
    request = destination.complete(asking(ticket, Cause.TAG))
    assert request.action is Action.NOTHING
    assert post(destination, request, Nothing())["ignored"]
    assert not any(call.method == "PUT" for call in zendesk.api_calls)


def test_the_tag_stands_for_a_command_whose_delivery_was_lost(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """The trigger that calls us sets it too, and the ticket keeps it."""
    comment = zendesk.add_comment(ticket, "#replay sam@example.com", public=False)
    zendesk.tag(ticket, "replay_requested")
    request = destination.complete(asking(ticket, Cause.TAG))
    assert request.reply_to.address["command"] == str(comment.id)
    assert [one.value for one in request.identifiers] == ["sam@example.com"]
    assert request.told is None
    post(destination, request)
    # The delivery comes after all.
    known = destination.find_posted(
        "other", commanded(ticket, comment.id), MemoryDraft()
    )
    assert known is not None


def test_a_command_of_before_the_last_answer_is_not_asked_again(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    comment = zendesk.add_comment(ticket, "#replay", public=False)
    post(destination, commanded(ticket, comment.id), open_note())
    zendesk.tag(ticket, "replay_requested")
    request = destination.complete(asking(ticket, Cause.TAG))
    assert "command" not in request.reply_to.address
    assert request.told == Told(frozenset({"0195-a"}))


def test_a_reopened_ticket_is_told_of_sessions_since_its_last_answer(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Older ones that were not shown are no news, and neither is an expired link."""
    post(destination, created(ticket), open_note(timedelta(minutes=-1)))
    zendesk.solve(ticket)
    reply = zendesk.reopen(ticket)
    request = destination.complete(asking(ticket, Cause.REOPENED))
    answered_at = zendesk.audits(ticket)[1].created_at
    assert request.told == Told(
        frozenset({"0195-a"}), datetime.fromisoformat(answered_at)
    )
    assert request.about == datetime.fromisoformat(reply.created_at)


def test_a_reopened_ticket_without_a_new_session_is_left_in_peace(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Nobody asked, so nothing is written; not even that it failed."""
    post(destination, created(ticket))
    updates = len(zendesk.audits(ticket))
    request = asking(ticket, Cause.REOPENED)
    nobody = NothingFound((EMAIL,), Reason.UNKNOWN_PERSON, "Nobody.", "")
    for result in (NO_NEWS, nobody, Failed("PostHog does not answer.", "r")):
        assert post(destination, request, result, "req-2")["ignored"] == "no news"
    assert len(zendesk.audits(ticket)) == updates


def test_a_ticket_that_was_solved_again_meanwhile_asks_for_nothing(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    zendesk.solve(ticket)
    request = destination.complete(asking(ticket, Cause.REOPENED))
    assert request.action is Action.NOTHING


def test_a_ticket_that_was_handed_on_is_told_of_its_new_customer(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    post(destination, created(ticket), open_note())
    zendesk.change_requester(ticket, zendesk.customers[1])
    request = destination.complete(asking(ticket, Cause.REQUESTER))
    assert [one.value for one in request.identifiers] == ["sam@example.com"]


def test_one_customers_recordings_never_come_into_anothers_ticket(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """It was handed on while they were looked for: they are looked for again."""
    request = destination.complete(created(ticket))
    zendesk.change_requester(ticket, zendesk.customers[1])
    with pytest.raises(RetryLater, match="another requester"):
        post(destination, request)
    assert zendesk.notes(ticket) == []


@pytest.mark.parametrize("scope", [Scope(except_=(("brand", 26155621587603),)), None])
def test_what_is_left_out_is_left_alone_whoever_asks(
    zendesk: ZendeskStandIn, scope: Scope | None
) -> None:
    """By the settings, or by the ticket's tag. An agent who asks is told so."""
    destination = ZendeskDestination(client(zendesk), scope=scope or Scope())
    tags = () if scope else ("replay_optout",)
    ticket = zendesk.create_ticket("jane@example.com", "Broken", "It hangs.", tags=tags)
    zendesk.account.tickets[ticket].brand_id = 26155621587603
    request = destination.complete(created(ticket))
    assert request.action is Action.NOTHING
    assert post(destination, request, Nothing())["ignored"]
    comment = zendesk.add_comment(ticket, "#replay", public=False)
    with pytest.raises(NotAllowed, match="left alone") as refused:
        destination.complete(commanded(ticket, comment.id))
    assert f"ticket {ticket} alone" in refused.value.plain
    share = replace(created(ticket), action=Action.SHARE, recording_id="0195-a")
    with pytest.raises(NotAllowed):
        destination.complete(share)


def test_a_replay_that_somebody_adds_is_an_internal_note(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    share = replace(
        created(ticket), key="slack:1", action=Action.SHARE, recording_id="0195-a"
    )
    delivery = post(destination, share, shared())
    (note,) = zendesk.notes(ticket)
    assert delivery["comment"] == str(note.id)
    assert not note.public
    assert "https://replays.example.com/r/abc#t=63" in note.html_body
    assert "replay_attached" in zendesk.tickets[ticket].tags


def test_the_end_of_a_session_is_a_note_of_its_own_once(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    post(destination, created(ticket))
    ended = replace(
        created(ticket), key="e", action=Action.ENDED, recording_id="0195-a"
    )
    ended = destination.complete(ended)
    assert ended.action is Action.ENDED
    for request_id in ("req-2", "req-3"):
        post(destination, ended, NOTE, request_id)
    assert len(zendesk.notes(ticket)) == 2


def test_that_a_session_has_ended_is_not_told_where_nothing_is_to_be_told_any_more(
    zendesk: ZendeskStandIn, destination: ZendeskDestination, ticket: int
) -> None:
    """Of a ticket that was handed on meanwhile, or is left alone."""
    ended = replace(created(ticket), key="e", action=Action.ENDED)
    ended = destination.complete(replace(ended, recording_id="0195-a"))
    bob = zendesk.account.add_user("Bob", "bob@b.example")
    jane = zendesk.tickets[ticket].requester_id
    zendesk.change(ticket, requester_id=bob.id)
    assert destination.complete(ended).action is Action.NOTHING
    zendesk.change(ticket, requester_id=jane)
    zendesk.tag(ticket, "replay_optout")
    assert destination.complete(ended).action is Action.NOTHING
