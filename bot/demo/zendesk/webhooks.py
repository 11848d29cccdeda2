"""Webhooks: made, changed, deleted; their secrets, test calls and delivery logs.

Zendesk: https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
"""

from __future__ import annotations

import base64
import re
import secrets

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.admin import Admin, Webhook
from bot.demo.zendesk.calls import json_body
from bot.demo.zendesk.delivery_log import shown_attempts, shown_invocation, tested
from bot.demo.zendesk.invocations import Invocation, ulid
from bot.demo.zendesk.paging import page
from bot.demo.zendesk.postman import Postman
from bot.demo.zendesk.records import Json, Refusal, invalid, not_found

CONDITIONAL = "conditional_ticket_events"
"""The subscription that lets triggers and automations use a webhook, and only them."""

_EVENT = re.compile(r"zen:event-type:ticket\.[a-z_]+")
_CHOICES = {
    "status": ("active", "inactive"),
    "http_method": ("GET", "POST", "PUT", "PATCH", "DELETE"),
    "request_format": ("json", "xml", "form_encoded"),
}


def add_webhook(
    admin: Admin, given: Json, secret: str | None = None, by: int = -1
) -> Webhook:
    """Raises Refusal for what Zendesk would refuse."""
    shown: Json = {"status": "active", "description": None, **_read(admin, given)}
    now = admin.account.now()
    webhook_id = ulid()
    shown = {
        "id": webhook_id,
        **shown,
        "created_at": now,
        "created_by": str(by),
        "updated_at": now,
        "updated_by": str(by),
    }
    made = Webhook(webhook_id, secret or _fresh_secret(), shown)
    admin.webhooks[webhook_id] = made
    return made


def _read(admin: Admin, given: Json) -> Json:
    for name in ("name", "endpoint", "http_method", "request_format"):
        if not given.get(name):
            raise invalid(name, f"{name}: cannot be blank")
    if not str(given["endpoint"]).startswith(("https://", "http://")):
        raise invalid("endpoint", "Endpoint: is not a URL")
    for name, choices in _CHOICES.items():
        if name in given and given[name] not in choices:
            raise invalid(name, f"{name}: is not one of {', '.join(choices)}")
    kinds = given.get("subscriptions") or []
    if not isinstance(kinds, list):
        raise invalid("subscriptions", "Subscriptions: is not a list")
    events = [kind for kind in kinds if kind != CONDITIONAL]
    if events and len(events) < len(kinds):
        raise invalid("subscriptions", "Subscriptions: cannot be mixed")
    if events and not admin.allows_events:
        raise Refusal(400, "InvalidSubscription", "Subscriptions: is not available")
    if any(_EVENT.fullmatch(str(kind)) is None for kind in events):
        raise Refusal(400, "InvalidSubscription", "Subscriptions: is not known")
    posts_json = (given["http_method"], given["request_format"]) == ("POST", "json")
    if events and not posts_json:
        raise invalid("subscriptions", "Subscriptions: need POST and json")
    kept = ("name", "description", "endpoint", "http_method", "request_format")
    read = {name: given[name] for name in (*kept, "status") if name in given}
    return {**read, "subscriptions": kinds}


def _fresh_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def routes(api: Blueprint, admin: Admin, postman: Postman) -> None:
    def webhook(webhook_id: str) -> Webhook:
        found = admin.webhooks.get(webhook_id)
        if found is None:
            raise not_found()
        return found

    def change(stored: Webhook, wanted: Json) -> None:
        read = _read(admin, wanted)
        kinds = read["subscriptions"]
        was_for_triggers = stored.subscribed_to(CONDITIONAL)
        if (isinstance(kinds, list) and CONDITIONAL in kinds) != was_for_triggers:
            raise invalid("subscriptions", "Subscriptions: cannot be changed")
        now = admin.account.now()
        stored.shown.update(read, updated_at=now, updated_by=str(g.user.id))

    @api.get("/webhooks")
    def webhooks() -> ResponseReturnValue:
        named = request.args.get("filter[name_contains]", "").lower()
        rows = [each.shown for each in admin.webhooks.values()]
        return page("webhooks", [r for r in rows if named in str(r["name"]).lower()])

    @api.post("/webhooks")
    def create_webhook() -> ResponseReturnValue:
        made = add_webhook(admin, json_body("webhook"), by=g.user.id)
        return jsonify(webhook=made.shown), 201

    @api.get("/webhooks/<webhook_id>")
    def show_webhook(webhook_id: str) -> ResponseReturnValue:
        return jsonify(webhook=webhook(webhook_id).shown)

    @api.patch("/webhooks/<webhook_id>")
    def patch_webhook(webhook_id: str) -> ResponseReturnValue:
        stored = webhook(webhook_id)
        change(stored, {**stored.shown, **json_body("webhook")})
        return "", 204

    @api.put("/webhooks/<webhook_id>")
    def replace_webhook(webhook_id: str) -> ResponseReturnValue:
        change(webhook(webhook_id), json_body("webhook"))
        return "", 204

    @api.delete("/webhooks/<webhook_id>")
    def delete_webhook(webhook_id: str) -> ResponseReturnValue:
        stored = webhook(webhook_id)
        rules = [*admin.triggers.values(), *admin.automations.values()]
        if any(stored.id in str(each["actions"]) for each in rules):
            raise Refusal(400, "WebhookInUse", "The webhook is connected to a rule")
        del admin.webhooks[stored.id]
        return "", 204

    @api.get("/webhooks/<webhook_id>/signing_secret")
    def signing_secret(webhook_id: str) -> ResponseReturnValue:
        secret = webhook(webhook_id).secret
        return jsonify(signing_secret={"secret": secret, "algorithm": "SHA256"})

    @api.post("/webhooks/<webhook_id>/signing_secret")
    def reset_secret(webhook_id: str) -> ResponseReturnValue:
        webhook(webhook_id).secret = secret = _fresh_secret()
        return jsonify(signing_secret={"secret": secret, "algorithm": "SHA256"}), 201

    @api.post("/webhooks/test")
    def test_webhook() -> ResponseReturnValue:
        """Delivers now; with an existing webhook's own data and signing secret, where
        the body names nothing else."""
        stored = webhook(request.args.get("webhook_id", ""))
        asked = json_body("request")
        endpoint = str(asked.get("endpoint") or stored.endpoint)
        body = str(asked.get("payload") or "").encode()
        call = Invocation(ulid(), stored.id, endpoint, stored.secret, body)
        return jsonify(response=tested(postman, call))

    @api.get("/webhooks/<webhook_id>/invocations")
    def invocations(webhook_id: str) -> ResponseReturnValue:
        wanted = webhook(webhook_id).id
        found = [each for each in postman.invocations if each.webhook_id == wanted]
        return page("invocations", [shown_invocation(each) for each in reversed(found)])

    @api.get("/webhooks/<webhook_id>/invocations/<invocation_id>/attempts")
    def attempts(webhook_id: str, invocation_id: str) -> ResponseReturnValue:
        wanted = (webhook(webhook_id).id, invocation_id)
        for each in postman.invocations:
            if (each.webhook_id, each.id) == wanted:
                return jsonify(attempts=shown_attempts(postman, each))
        raise not_found()
