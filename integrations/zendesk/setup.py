"""Makes the webhook and the triggers in Zendesk; can be run again without harm.

Everything is found by its fixed name first, compared, and changed only where it
differs. Needs an administrator, or a role that may manage webhooks and triggers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.zendesk.client import Zendesk
from integrations.zendesk.command import COMMAND
from integrations.zendesk.records import Trigger, Webhook

WEBHOOK_NAME = "Replay Courier"
WEBHOOK_PATH = "/zendesk/webhook"
DESCRIPTION = "Managed by Replay Courier: `replay-courier setup zendesk`"
OPT_OUT_TAG = "replay_optout"

# Ids only: a customer's quotes and line ends would break hand-written JSON.
_BODIES = {
    "new ticket": '{"kind":"ticket_created","ticket_id":"{{ticket.id}}"}',
    "command": '{"kind":"comment_command","ticket_id":"{{ticket.id}}"}',
}

MADE, CHANGED, KEPT = "made", "changed", "kept"

Condition = Mapping[str, str]


def _is(field: str, value: str, operator: str = "is") -> Condition:
    return {"field": field, "operator": operator, "value": value}


TRIGGERS: Mapping[str, tuple[str, Sequence[Condition]]] = {
    "Replay Courier: new ticket": (
        _BODIES["new ticket"],
        (
            _is("update_type", "Create"),
            _is("status", "solved", "less_than"),
            _is(
                "current_tags",
                f"replay_attached replay_none {OPT_OUT_TAG}",
                "not_includes",
            ),
        ),
    ),
    "Replay Courier: command in an internal note": (
        _BODIES["command"],
        (
            _is("update_type", "Change"),
            _is("comment_is_public", "false"),
            # "is" means contains this text; whether "includes" finds a word that
            # begins with # is not documented.
            _is("comment_includes_word", COMMAND),
            _is("role", "end_user", "is_not"),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that set-up found or did: ``made``, ``changed`` or ``kept``."""

    what: str
    outcome: str
    is_done: bool = True
    """False in a dry run, for what would have been made or changed."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was done, and the secret for ZENDESK_WEBHOOK_SECRETS (None where a dry run
    made no webhook). Print the secret for the administrator; never log it."""

    steps: tuple[Step, ...]
    secret: str | None


def set_up(zendesk: Zendesk, public_url: str, *, dry_run: bool = False) -> SetUp:
    """Find or make the webhook to ``public_url`` and its triggers.

    Raises Refused where the agent may not, RetryLater where Zendesk is away; running it
    again then goes on where it stopped.
    """
    endpoint = f"{public_url.rstrip('/')}{WEBHOOK_PATH}"
    webhook, outcome = _find_or_make_webhook(zendesk, endpoint, dry_run)
    steps = [_step(f"webhook “{WEBHOOK_NAME}” to {endpoint}", outcome, dry_run)]
    have = {each.title: each for each in zendesk.triggers()}
    for title in TRIGGERS:
        wanted = _trigger(title, webhook.id if webhook else "")
        outcome = _find_or_make_trigger(zendesk, have.get(title), wanted, dry_run)
        steps.append(_step(f"trigger “{title}”", outcome, dry_run))
    secret = zendesk.signing_secret(webhook.id) if webhook else None
    return SetUp(tuple(steps), secret)


def _step(what: str, outcome: str, dry_run: bool) -> Step:
    return Step(what, outcome, is_done=outcome == KEPT or not dry_run)


def _find_or_make_webhook(
    zendesk: Zendesk, endpoint: str, dry_run: bool
) -> tuple[Webhook | None, str]:
    found = next((w for w in zendesk.webhooks() if w.name == WEBHOOK_NAME), None)
    if found is None:
        return (None if dry_run else zendesk.create_webhook(_webhook(endpoint))), MADE
    if found.endpoint == endpoint and found.is_active:
        return found, KEPT
    if not dry_run:
        change = {"endpoint": endpoint, "status": "active"}
        zendesk.change_webhook(found.id, change)
    return found, CHANGED


def _find_or_make_trigger(
    zendesk: Zendesk, found: Trigger | None, wanted: Mapping[str, Any], dry_run: bool
) -> str:
    if found is None:
        if not dry_run:
            zendesk.create_trigger(wanted)
        return MADE
    if not _differs(found, wanted):
        return KEPT
    if not dry_run:
        zendesk.change_trigger(found.id, wanted)
    return CHANGED


def _webhook(endpoint: str) -> Mapping[str, Any]:
    return {
        "name": WEBHOOK_NAME,
        "description": DESCRIPTION,
        "status": "active",
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        # The value that lets triggers use the webhook; it cannot be changed later.
        "subscriptions": ["conditional_ticket_events"],
    }


def _trigger(title: str, webhook_id: str) -> Mapping[str, Any]:
    body, conditions = TRIGGERS[title]
    return {
        "title": title,
        "description": DESCRIPTION,
        "active": True,
        "conditions": {"all": [dict(each) for each in conditions], "any": []},
        "actions": [{"field": "notification_webhook", "value": [webhook_id, body]}],
    }


def _differs(found: Trigger, wanted: Mapping[str, Any]) -> bool:
    actions = [
        {"field": each.get("field"), "value": each.get("value")}
        for each in found.actions
    ]
    conditions = {
        group: [
            _is(
                str(each["field"]),
                str(each.get("value")),
                each.get("operator") or "is",
            )
            for each in found.conditions.get(group) or []
        ]
        for group in ("all", "any")
    }
    return (
        not found.is_active
        or actions != wanted["actions"]
        or conditions != wanted["conditions"]
    )
