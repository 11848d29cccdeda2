"""What administrators set up in Zendesk, read and changed through zenpy.

Each thing is the dictionary that Zendesk shows of it: set-up compares the keys it knows
and leaves the rest alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any, NamedTuple

from zenpy.lib.api_objects import (
    Automation,
    Macro,
    TicketField,
    TicketForm,
    Trigger,
    View,
    Webhook,
)

from bot.errors import NotFound, Refused
from integrations.zendesk.client import Zendesk
from integrations.zendesk.failures import in_our_errors
from integrations.zendesk.records import Row

RECENT = 100
"""As many deliveries as Zendesk shows on one page."""


class _Calls(NamedTuple):
    noun: str
    api: str
    make: Any


class Kind(_Calls, Enum):
    """A kind of thing: what people call it, and zenpy's names for it."""

    WEBHOOK = _Calls("webhook", "webhooks", Webhook)
    TRIGGER = _Calls("trigger", "triggers", Trigger)
    AUTOMATION = _Calls("automation", "automations", Automation)
    FIELD = _Calls("ticket field", "ticket_fields", TicketField)
    FORM = _Calls("ticket form", "ticket_forms", TicketForm)
    MACRO = _Calls("macro", "macros", Macro)
    VIEW = _Calls("view", "views", View)


@dataclass(frozen=True, slots=True)
class Answered:
    """What our address answered to a test call; ``status`` as Zendesk got it."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recent delivery: its outcome in Zendesk's word, the last status if any."""

    outcome: str
    status: int | None


class Administration:
    """The account's set-up, as far as our user may see and change it.

    Every method raises NotFound, Refused (Forbidden where the user may not) or
    RetryLater, as ``Zendesk`` does.
    """

    def __init__(self, zendesk: Zendesk) -> None:
        self.zendesk = zendesk

    def rows(self, kind: Kind) -> list[Row]:
        """All things of a kind, in Zendesk's order."""
        with in_our_errors(f"reading the {kind.noun}s"):
            api = getattr(self.zendesk.zenpy, kind.api)
            listed = api.list() if kind is Kind.WEBHOOK else api()
            return [each.to_dict() for each in listed]

    def rows_if_any(self, kind: Kind) -> list[Row]:
        """The same; none where the plan has no such things."""
        try:
            return self.rows(kind)
        except (NotFound, Refused):
            return []

    def make(self, kind: Kind, fields: Mapping[str, Any]) -> Row:
        with in_our_errors(f"making a {kind.noun}"):
            made: Row = self._api(kind).create(kind.make(**fields)).to_dict()
            return made

    def change(self, kind: Kind, row: Row, fields: Mapping[str, Any]) -> None:
        with in_our_errors(f"changing a {kind.noun}"):
            changed = kind.make(**{**fields, "id": row["id"]})
            api = self._api(kind)
            # A webhook's PUT would have to say everything, its PATCH only this.
            (api.patch if kind is Kind.WEBHOOK else api.update)(changed)

    def delete(self, kind: Kind, row: Row) -> None:
        """Gone afterwards, whether or not it was there."""
        try:
            with in_our_errors(f"deleting a {kind.noun}"):
                self._api(kind).delete(kind.make(id=row["id"]))
        except NotFound:
            return

    def signing_secret(self, webhook_id: str) -> str:
        with in_our_errors("reading the webhook's signing secret"):
            return str(self._api(Kind.WEBHOOK).show_secret(webhook_id).secret)

    def test(self, webhook_id: str, body: str) -> Answered:
        """Have Zendesk deliver ``body`` now, signed with the webhook's own secret.

        Zendesk: a test of an existing webhook takes its method, format and signing
        secret from it. https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/#test-webhook
        """
        asked = {"payload": body}
        answer = self.zendesk.call(
            "POST",
            f"webhooks/test?webhook_id={webhook_id}",
            "testing the webhook",
            {"request": asked},
        )
        with in_our_errors("testing the webhook"):
            given = answer["response"]
            text = str(given.get("payload") or "")
            return Answered(int(given["status_code"]), text)

    def deliveries(self, webhook_id: str) -> list[Delivery]:
        """The most recent ones, newest first."""
        with in_our_errors("reading the webhook's deliveries"):
            rows = self._api(Kind.WEBHOOK).invocations(webhook_id)
            found = [each.to_dict() for each in islice(rows, RECENT)]
            return [
                Delivery(str(row.get("status")), row.get("status_code"))
                for row in found
            ]

    def _api(self, kind: Kind) -> Any:
        return getattr(self.zendesk.zenpy, kind.api)
