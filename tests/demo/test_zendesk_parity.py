"""The Zendesk stand-in's answers have every key of Zendesk's, of the same type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.server import Server
from bot.demo.zendesk import ZendeskStandIn
from tests.demo.shapes import CALLS, differences
from tests.demo.zendesk_calls import Receiver, call, update, upload

RECORDED = json.loads(
    (Path(__file__).parent / "fixtures" / "zendesk_shapes.json").read_bytes()
)


class Visit:
    """An account with one of everything, and an administrator who looks at it."""

    def __init__(self, zendesk: ZendeskStandIn, receiver: Server) -> None:
        self.zendesk = zendesk
        account = zendesk.account
        self.organization = account.add_organization("Initech").id
        zendesk.bot.role = "admin"
        zendesk.bot.organization_id = self.organization
        made = self.post("webhooks", webhook=webhook(f"{receiver.url}/hook"))
        self.webhook = made["webhook"]["id"]
        self.trigger = self.post("triggers", trigger=trigger(self.webhook))
        self.ticket = self.post("tickets", ticket=new_ticket())["ticket"]["id"]
        token = upload(zendesk, "r.html", "text/html", b"<p>")["token"]
        self.update = update(
            zendesk,
            self.ticket,
            status="open",
            tags=["a"],
            comment={"body": "note", "public": False, "uploads": [token]},
        ).json()
        comment = self.update["audit"]["events"][0]
        file = comment["attachments"][0]["id"]
        self.file = f"tickets/{self.ticket}/comments/{comment['id']}/attachments/{file}"
        assert zendesk.postman.settle()
        self.delivery = zendesk.deliveries[-1].id

    def get(self, path: str) -> Any:
        return call(self.zendesk, "GET", path).json()

    def post(self, path: str, **body: Any) -> Any:
        return call(self.zendesk, "POST", path, body).json()


def webhook(endpoint: str) -> dict[str, Any]:
    return {
        "name": "hook",
        "description": "a hook",
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }


def trigger(webhook_id: str) -> dict[str, Any]:
    return {
        "title": "new",
        "conditions": {"all": [{"field": "update_type", "value": "Create"}]},
        "actions": [{"field": "notification_webhook", "value": [webhook_id, "{}"]}],
    }


def new_ticket() -> dict[str, Any]:
    return {
        "subject": "Export",
        "comment": {"body": "Hangs."},
        "requester": {"name": "Eve", "email": "eve@example.com"},
        "tags": ["new"],
    }


def new_view() -> dict[str, Any]:
    unsolved = {"field": "status", "operator": "less_than", "value": "solved"}
    return {"title": "Replay", "all": [unsolved], "output": {"columns": ["status"]}}


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    stand_in = ZendeskStandIn().start()
    with Server(Receiver().app) as receiver:
        yield Visit(stand_in, receiver)
    stand_in.stop()


def _hook(visit: Visit, rest: str = "") -> Any:
    return visit.get(f"webhooks/{visit.webhook}{rest}")


ANSWERS: dict[str, Callable[[Visit], Any]] = {
    "GET /brands/{id}": lambda v: v.get("brands/26155621587603"),
    "GET /incremental/tickets/cursor": lambda v: v.get(
        "incremental/tickets/cursor?start_time=1"
    ),
    "GET /organizations/{id}": lambda v: v.get(f"organizations/{v.organization}"),
    "GET /search/export": lambda v: {
        **v.get("search/export?query=export&filter[type]=ticket"),
        # Recorded of users only.
        "results": [],
    },
    "GET /tags": lambda v: v.get("tags?page[size]=10"),
    "GET /ticket_audits": lambda v: v.get(f"tickets/{v.ticket}/audits"),
    "GET /tickets/{id}": lambda v: v.get(f"tickets/{v.ticket}"),
    "GET /tickets/{id}/comments": lambda v: v.get(f"tickets/{v.ticket}/comments"),
    "GET /triggers": lambda v: v.get("triggers?page[size]=10"),
    "GET /users/me": lambda v: v.get("users/me"),
    "GET /users/{id}": lambda v: v.get(f"users/{v.zendesk.bot.id}"),
    "GET /webhooks": lambda v: v.get("webhooks"),
    "GET /webhooks/{id}": _hook,
    "GET /webhooks/{id}/invocations": lambda v: _hook(v, "/invocations"),
    "GET /webhooks/{id}/invocations/{id}/attempts": lambda v: _hook(
        v, f"/invocations/{v.delivery}/attempts"
    ),
    "GET /webhooks/{id}/signing_secret": lambda v: _hook(v, "/signing_secret"),
    "POST /ticket_fields": lambda v: v.post(
        "ticket_fields", ticket_field={"type": "text", "title": "Replay link"}
    ),
    "POST /tickets": lambda v: v.post("tickets", ticket=new_ticket()),
    "POST /triggers": lambda v: v.trigger,
    "POST /uploads": lambda v: {
        "upload": upload(v.zendesk, "r.png", "image/png", b"x")
    },
    "POST /views": lambda v: v.post("views", view=new_view()),
    "POST /webhooks": lambda v: v.post(
        "webhooks", webhook=webhook("https://a.example/")
    ),
    "POST /webhooks/test": lambda v: v.post(
        f"webhooks/test?webhook_id={v.webhook}", request={"payload": "{}"}
    ),
    "PUT /tickets/{id}": lambda v: v.update,
    "PUT /tickets/{id}/comments/{id}/attachments/{id}/redact": lambda v: call(
        v.zendesk, "PUT", f"{v.file}/redact", {}
    ).json(),
}


def test_every_imitated_call_was_recorded() -> None:
    """And every recorded one is asked here."""
    assert set(RECORDED) == set(ANSWERS) == CALLS


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_shaped_as_recorded(visit: Visit, name: str) -> None:
    """No recorded key is missing or of another type."""
    assert differences(ANSWERS[name](visit), RECORDED[name]) == []
