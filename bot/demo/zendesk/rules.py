"""Which triggers fire on a change, and the text their webhook action sends.

Imitates the handful of conditions and placeholders that a courier's triggers need; an
unknown one is refused when the trigger is made, so that a typo cannot pass unnoticed.

Zendesk: https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.demo.zendesk.account import Change
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, invalid

_STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z0-9_.]+)\s*\}\}")


def _update_type(change: Change, operator: str, value: str) -> bool:
    return change.kind == value


def _status(change: Change, operator: str, value: str) -> bool:
    have, asked = _STATUSES.index(change.ticket.status), _STATUSES.index(value)
    return {
        "is": have == asked,
        "is_not": have != asked,
        "less_than": have < asked,
        "greater_than": have > asked,
    }[operator]


def _current_tags(change: Change, operator: str, value: str) -> bool:
    has_any = bool(set(value.split()) & set(change.ticket.tags))
    return has_any if operator == "includes" else not has_any


def _comment_is_public(change: Change, operator: str, value: str) -> bool:
    if change.comment is None:
        return False
    return {
        "true": change.comment.public,
        "false": not change.comment.public,
        "not_relevant": True,
        "requester_can_see_comment": change.comment.public,
    }[value]


def _comment_includes_word(change: Change, operator: str, value: str) -> bool:
    # Zendesk looks at the subject too.
    text = f"{change.comment.body if change.comment else ''} {change.ticket.subject}"
    text = text.lower()
    contains = value.lower() in text
    has_word = any(word in text.split() for word in value.lower().split())
    return {
        "is": contains,
        "is_not": not contains,
        "includes": has_word,
        "not_includes": not has_word,
    }[operator]


def _role(change: Change, operator: str, value: str) -> bool:
    is_end_user = change.actor.role == "end-user"
    matches = is_end_user if value == "end_user" else not is_end_user
    return matches if operator == "is" else not matches


CONDITIONS: Mapping[str, tuple[frozenset[str], Callable[[Change, str, str], bool]]] = {
    "update_type": (frozenset({"is"}), _update_type),
    "status": (frozenset({"is", "is_not", "less_than", "greater_than"}), _status),
    "current_tags": (frozenset({"includes", "not_includes"}), _current_tags),
    "comment_is_public": (frozenset({"is"}), _comment_is_public),
    "comment_includes_word": (
        frozenset({"is", "is_not", "includes", "not_includes"}),
        _comment_includes_word,
    ),
    "role": (frozenset({"is", "is_not"}), _role),
}


def check_trigger(trigger: Json) -> Json:
    """The trigger as it is stored. Raises Refusal 422 for what Zendesk would refuse."""
    if not isinstance(trigger.get("title"), str) or not trigger["title"]:
        raise invalid("title", "Title: cannot be blank")
    given = trigger.get("conditions")
    source = given if isinstance(given, dict) else trigger
    conditions: Json = {}
    for group in ("all", "any"):
        entries = source.get(group) or []
        if not isinstance(entries, list):
            raise invalid("conditions", f"Conditions: {group} is not a list")
        for entry in entries:
            known = CONDITIONS.get(entry.get("field"))
            if known is None or entry.get("operator", "is") not in known[0]:
                raise invalid("conditions", f"Condition: {entry} is invalid")
        conditions[group] = entries
    if not conditions["all"] and not conditions["any"]:
        raise invalid("conditions", "Conditions: cannot be blank")
    actions = trigger.get("actions")
    if not isinstance(actions, list) or not actions:
        raise invalid("actions", "Actions: cannot be blank")
    return {
        "title": trigger["title"],
        "raw_title": trigger["title"],
        "description": trigger.get("description"),
        "active": trigger.get("active", True) is not False,
        "category_id": trigger.get("category_id", "10026"),
        "conditions": conditions,
        "actions": actions,
        "default": False,
    }


def fires(trigger: Json, change: Change) -> bool:
    """Whether the stored trigger's conditions hold for this change."""
    if not trigger.get("active"):
        return False
    conditions = trigger["conditions"]
    if not isinstance(conditions, dict):
        return False
    holds_all = all(_holds(entry, change) for entry in conditions["all"])
    holds_any = [_holds(entry, change) for entry in conditions["any"]]
    return holds_all and (not holds_any or any(holds_any))


def _holds(entry: Mapping[str, str], change: Change) -> bool:
    return CONDITIONS[entry["field"]][1](
        change, entry.get("operator", "is"), str(entry["value"])
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
