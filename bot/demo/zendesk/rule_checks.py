"""What Zendesk refuses in triggers, views and macros when they are made.

An unknown field, operator or value is a 422, so that a typo cannot pass unnoticed.

Zendesk: https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
and https://developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference/
"""

from __future__ import annotations

from bot.demo.zendesk.conditions import (
    CHANGES,
    CONDITIONS,
    PRIORITIES,
    STATUSES,
    TYPES,
    WITHOUT_VALUE,
    text_of_value,
)
from bot.demo.zendesk.records import Json, Refusal, invalid

SHARED_ACTIONS = frozenset(
    {
        "status",
        "priority",
        "type",
        "group_id",
        "assignee_id",
        "set_tags",
        "current_tags",
        "remove_tags",
    }
)
TRIGGER_ACTIONS = SHARED_ACTIONS | {"notification_user", "notification_webhook"}
MACRO_ACTIONS = SHARED_ACTIONS | {
    "subject",
    "comment_value",
    "comment_value_html",
    "comment_mode_is_public",
}
_ACTION_VALUES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
_MACRO_STATUSES = ("open", "pending", "hold", "solved")


def read_conditions(given: Json, *, for_view: bool = False) -> dict[str, list[Json]]:
    """The ``all`` and ``any`` lists of a rule, checked; either place Zendesk takes.

    Raises Refusal 422 for what it would refuse.
    """
    nested = given.get("conditions")
    source = nested if isinstance(nested, dict) else given
    read: dict[str, list[Json]] = {}
    for group in ("all", "any"):
        entries = source.get(group) or []
        if not isinstance(entries, list):
            raise invalid("conditions", f"Conditions: {group} is not a list")
        read[group] = [_checked(entry, for_view) for entry in entries]
    return read


def _checked(entry: object, for_view: bool) -> Json:
    if not isinstance(entry, dict):
        raise _refused(f"Invalid condition {entry!r:.80}")
    name = str(entry.get("field"))
    known = CONDITIONS.get(name)
    operator = str(entry.get("operator") or "is")
    if known is None or (for_view and not known.in_views):
        raise _refused(f"Invalid field '{name:.80}'")
    allowed = known.operators - CHANGES if for_view else known.operators
    if operator not in allowed:
        raise _refused(f"Invalid operator '{operator:.40}' in '{known.title}'")
    if operator in WITHOUT_VALUE:
        return {"field": name, "operator": operator, "value": None}
    value = text_of_value(entry.get("value"))
    if isinstance(entry.get("value"), bool):
        value = value.lower()
    words = known.values
    if words is not None:
        is_known = value in words
    elif name.endswith("_id"):
        is_known = value.isdigit() or value in ("", "current_user", "requester_id")
    else:
        is_known = bool(value.strip())
    if not is_known:
        words_of = operator.replace("_", " ").capitalize()
        where = f"{known.title} / {words_of} / {value:.40}"
        raise _refused(f"Invalid value '{value:.40}' in '{where}'")
    return {"field": name, "operator": operator, "value": value}


def read_actions(given: Json, allowed: frozenset[str]) -> list[Json]:
    """The actions of a trigger or macro, checked. Raises Refusal 422."""
    actions = given.get("actions")
    if not isinstance(actions, list) or not actions:
        raise invalid("actions", "Actions: cannot be blank")
    for action in actions:
        name = action.get("field") if isinstance(action, dict) else None
        if name not in allowed:
            raise _refused(f"Invalid action '{name!s:.80}'")
        value = action.get("value")
        if name.startswith("notification_"):
            if not isinstance(value, list) or len(value) < 2:
                raise _refused(f"Invalid value in '{name}'")
            continue
        known = _ACTION_VALUES.get(name)
        if name == "status" and allowed is MACRO_ACTIONS:
            known = _MACRO_STATUSES
        is_good = value in known if known else isinstance(value, str | int | bool)
        if not is_good or (name.endswith("_tags") and not str(value).strip()):
            raise _refused(f"Invalid value '{value!s:.40}' in '{name}'")
    return [{"field": each["field"], "value": each["value"]} for each in actions]


def _refused(description: str) -> Refusal:
    return invalid("base", description)
