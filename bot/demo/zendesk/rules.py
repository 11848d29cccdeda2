"""Triggers: how one is stored, when it fires, and what one update's cycle does.

A trigger fires at most once for an update. When one changes the ticket, all are looked
at again from the first, with the change in place; their changes belong to the same
audit. So a tag can start another trigger, and two cannot start each other for ever.

Zendesk: https://support.zendesk.com/hc/en-us/articles/203662246-About-triggers-and-how-they-work
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from bot.demo.zendesk.account import Account, Change
from bot.demo.zendesk.conditions import holds
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.rule_checks import (
    TRIGGER_ACTIONS,
    read_actions,
    read_conditions,
)
from bot.demo.zendesk.updates import change_fields

Notify = Callable[[str, str], None]
"""Takes a webhook's id and the body to deliver."""

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z0-9_.]+)\s*\}\}")


def check_trigger(trigger: Json) -> Json:
    """The trigger as it is stored. Raises Refusal 422 for what Zendesk would refuse."""
    if not isinstance(trigger.get("title"), str) or not trigger["title"]:
        raise invalid("title", "Title: cannot be blank")
    conditions = read_conditions(trigger)
    if not conditions["all"] and not conditions["any"]:
        raise invalid("conditions", "Conditions: cannot be blank")
    return {
        "title": trigger["title"],
        "active": trigger.get("active", True) is not False,
        "default": False,
        "actions": read_actions(trigger, TRIGGER_ACTIONS),
        "conditions": conditions,
        "description": trigger.get("description"),
        "raw_title": trigger["title"],
    }


def fires(trigger: Json, change: Change) -> bool:
    """Whether the stored trigger's conditions hold for this change."""
    conditions = trigger["conditions"]
    if not trigger.get("active") or not isinstance(conditions, dict):
        return False
    holds_all = all(holds(entry, change) for entry in conditions["all"])
    holds_any = [holds(entry, change) for entry in conditions["any"]]
    return holds_all and (not holds_any or any(holds_any))


def run_triggers(
    account: Account, triggers: Iterable[Json], change: Change, notify: Notify
) -> None:
    """One update's cycle over ``triggers``, given in their order."""
    waiting = list(triggers)
    while fired := next((each for each in waiting if fires(each, change)), None):
        waiting.remove(fired)
        actions = fired["actions"]
        for action in actions if isinstance(actions, list) else []:
            _act(account, fired, action, change, notify)


def _act(
    account: Account, trigger: Json, action: Json, change: Change, notify: Notify
) -> None:
    name, value = str(action["field"]), action["value"]
    if name == "notification_webhook" and isinstance(value, list):
        requester = account.users[change.ticket.requester_id]
        notify(str(value[0]), expand(str(value[1]), change, requester))
    elif name != "notification_user":
        before = len(change.audit.events)
        patch = patch_of(name, value, change.ticket.tags)
        change_fields(account, change.ticket, change.audit, patch)
        source = {"from": {"id": trigger["id"], "title": trigger["title"]}}
        for event in change.audit.events[before:]:
            event["via"] = {"channel": "rule", "source": {**source, "rel": "trigger"}}


def patch_of(name: str, value: object, tags: Iterable[str]) -> Json:
    """What an action of a trigger or macro changes, as a ticket update."""
    words = str(value).split()
    if name == "current_tags":
        return {"tags": [*tags, *words]}
    if name == "remove_tags":
        return {"tags": [tag for tag in tags if tag not in words]}
    return {"tags": words} if name == "set_tags" else {name: value}


def macro_patch(macro: Json, tags: Iterable[str]) -> Json:
    """The ticket update that an agent submits who applied this macro."""
    patch: Json = {}
    comment: Json = {}
    now = list(tags)
    actions = macro["actions"]
    for action in actions if isinstance(actions, list) else []:
        name, value = str(action["field"]), action["value"]
        if name == "comment_mode_is_public":
            comment["public"] = str(value).lower() == "true"
        elif name.startswith("comment_value"):
            comment["html_body" if name.endswith("html") else "body"] = value
        else:
            patch |= patch_of(name, value, now)
            now = list(map(str, patch.get("tags", now)))  # type: ignore[call-overload]
    return (
        {**patch, "comment": comment} if {"body", "html_body"} & set(comment) else patch
    )


def expand(text: str, change: Change, requester: User) -> str:
    """The action's text with its placeholders filled; an unset one becomes nothing."""
    ticket = change.ticket
    known = {
        "ticket.id": str(ticket.id),
        "ticket.title": ticket.subject,
        "ticket.description": ticket.description,
        "ticket.status": ticket.status,
        "ticket.tags": " ".join(ticket.tags),
        "ticket.updated_at": ticket.updated_at,
        "ticket.requester.id": str(requester.id),
        "ticket.requester.name": requester.name,
        "ticket.requester.email": requester.email or "",
        "ticket.latest_comment": change.comment.body if change.comment else "",
    }
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], ""), text)
