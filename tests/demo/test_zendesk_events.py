"""What a webhook that subscribes to the Zendesk stand-in's events is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.demo.server import Server
from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.events import FIELD_EVENTS
from bot.demo.zendesk.fields import add_field
from bot.demo.zendesk.webhooks import add_webhook
from tests.demo.zendesk_calls import Receiver

KINDS = [
    f"zen:event-type:ticket.{name}"
    for name in (
        *FIELD_EVENTS.values(),
        "created",
        "comment_added",
        "tags_changed",
        "custom_field_changed",
        "merged",
        "soft_deleted",
    )
]
Told = Callable[[], dict[str, Any]]


@pytest.fixture
def told(zendesk: ZendeskStandIn, ticket: int) -> Iterator[Told]:
    """Reads the envelopes that came since it was last called, by event name."""
    receiver = Receiver()
    with Server(receiver.app) as server:
        add_webhook(
            zendesk.admin,
            {
                "name": "events",
                "endpoint": f"{server.url}/hook",
                "http_method": "POST",
                "request_format": "json",
                "subscriptions": KINDS,
            },
        )

        def read() -> dict[str, Any]:
            assert zendesk.postman.settle()
            bodies = [json.loads(body) for _, body in receiver.received]
            receiver.received.clear()
            return {each["type"].partition("ticket.")[2]: each for each in bodies}

        yield read


def test_each_change_of_an_update_is_an_event_of_one_sequence(
    zendesk: ZendeskStandIn, ticket: int, told: Told
) -> None:
    """Status in capitals, tags as what came and went, own fields with their title."""
    field = add_field(zendesk.admin, {"type": "text", "title": "Replay link"})
    zendesk.tag(ticket, "old")
    told()
    zendesk.change(
        ticket,
        status="open",
        tags=["new"],
        custom_fields=[{"id": field["id"], "value": "x"}],
        comment={"body": "#replay", "public": False},
    )
    events = told()
    metas = {name: each["event"].pop("meta") for name, each in events.items()}
    assert events["status_changed"]["event"] == {"current": "OPEN", "previous": "NEW"}
    assert events["tags_changed"]["event"] == {
        "tags_added": ["new"],
        "tags_removed": ["old"],
    }
    changed = events["custom_field_changed"]["event"]
    assert (changed["current"], changed["previous"]) == (
        {"value": "x"},
        {"value": None},
    )
    assert changed["custom_field"]["title"] == "Replay link"
    assert events["comment_added"]["event"]["comment"]["is_public"] is False
    assert len({meta["sequence"]["id"] for meta in metas.values()}) == 1
    positions = sorted(meta["sequence"]["position"] for meta in metas.values())
    assert positions == [1, 2, 3, 4]
    assert len({each["id"] for each in events.values()}) == 4


def test_ids_are_text_in_events(
    zendesk: ZendeskStandIn, ticket: int, told: Told
) -> None:
    """In the change and in the ticket beside it."""
    jane, sam = zendesk.customers[:2]
    zendesk.change_requester(ticket, sam)
    (event,) = told().values()
    assert event["detail"]["requester_id"] == str(sam.id)
    assert event["event"]["previous"] == str(jane.id)
    assert event["detail"]["group_id"] is None


def test_a_merge_is_told_of_the_ticket_that_went(
    zendesk: ZendeskStandIn, ticket: int, told: Told
) -> None:
    """With the one that stays."""
    other = zendesk.create_ticket("jane@example.com", "Again", "Hangs.")
    told()
    zendesk.merge(other, ticket)
    events = told()
    assert events["merged"]["subject"] == f"zen:ticket:{other}"
    assert events["merged"]["event"]["target_ticket_id"] == str(ticket)
    assert events["status_changed"]["event"]["current"] == "CLOSED"


def test_a_new_and_a_deleted_ticket_are_told_alone(
    zendesk: ZendeskStandIn, told: Told
) -> None:
    """Neither says more than that."""
    ticket = zendesk.create_ticket("jane@example.com", "New", "Hangs.")
    assert {name: each["event"] for name, each in told().items()} == {"created": {}}
    zendesk.delete(ticket)
    assert {name: each["event"] for name, each in told().items()} == {
        "soft_deleted": {}
    }
