"""Trigger and view conditions: which there are, and whether each holds for a change.

What a change did to a field is read from its audit, which holds the earlier value.

Zendesk: https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.demo.zendesk.account import Change
from bot.demo.zendesk.records import Json

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("", "low", "normal", "high", "urgent")
TYPES = ("question", "incident", "problem", "task")

VIA_IDS = {
    "web": "0",
    "mail": "4",
    "api": "5",
    "rule": "8",
    "chat": "29",
    "web_widget": "48",
    "mobile_sdk": "49",
    "help_center": "50",
}
"""Channel names of the REST API to the numbers that conditions use."""

EQUAL = frozenset({"is", "is_not"})
ORDERED = EQUAL | {"less_than", "greater_than"}
WORDS = EQUAL | {"includes", "not_includes"}
CHANGES = frozenset(
    {
        "changed",
        "not_changed",
        "value",
        "not_value",
        "value_previous",
        "not_value_previous",
    }
)
"""In triggers only: changed, changed to (``value``), changed from, and opposites."""

WITHOUT_VALUE = frozenset({"changed", "not_changed"})

Test = Callable[[Change, str, str], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that rules may look at; ``values`` is None where any id or word may
    stand."""

    title: str
    operators: frozenset[str]
    test: Test
    values: tuple[str, ...] | None = None
    in_views: bool = False


def _negate(operator: str, holds: bool) -> bool:
    return not holds if "not" in operator.split("_") else holds


def _update_type(change: Change, operator: str, value: str) -> bool:
    return change.kind == value


def _field(name: str, order: tuple[str, ...] = ()) -> Test:
    """A field of the ticket, as the API shows it; ``order`` is its values' order."""

    def test(change: Change, operator: str, value: str) -> bool:
        have = text_of_value(change.ticket.show("").get(name))
        if operator in CHANGES:
            return _changed(change, name, have, operator, value)
        if value == "current_user":
            value = str(change.actor.id)
        elif value == "requester_id":
            value = str(change.ticket.requester_id)
        if operator == "less_than":
            return order.index(have) < order.index(value)
        if operator == "greater_than":
            return order.index(have) > order.index(value)
        return _negate(operator, have == value)

    return test


def _changed(change: Change, name: str, have: str, operator: str, value: str) -> bool:
    previous = {
        str(event["field_name"]): text_of_value(event["previous_value"])
        for event in change.audit.events
        if event["type"] == "Change"
    }
    # A value given at creation counts as changed, though from nothing.
    is_changed = name in previous or (change.kind == "Create" and have != "")
    if operator.endswith("value_previous"):
        return _negate(operator, previous.get(name) == value)
    if operator.endswith("value"):
        return _negate(operator, is_changed and have == value)
    return _negate(operator, is_changed)


def _current_tags(change: Change, operator: str, value: str) -> bool:
    return _negate(operator, bool(set(value.split()) & set(change.ticket.tags)))


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
    text, value = text.lower(), value.lower()
    if operator in EQUAL:
        return _negate(operator, value in text)
    return _negate(operator, any(word in text.split() for word in value.split()))


def _role(change: Change, operator: str, value: str) -> bool:
    is_end_user = change.actor.role == "end-user"
    return _negate(operator, is_end_user if value == "end_user" else not is_end_user)


def _current_via(change: Change, operator: str, value: str) -> bool:
    return _negate(operator, VIA_IDS.get(change.audit.channel) == value)


def _via(change: Change, operator: str, value: str) -> bool:
    return _negate(operator, VIA_IDS.get(change.ticket.channel) == value)


def text_of_value(value: object) -> str:
    return "" if value is None else str(value)


def _id(name: str, title: str, *, changes: bool = True) -> Condition:
    operators = EQUAL | CHANGES if changes else EQUAL
    return Condition(title, operators, _field(name), in_views=True)


CONDITIONS: Mapping[str, Condition] = {
    "update_type": Condition(
        "Ticket", frozenset({"is"}), _update_type, ("Create", "Change")
    ),
    "status": Condition(
        "Status", ORDERED | CHANGES, _field("status", STATUSES), STATUSES, True
    ),
    "priority": Condition(
        "Priority", ORDERED | CHANGES, _field("priority", PRIORITIES), PRIORITIES, True
    ),
    "type": Condition("Type", EQUAL | CHANGES, _field("type"), TYPES, True),
    "group_id": _id("group_id", "Group"),
    "assignee_id": _id("assignee_id", "Assignee"),
    "requester_id": _id("requester_id", "Requester"),
    "organization_id": _id("organization_id", "Organization"),
    "brand_id": _id("brand_id", "Brand", changes=False),
    "ticket_form_id": _id("ticket_form_id", "Form", changes=False),
    "current_tags": Condition(
        "Tags", frozenset({"includes", "not_includes"}), _current_tags, in_views=True
    ),
    "via_id": Condition("Channel", EQUAL, _via, tuple(VIA_IDS.values()), True),
    "current_via_id": Condition(
        "Update via", EQUAL, _current_via, tuple(VIA_IDS.values())
    ),
    "comment_is_public": Condition(
        "Comment",
        frozenset({"is"}),
        _comment_is_public,
        ("true", "false", "not_relevant", "requester_can_see_comment"),
    ),
    "comment_includes_word": Condition("Comment text", WORDS, _comment_includes_word),
    "role": Condition("Current user", EQUAL, _role, ("end_user", "agent")),
}


def holds(entry: Json, change: Change) -> bool:
    """Whether one checked condition is true of the change."""
    known = CONDITIONS[str(entry["field"])]
    return known.test(change, str(entry["operator"]), text_of_value(entry["value"]))
