"""What a ticket update changes beside its comment, and when it is refused.

Everything is checked before anything is changed: an update lands whole or not at all.

Zendesk: https://developer.zendesk.com/documentation/ticketing/reference-guides/ticket-audit-events-reference/
"""

from __future__ import annotations

import re
from collections.abc import Container

from bot.demo.zendesk.conversation import Audit
from bot.demo.zendesk.records import Json, Refusal, invalid
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent", None)
TYPES = ("problem", "incident", "question", "task", None)

_TAG = re.compile(r"[^\s,]+")
_OPTIONAL = frozenset({"group_id", "organization_id", "assignee_id"})


def check_update(state: State, ticket: Ticket, patch: Json) -> None:
    """Raises Refusal for what Zendesk would not take of this ticket, or at all."""
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
    words = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
    for name, known in words.items():
        if name in patch and patch[name] not in known:
            raise invalid(name, f"{name.title()}: is invalid")
    for name, ids in _references(state).items():
        if name not in patch or (patch[name] is None and name in _OPTIONAL):
            continue
        if _number(patch[name]) not in ids:
            raise invalid(name, f"{name}: {patch[name]} is invalid")
    fields = patch.get("custom_fields", [])
    if not isinstance(fields, list) or not all(
        isinstance(each, dict) and _number(each.get("id")) for each in fields
    ):
        raise invalid("custom_fields", "Custom fields: is invalid")
    _ccs(state, ticket, patch)


def change_fields(state: State, ticket: Ticket, audit: Audit, patch: Json) -> None:
    """Apply a checked patch; one audit event for each field that it changes."""
    for name in ("subject", "status", "priority", "type", "external_id"):
        if name in patch and patch[name] != getattr(ticket, name):
            old, new = getattr(ticket, name), patch[name]
            setattr(ticket, name, new)
            audit.add_change(state.new_id(), name, new, old)
    requester = state.users.get(_number(patch.get("requester_id")) or 0)
    if requester is not None and requester.id != ticket.requester_id:
        # The ticket follows its requester to their organisation.
        patch = {"organization_id": requester.organization_id, **patch}
    for name in _references(state):
        if name in patch and _number(patch[name]) != getattr(ticket, name):
            old, now = getattr(ticket, name), _number(patch[name])
            setattr(ticket, name, now)
            audit.add_change(state.new_id(), name, _text(now), _text(old))
    if (ccs := _ccs(state, ticket, patch)) != ticket.email_cc_ids:
        addresses = [_addresses(state, each) for each in (ccs, ticket.email_cc_ids)]
        audit.add_ccs(state.new_id(), *addresses)
        ticket.email_cc_ids = ccs
    given_tags = patch.get("tags")
    if given_tags is not None and (tags := tags_of(given_tags)) != sorted(ticket.tags):
        audit.add_change(state.new_id(), "tags", tags, list(ticket.tags))
        ticket.tags = tags
    fields = patch.get("custom_fields")
    for given in fields if isinstance(fields, list) else []:
        key, value = int(given["id"]), given.get("value")
        if ticket.custom_fields.get(key) != value:
            was = ticket.custom_fields.get(key)
            audit.add_change(state.new_id(), str(key), value, was)
            ticket.custom_fields[key] = value


def tags_of(given: object) -> list[str]:
    """Tags as Zendesk keeps them: lower case, without spaces, each once, sorted."""
    text = " ".join(map(str, given)) if isinstance(given, list) else str(given or "")
    return sorted({word.lower() for word in _TAG.findall(text)})


def _references(state: State) -> dict[str, Container[int | None]]:
    return {
        "requester_id": state.users,
        "assignee_id": state.users,
        "group_id": state.groups,
        "organization_id": state.organizations,
        "brand_id": state.brands,
        "ticket_form_id": state.forms,
    }


def _ccs(state: State, ticket: Ticket, patch: Json) -> list[int]:
    """Who is copied after the patch: each entry puts somebody in or takes them out."""
    ids = list(ticket.email_cc_ids)
    given = patch.get("email_ccs", [])
    for entry in given if isinstance(given, list) else []:
        user_id = _number(entry.get("user_id"))
        if (email := entry.get("user_email")) and (
            known := state.user_by_email(str(email))
        ):
            user_id = known.id
        if user_id not in state.users:
            raise invalid("email_ccs", "Email CCs: is not a user")
        ids = [each for each in ids if each != user_id]
        if entry.get("action", "put") != "delete":
            ids.append(user_id)
    return ids


def _addresses(state: State, user_ids: list[int]) -> list[str]:
    return [state.users[each].email or "" for each in user_ids]


def _number(given: object) -> int | None:
    return int(str(given)) if str(given).isdecimal() else None


def _text(number: int | None) -> str | None:
    # Ids are text in audit events, as recorded.
    return None if number is None else str(number)
