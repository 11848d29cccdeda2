"""Triggers: listed in their order, made, changed, deleted; what they may be made of.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/
"""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.admin import CATEGORY_ID, Admin, find, with_url
from bot.demo.zendesk.calls import base_url, json_body
from bot.demo.zendesk.conditions import CONDITIONS, WITHOUT_VALUE
from bot.demo.zendesk.paging import page
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.rule_checks import TRIGGER_ACTIONS
from bot.demo.zendesk.rules import check_trigger
from bot.demo.zendesk.webhooks import CONDITIONAL


def add_trigger(admin: Admin, given: Json) -> Json:
    """At the end of the list. Raises Refusal 422 for what Zendesk would refuse."""
    shown = _read(admin, given)
    last = max((int(str(t["position"])) for t in admin.triggers.values()), default=0)
    category = str(given.get("category_id", CATEGORY_ID))
    return admin.stamped(
        admin.triggers,
        {"position": last + 1, "category_id": category, **shown},
    )


def _read(admin: Admin, given: Json) -> Json:
    if str(given.get("category_id", CATEGORY_ID)) != CATEGORY_ID:
        raise invalid("category_id", "Category: is invalid")
    shown = check_trigger(given)
    actions = shown["actions"]
    for action in actions if isinstance(actions, list) else []:
        if action["field"] == "notification_webhook":
            webhook = admin.webhooks.get(str(action["value"][0]))
            if webhook is None or not webhook.subscribed_to(CONDITIONAL):
                raise invalid("base", "Invalid value in 'notification_webhook'")
    return shown


def routes(api: Blueprint, admin: Admin) -> None:
    def shown(trigger: Json) -> Json:
        return with_url(base_url(), "triggers", trigger)

    @api.get("/triggers")
    def triggers() -> ResponseReturnValue:
        return page("triggers", [shown(each) for each in admin.in_order()])

    @api.post("/triggers")
    def create_trigger() -> ResponseReturnValue:
        made = add_trigger(admin, json_body("trigger"))
        return jsonify(trigger=shown(made)), 201

    @api.get("/triggers/<int:trigger_id>")
    def show_trigger(trigger_id: int) -> ResponseReturnValue:
        return jsonify(trigger=shown(find(admin.triggers, trigger_id)))

    @api.put("/triggers/<int:trigger_id>")
    def update_trigger(trigger_id: int) -> ResponseReturnValue:
        stored = find(admin.triggers, trigger_id)
        asked = json_body("trigger")
        kept = {k: v for k, v in stored.items() if k != "conditions" or _keeps(asked)}
        read = _read(admin, {**kept, **asked})
        if isinstance(asked.get("position"), int):
            read["position"] = asked["position"]
        return jsonify(trigger=shown(admin.changed(stored, read)))

    @api.delete("/triggers/<int:trigger_id>")
    def delete_trigger(trigger_id: int) -> ResponseReturnValue:
        del admin.triggers[int(str(find(admin.triggers, trigger_id)["id"]))]
        return "", 204

    @api.get("/triggers/definitions")
    def definitions() -> ResponseReturnValue:
        conditions = [_definition(name) for name in CONDITIONS]
        actions = [{"subject": name, "title": name} for name in sorted(TRIGGER_ACTIONS)]
        both = {"conditions_all": conditions, "conditions_any": conditions}
        return jsonify(definitions={**both, "actions": actions})

    @api.get("/automations")
    def automations() -> ResponseReturnValue:
        return page("automations", list(admin.automations.values()))

    @api.get("/trigger_categories")
    def categories() -> ResponseReturnValue:
        now = admin.account.now()
        only = {"id": CATEGORY_ID, "name": "Uncategorised", "position": 0}
        return page("trigger_categories", [{**only, "created_at": now}])


def _keeps(asked: Json) -> bool:
    """Whether an update names no conditions, in either place."""
    return not {"all", "any", "conditions"} & set(asked)


def _definition(name: str) -> Json:
    known = CONDITIONS[name]
    return {
        "title": known.title,
        "subject": name,
        "group": "ticket",
        "type": "list" if known.values else "text",
        "nullable": False,
        "repeatable": False,
        "operators": [
            {
                "value": each,
                "title": each.replace("_", " ").capitalize(),
                "terminal": each in WITHOUT_VALUE,
            }
            for each in sorted(known.operators)
        ],
        "values": [
            {"value": each, "title": each, "enabled": True}
            for each in known.values or ()
        ],
    }
