"""What a ticket update changes beside its comment, and when it is refused."""

from __future__ import annotations

import re

from bot.demo.zendesk.conversation import Audit
from bot.demo.zendesk.records import Json, Refusal, invalid
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket

_TAG = re.compile(r"[^\s,]+")


def check_update(ticket: Ticket, patch: Json) -> None:
    if ticket.status == "closed":
        raise invalid("status", "Status: closed prevents ticket update")
    if patch.get("safe_update") in (True, "true"):
        seen = patch.get("updated_stamp")
        if seen != ticket.updated_at:
            raise Refusal(
                409,
                "UpdateConflict",
                f"Safe Update prevented the update due to outdated ticket data."
                f" Ticket's updated_at is {ticket.updated_at}, not {seen}",
            )


def change_fields(state: State, ticket: Ticket, audit: Audit, patch: Json) -> None:
    for name in ("subject", "status", "priority", "type", "external_id"):
        if name in patch and patch[name] != getattr(ticket, name):
            old, new = getattr(ticket, name), patch[name]
            setattr(ticket, name, new)
            audit.add_change(state.new_id(), name, new, old)
    tags = patch.get("tags")
    if tags is not None:
        words = " ".join(map(str, tags)) if isinstance(tags, list) else str(tags)
        new_tags = sorted({word.lower() for word in _TAG.findall(words)})
        if new_tags != sorted(ticket.tags):
            audit.add_change(state.new_id(), "tags", new_tags, list(ticket.tags))
            ticket.tags = new_tags
    fields = patch.get("custom_fields")
    for given in fields if isinstance(fields, list) else []:
        key, value = int(given["id"]), given.get("value")
        if ticket.custom_fields.get(key) != value:
            old = ticket.custom_fields.get(key)
            audit.add_change(state.new_id(), str(key), value, old)
            ticket.custom_fields[key] = value
