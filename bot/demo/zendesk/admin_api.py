"""The Support API's set-up calls: webhooks with their secrets, triggers, fields.

Zendesk: https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.api import base_url, json_body, page
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.postman import Postman, ulid
from bot.demo.zendesk.records import Json, Refusal, invalid
from bot.demo.zendesk.rules import check_trigger

CONDITIONAL = "conditional_ticket_events"


@dataclass
class Webhook:
    id: str
    secret: str
    shown: Json

    @property
    def endpoint(self) -> str:
        return str(self.shown["endpoint"])

    @property
    def active(self) -> bool:
        return self.shown["status"] == "active"

    def subscribed_to(self, kind: str) -> bool:
        subscriptions = self.shown["subscriptions"]
        return isinstance(subscriptions, list) and kind in subscriptions


@dataclass
class Admin:
    """Webhooks, triggers and ticket fields of the account."""

    account: Account
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    triggers: dict[int, Json] = field(default_factory=dict)
    fields: dict[int, Json] = field(default_factory=dict)

    def add_webhook(self, given: Json, secret: str | None = None) -> Webhook:
        for name in ("name", "endpoint", "http_method", "request_format"):
            if not given.get(name):
                raise invalid(name, f"{name}: cannot be blank")
        if not str(given["endpoint"]).startswith(("https://", "http://")):
            raise invalid("endpoint", "Endpoint: is not a URL")
        subscriptions = given.get("subscriptions")
        kinds = subscriptions if isinstance(subscriptions, list) else []
        if CONDITIONAL in kinds and len(kinds) > 1:
            raise invalid("subscriptions", "Subscriptions: cannot be mixed")
        webhook_id = ulid()
        now = self.account.now()
        shown: Json = {
            "id": webhook_id,
            "name": given["name"],
            "description": given.get("description"),
            "status": given.get("status", "active"),
            "endpoint": given["endpoint"],
            "http_method": given["http_method"],
            "request_format": given["request_format"],
            "subscriptions": kinds,
            "created_at": now,
            "created_by": "-1",
            "updated_at": now,
            "updated_by": "-1",
        }
        made = secret or base64.b64encode(secrets.token_bytes(32)).decode()
        self.webhooks[webhook_id] = Webhook(webhook_id, made, shown)
        return self.webhooks[webhook_id]

    def add_trigger(self, given: Json) -> Json:
        trigger_id = self.account.new_id()
        trigger: Json = {
            "id": trigger_id,
            **check_trigger(given),
            "created_at": self.account.now(),
            "updated_at": self.account.now(),
            "position": len(self.triggers) + 1,
        }
        self.triggers[trigger_id] = trigger
        return trigger

    def add_field(self, given: Json) -> Json:
        if not given.get("title") or not given.get("type"):
            raise invalid("title", "Title: cannot be blank")
        field_id = self.account.new_id()
        shown: Json = {
            "id": field_id,
            "type": given["type"],
            "title": given["title"],
            "raw_title": given["title"],
            "description": given.get("description", ""),
            "position": 9999,
            "active": True,
            "required": False,
            "visible_in_portal": given.get("visible_in_portal", False),
            "editable_in_portal": given.get("editable_in_portal", False),
            "tag": given.get("tag"),
            "created_at": self.account.now(),
            "updated_at": self.account.now(),
            "removable": True,
            "key": None,
            "agent_description": given.get("agent_description"),
        }
        self.fields[field_id] = shown
        return shown


def blueprint(admin: Admin, gate: Gate, postman: Postman) -> Blueprint:
    api = Blueprint("admin_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    def webhook(webhook_id: str) -> Webhook:
        found = admin.webhooks.get(webhook_id)
        if found is None:
            raise Refusal(404, "RecordNotFound", "Not found")
        return found

    def trigger(trigger_id: int) -> Json:
        if trigger_id not in admin.triggers:
            raise Refusal(404, "RecordNotFound", "Not found")
        return admin.triggers[trigger_id]

    @api.get("/webhooks")
    def webhooks() -> ResponseReturnValue:
        return page("webhooks", [each.shown for each in admin.webhooks.values()])

    @api.post("/webhooks")
    def create_webhook() -> ResponseReturnValue:
        return jsonify(webhook=admin.add_webhook(json_body("webhook")).shown), 201

    @api.get("/webhooks/<webhook_id>")
    def show_webhook(webhook_id: str) -> ResponseReturnValue:
        return jsonify(webhook=webhook(webhook_id).shown)

    @api.patch("/webhooks/<webhook_id>")
    def patch_webhook(webhook_id: str) -> ResponseReturnValue:
        webhook(webhook_id).shown.update(json_body("webhook"))
        return "", 204

    @api.get("/webhooks/<webhook_id>/signing_secret")
    def signing_secret(webhook_id: str) -> ResponseReturnValue:
        secret = webhook(webhook_id).secret
        return jsonify(signing_secret={"secret": secret, "algorithm": "SHA256"})

    @api.get("/webhooks/<webhook_id>/invocations")
    def invocations(webhook_id: str) -> ResponseReturnValue:
        rows: list[Json] = [
            {
                "id": each.id,
                "status": each.status,
                "status_code": each.attempts[-1].status if each.attempts else None,
                "latest_completed_at": each.attempts[-1].at if each.attempts else None,
            }
            for each in reversed(postman.invocations)
            if each.webhook_id == webhook(webhook_id).id
        ]
        return page("invocations", rows)

    @api.get("/triggers")
    def triggers() -> ResponseReturnValue:
        return page("triggers", [_shown(each) for each in admin.triggers.values()])

    @api.post("/triggers")
    def create_trigger() -> ResponseReturnValue:
        made = admin.add_trigger(json_body("trigger"))
        return jsonify(trigger=_shown(made)), 201

    @api.put("/triggers/<int:trigger_id>")
    def update_trigger(trigger_id: int) -> ResponseReturnValue:
        stored = trigger(trigger_id)
        stored.update(check_trigger({**stored, **json_body("trigger")}))
        return jsonify(trigger=_shown(stored))

    @api.get("/ticket_fields")
    def fields() -> ResponseReturnValue:
        rows = list(admin.fields.values())
        return jsonify(
            ticket_fields=rows, next_page=None, previous_page=None, count=len(rows)
        )

    @api.post("/ticket_fields")
    def create_field() -> ResponseReturnValue:
        asked = json_body("ticket_field")
        return jsonify(ticket_field=admin.add_field(asked)), 201

    def _shown(each: Json) -> Json:
        return {"url": f"{base_url()}/api/v2/triggers/{each['id']}.json", **each}

    @api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def unknown(rest: str) -> ResponseReturnValue:
        raise Refusal(
            404, "InvalidEndpoint", f"No such call: {request.method} /{rest[:80]}"
        )

    return api
