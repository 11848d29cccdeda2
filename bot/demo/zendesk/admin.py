"""What the account's administrators set up: webhooks, triggers, fields, forms, views.

Zendesk lets agents read most of it, and change none of it without an administrator's
role or one that grants it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, Refusal, not_found

CATEGORY_ID = "10026"
"""The category that triggers get when none is named."""

_GUARDED = re.compile(
    r"/api/v2/(webhooks|triggers|trigger_categories|ticket_fields|ticket_forms|views"
    r"|macros|automations)(/|$)"
)


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

    @property
    def subscriptions(self) -> list[str]:
        given = self.shown["subscriptions"]
        return given if isinstance(given, list) else []

    def subscribed_to(self, kind: str) -> bool:
        return kind in self.subscriptions


@dataclass
class Admin:
    """One account's set-up. The dictionaries hold each thing as the API shows it."""

    account: Account
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    triggers: dict[int, Json] = field(default_factory=dict)
    fields: dict[int, Json] = field(default_factory=dict)
    views: dict[int, Json] = field(default_factory=dict)
    macros: dict[int, Json] = field(default_factory=dict)
    automations: dict[int, Json] = field(default_factory=dict)
    """Put here by whoever plays the administrator; they are listed, and never run."""
    managers: set[int] = field(default_factory=set)
    """Agents whose custom role lets them manage all this."""
    has_forms: bool = True
    """False makes it a plan without ticket forms."""
    allows_events: bool = True
    """False makes it an account where webhooks cannot subscribe to ticket events."""

    def may_manage(self, user: User) -> bool:
        return user.role == "admin" or user.id in self.managers

    def check(self, user: User, method: str, path: str) -> None:
        """Raises Refusal 403 where ``user`` may not make this call."""
        found = _GUARDED.match(path)
        if found is None or self.may_manage(user):
            return
        if method != "GET" or found[1] == "webhooks":
            raise Refusal(403, "Forbidden", "You do not have access to this page.")

    def stamped(self, rows: dict[int, Json], shown: Json) -> Json:
        """Keep a new thing under a fresh id, with its times."""
        now = self.account.now()
        made: Json = {
            "id": self.account.new_id(),
            **shown,
            "created_at": now,
            "updated_at": now,
        }
        rows[int(str(made["id"]))] = made
        return made

    def changed(self, stored: Json, shown: Json) -> Json:
        stored.update(shown, updated_at=self.account.now())
        return stored

    def in_order(self) -> list[Json]:
        """The triggers, first to last."""
        return sorted(self.triggers.values(), key=lambda each: _position(each))


def _position(trigger: Json) -> int:
    position = trigger["position"]
    return position if isinstance(position, int) else 0


def find(rows: dict[int, Json], row_id: int) -> Json:
    """Raises Refusal 404."""
    if row_id not in rows:
        raise not_found()
    return rows[row_id]


def with_url(base: str, kind: str, row: Json) -> Json:
    return {"url": f"{base}/api/v2/{kind}/{row['id']}.json", **row}
