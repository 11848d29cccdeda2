"""Deliveries become requests by table; what is not ours asks for nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.model import Action, ReplyTo
from integrations.zendesk.payload import Delivered, read

FIXTURES = Path(__file__).parent / "fixtures"
BOT = "8447388099999"


def fixture(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return body


def delivered(body: dict[str, Any], invocation: str = "01HANA2B5D5W9XSJ") -> Delivered:
    return Delivered(body, invocation, BOT)


def test_a_new_ticket_is_one_request_by_trigger_and_by_event() -> None:
    """Both inputs give the same key, so a ticket known twice is answered once."""
    by_trigger = read(delivered({"kind": "ticket_created", "ticket_id": "5158"}))
    by_event = read(delivered(fixture("event_ticket_created")))
    assert by_trigger == by_event
    assert by_trigger is not None
    assert by_trigger.key == "zendesk:5158:created"
    assert by_trigger.action is Action.NOTE
    assert by_trigger.reply_to == ReplyTo("zendesk", {"ticket": "5158"})


def test_a_command_by_event_is_keyed_by_its_comment() -> None:
    """The same comment delivered twice is one request; the agent asked for it."""
    asked = read(delivered(fixture("event_comment_added")))
    assert asked is not None
    assert asked.key == "zendesk:5158:comment:33144692255001"
    assert asked.asked_by == "8447388090777"
    assert asked.reply_to.address == {"ticket": "5158", "command": "33144692255001"}


def test_a_command_by_trigger_is_keyed_by_its_invocation() -> None:
    """A trigger's body names no comment: every attempt of one delivery is one."""
    asked = read(delivered({"kind": "comment_command", "ticket_id": "5158"}))
    assert asked is not None
    assert asked.key == "zendesk:5158:invocation:01HANA2B5D5W9XSJ"
    assert asked.reply_to.address == {"ticket": "5158", "command": ""}
    with pytest.raises(BadInput, match="Invocation-Id"):
        read(delivered({"kind": "comment_command", "ticket_id": "5158"}, ""))


@pytest.mark.parametrize(
    "change",
    [
        {"is_public": True},
        {"author": {"id": "8447388090494", "is_staff": False, "name": "Jane"}},
        {"author": {"id": BOT, "is_staff": True, "name": "Replay Courier"}},
        {"body": "see the replay above"},
        {"body": "> #replay\nthat was asked yesterday"},
    ],
    ids=["public", "customer", "ourselves", "no command", "quoted"],
)
def test_comments_that_do_not_ask(change: dict[str, Any]) -> None:
    """Only staff, in private, in their own words, can ask; never the courier."""
    body = fixture("event_comment_added")
    body["event"]["comment"] |= change
    assert read(delivered(body)) is None


def test_a_ticket_the_courier_made_asks_for_nothing() -> None:
    """The bot's own actions end at the door."""
    body = fixture("event_ticket_created")
    body["detail"]["actor_id"] = BOT
    assert read(delivered(body)) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "something_else", "ticket_id": "1"},
        {"kind": ["ticket_created"], "ticket_id": "1"},
        {"type": "zen:event-type:ticket.priority_changed", "detail": {"id": "1"}},
    ],
)
def test_unknown_deliveries_ask_for_nothing(body: dict[str, Any]) -> None:
    """A shape that is not in the table is not an error."""
    assert read(delivered(body)) is None


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "0",
        "05",
        "-1",
        "1/../2",
        "1 ",
        "1\n",
        "１",
        "9" * 21,
        None,
        1.5,
        True,
        ["1"],
    ],
)
def test_ticket_ids_are_digits_only(ticket: object) -> None:
    """An id goes into a URL, so nothing else passes for one."""
    with pytest.raises(BadInput, match="ticket_id is not an id"):
        read(delivered({"kind": "ticket_created", "ticket_id": ticket}))


def test_subject_and_detail_must_name_the_same_ticket() -> None:
    """An envelope that contradicts itself is not guessed about."""
    body = fixture("event_ticket_created")
    body["subject"] = "zen:ticket:5159"
    with pytest.raises(BadInput, match="different tickets"):
        read(delivered(body))
    del body["detail"]
    with pytest.raises(BadInput, match="no detail"):
        read(delivered(body))


def event(kind: str, change: dict[str, Any]) -> dict[str, Any]:
    """An event of the agent's on ticket 5158."""
    body = fixture("event_comment_added")
    return {**body, "type": f"zen:event-type:ticket.{kind}", "event": change}


@pytest.mark.parametrize("cause", ["tag", "reopened"])
def test_a_look_by_trigger_is_keyed_by_its_invocation(cause: str) -> None:
    kind = {"tag": "ticket_tagged", "reopened": "ticket_reopened"}[cause]
    asked = read(delivered({"kind": kind, "ticket_id": "5158"}))
    assert asked is not None
    assert asked.key == f"zendesk:5158:{cause}:01HANA2B5D5W9XSJ"
    assert asked.reply_to.address == {"ticket": "5158", "cause": cause}


@pytest.mark.parametrize(
    ("kind", "change", "cause"),
    [
        ("tags_changed", {"tags_added": ["vip", "replay_requested"]}, "tag"),
        ("status_changed", {"previous": "SOLVED", "current": "OPEN"}, "reopened"),
        ("requester_changed", {"previous": "1", "current": "2"}, "requester"),
    ],
)
def test_a_look_by_event_is_keyed_by_the_event(
    kind: str, change: dict[str, Any], cause: str
) -> None:
    body = event(kind, change)
    asked = read(delivered(body))
    assert asked is not None
    assert asked.key == f"zendesk:5158:{cause}:{body['id']}"
    body["detail"]["actor_id"] = BOT
    assert read(delivered(body)) is None


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("tags_changed", {"tags_added": ["vip"], "tags_removed": ["replay_requested"]}),
        ("status_changed", {"previous": "OPEN", "current": "SOLVED"}),
        ("status_changed", {"previous": "NEW", "current": "OPEN"}),
        ("status_changed", {}),
        ("tags_changed", {"tags_added": "replay_requested"}),
    ],
)
def test_changes_that_do_not_ask(kind: str, change: dict[str, Any]) -> None:
    assert read(delivered(event(kind, change))) is None


def test_the_deliveries_of_one_moment_wait_for_each_other() -> None:
    """A macro sets off several triggers: one look for all. What a ticket was opened
    for, and what an agent typed, is answered at once and for itself."""
    tag = read(delivered({"kind": "ticket_tagged", "ticket_id": "5158"}))
    opened = read(delivered({"kind": "ticket_created", "ticket_id": "5158"}))
    typed = read(delivered({"kind": "comment_command", "ticket_id": "5158"}))
    bursts = [one.burst for one in (tag, opened, typed) if one and one.burst]
    assert [one.name for one in bursts] == ["zendesk:5158"] * 3
    assert [one.wait.total_seconds() for one in bursts] == [3, 0, 0]
    assert [one.is_separate for one in bursts] == [False, True, True]
