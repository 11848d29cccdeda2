"""What set-up makes in Zendesk, as data: names, conditions, actions.

Everything is found again by its fixed name and the mark in its description.

Zendesk: https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.zendesk.command import COMMAND

WEBHOOK_NAME = "Replay Courier"
EVENTS_WEBHOOK_NAME = "Replay Courier: events"
WEBHOOK_PATH = "/zendesk/webhook"
MACRO_TITLE = "Replay Courier: fetch replays"
VIEW_TITLE = "Replay: needs a look"

MARK = "Managed by Replay Courier"
DESCRIPTION = f"{MARK}: `replay-courier setup zendesk`"

OPT_OUT_TAG = "replay_optout"
REQUEST_TAG = "replay_requested"

FOR_TRIGGERS = ("conditional_ticket_events",)
"""The subscription that lets triggers use a webhook, and nothing else."""
EVENTS = tuple(
    f"zen:event-type:ticket.{name}"
    for name in (
        "created",
        "comment_added",
        "status_changed",
        "tags_changed",
        "requester_changed",
    )
)

Fields = Mapping[str, Any]
Condition = Mapping[str, str]


def _is(field: str, value: str, operator: str = "is") -> Condition:
    return {"field": field, "operator": operator, "value": value}


_NOT_OPTED_OUT = _is("current_tags", OPT_OUT_TAG, "not_includes")
# Where a tag asks already, the trigger of the tag delivers, and no other beside it.
_NOT_ASKED_FOR = _is("current_tags", f"{OPT_OUT_TAG} {REQUEST_TAG}", "not_includes")
_BELOW_SOLVED = _is("status", "solved", "less_than")


@dataclass(frozen=True, slots=True)
class Rule:
    """One trigger: what it tells the courier, when, and the tags it adds."""

    kind: str
    all: Sequence[Condition]
    any: Sequence[Condition] = ()
    tag: str = ""


TRIGGERS: Mapping[str, Rule] = {
    "Replay Courier: new ticket": Rule(
        "ticket_created",
        (_is("update_type", "Create"), _BELOW_SOLVED, _NOT_ASKED_FOR),
    ),
    "Replay Courier: command in an internal note": Rule(
        "comment_command",
        (
            _is("update_type", "Change"),
            _is("comment_is_public", "false"),
            # "is" means contains this text; whether "includes" finds a word that
            # begins with # is not documented.
            _is("comment_includes_word", COMMAND),
            _is("role", "end_user", "is_not"),
            _NOT_OPTED_OUT,
        ),
        # Found by the tag, a command whose delivery was lost is answered after all.
        tag=REQUEST_TAG,
    ),
    "Replay Courier: replays requested by tag": Rule(
        "ticket_tagged",
        (_is("current_tags", REQUEST_TAG, "includes"), _NOT_OPTED_OUT),
        # Not for the update of a command, which adds the tag and delivers by itself.
        # Nor for the courier's own updates: those take the tag away.
        any=(
            _is("update_type", "Create"),
            _is("comment_is_public", "true"),
            _is("comment_includes_word", COMMAND, "is_not"),
        ),
    ),
    "Replay Courier: reopened ticket": Rule(
        "ticket_reopened",
        (
            _is("update_type", "Change"),
            # The operator's name for "changed from".
            _is("status", "solved", "value_previous"),
            _BELOW_SOLVED,
            _NOT_ASKED_FOR,
        ),
    ),
}

TICKET_FIELDS: Mapping[str, tuple[str, str]] = {
    "Replay link": ("text", "the recording worth watching first"),
    "Replay errors": ("integer", "errors met in the recordings of its note"),
    "Replay last session": ("date", "the day of the customer's last session"),
}
"""Each title's type, and what the field holds."""


def webhook(name: str, endpoint: str, subscriptions: Sequence[str]) -> Fields:
    return {
        "name": name,
        "description": DESCRIPTION,
        "status": "active",
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": list(subscriptions),
    }


def trigger(title: str, webhook_id: str) -> Fields:
    rule = TRIGGERS[title]
    # Ids only: a customer's quotes and line ends would break hand-written JSON.
    body = f'{{"kind":"{rule.kind}","ticket_id":"{{{{ticket.id}}}}"}}'
    actions: list[Fields] = [
        {"field": "notification_webhook", "value": [webhook_id, body]}
    ]
    if rule.tag:
        actions.append({"field": "current_tags", "value": rule.tag})
    return {
        "title": title,
        "description": DESCRIPTION,
        "active": True,
        "conditions": {"all": list(rule.all), "any": list(rule.any)},
        "actions": actions,
    }


def ticket_field(title: str) -> Fields:
    kind, holds = TICKET_FIELDS[title]
    return {
        "type": kind,
        "title": title,
        "agent_description": f"{MARK}: {holds}",
        "active": True,
        "required": False,
        "visible_in_portal": False,
        "editable_in_portal": False,
    }


def macro() -> Fields:
    return {
        "title": MACRO_TITLE,
        "description": DESCRIPTION,
        "active": True,
        "actions": [{"field": "current_tags", "value": REQUEST_TAG}],
    }


def view(link_field_id: int | None) -> Fields:
    link = () if link_field_id is None else (str(link_field_id),)
    return {
        "title": VIEW_TITLE,
        "description": DESCRIPTION,
        "active": True,
        "all": [
            _BELOW_SOLVED,
            _is("current_tags", "replay_failed replay_ambiguous", "includes"),
        ],
        "any": [],
        "output": {
            "columns": ["status", "subject", "requester", "created", "assignee", *link],
            "group_by": "status",
            "group_order": "asc",
            "sort_by": "created",
            "sort_order": "desc",
        },
    }
