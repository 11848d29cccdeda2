"""What an account has whose set-up was done: a demo need not do it first.

The rules and fields are those that ``replay-courier setup zendesk`` makes.
"""

from __future__ import annotations

from bot.demo.zendesk.admin import Admin, Webhook
from bot.demo.zendesk.fields import add_field
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.triggers import add_trigger
from bot.demo.zendesk.views import add_macro, add_view
from bot.demo.zendesk.webhooks import CONDITIONAL, add_webhook

MACRO = "Replay Courier: fetch replays"
VIEW = "Replay: needs a look"
_DESCRIPTION = "Managed by Replay Courier: `replay-courier setup zendesk`"
_REQUESTED = "replay_requested"


def _is(field: str, value: str, operator: str = "is") -> Json:
    return {"field": field, "operator": operator, "value": value}


_OPTED_IN = _is("current_tags", "replay_optout", "not_includes")
_NOT_ASKED = _is("current_tags", f"replay_optout {_REQUESTED}", "not_includes")

TRIGGERS: tuple[tuple[str, str, list[Json], list[Json]], ...] = (
    (
        "Replay Courier: new ticket",
        "ticket_created",
        [
            _is("update_type", "Create"),
            _is("status", "solved", "less_than"),
            _NOT_ASKED,
        ],
        [],
    ),
    (
        "Replay Courier: command in an internal note",
        "comment_command",
        [
            _is("update_type", "Change"),
            _is("comment_is_public", "false"),
            _is("comment_includes_word", "#replay"),
            _is("role", "end_user", "is_not"),
            _OPTED_IN,
        ],
        [],
    ),
    (
        "Replay Courier: replays requested by tag",
        "ticket_tagged",
        [_is("current_tags", _REQUESTED, "includes"), _OPTED_IN],
        [
            _is("update_type", "Create"),
            _is("comment_is_public", "true"),
            _is("comment_includes_word", "#replay", "is_not"),
        ],
    ),
    (
        "Replay Courier: reopened ticket",
        "ticket_reopened",
        [
            _is("update_type", "Change"),
            _is("status", "solved", "value_previous"),
            _is("status", "solved", "less_than"),
            _NOT_ASKED,
        ],
        [],
    ),
)
FIELDS = (
    ("Replay link", "text"),
    ("Replay errors", "integer"),
    ("Replay last session", "date"),
)


def seed(admin: Admin, endpoint: str, secret: str) -> Webhook:
    """Make everything; the webhook delivers to ``endpoint``."""
    webhook = add_webhook(
        admin,
        {
            "name": "Replay Courier",
            "description": _DESCRIPTION,
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": [CONDITIONAL],
        },
        secret,
    )
    for title, kind, all_, any_ in TRIGGERS:
        body = f'{{"kind":"{kind}","ticket_id":"{{{{ticket.id}}}}"}}'
        actions: list[Json] = [
            {"field": "notification_webhook", "value": [webhook.id, body]}
        ]
        if kind == "comment_command":
            actions.append({"field": "current_tags", "value": _REQUESTED})
        conditions = {"all": all_, "any": any_}
        rule = {"title": title, "conditions": conditions, "actions": actions}
        add_trigger(admin, {**rule, "description": _DESCRIPTION})
    for title, field_type in FIELDS:
        shown = {"title": title, "type": field_type}
        field = add_field(admin, {**shown, "agent_description": _DESCRIPTION})
        for form in admin.account.forms.values():
            form.field_ids.append(int(str(field["id"])))
    tagging = [{"field": "current_tags", "value": _REQUESTED}]
    macro: Json = {"title": MACRO, "description": _DESCRIPTION, "actions": tagging}
    add_macro(admin, macro)
    failed = _is("current_tags", "replay_failed replay_ambiguous", "includes")
    unsolved = _is("status", "solved", "less_than")
    view: Json = {"title": VIEW, "description": _DESCRIPTION, "all": [unsolved, failed]}
    add_view(admin, view)
    return webhook
