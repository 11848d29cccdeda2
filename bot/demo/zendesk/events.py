"""Event-subscription bodies: Zendesk's envelope around each change of a ticket.

Pretty-printed with three spaces, sorted keys and a line end, as recorded deliveries
are, so that a receiver that signs a re-serialised body fails here too.

Zendesk: https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping

from bot.demo.zendesk.account import Change
from bot.demo.zendesk.conversation import Comment
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import CUSTOM_STATUS_ID, Ticket

FIELD_EVENTS = {
    "status": "status_changed",
    "priority": "priority_changed",
    "type": "type_changed",
    "subject": "subject_changed",
    "external_id": "external_id_changed",
    "requester_id": "requester_changed",
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "organization_id": "organization_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
}
_IN_CAPITALS = frozenset({"status", "priority", "type"})


def envelopes(
    change: Change, account_id: int, fields: Mapping[int, Json]
) -> list[tuple[str, bytes]]:
    """The event types a change causes, each with the body to deliver; ``fields`` are
    the account's own ticket fields."""
    sequence = uuid.uuid4().hex[:16].upper()
    bodies = []
    for position, (name, event) in enumerate(_events(change, fields), start=1):
        kind = f"zen:event-type:ticket.{name}"
        if event:
            # What one action caused shares the id; the order is not promised.
            event["meta"] = {"sequence": {"id": sequence, "position": position}}
        envelope: Json = {
            "account_id": account_id,
            "detail": _detail(change.ticket, change.actor.id),
            "event": event,
            "id": str(uuid.uuid4()),
            "subject": f"zen:ticket:{change.ticket.id}",
            "time": change.ticket.updated_at.replace("Z", ".412093117Z"),
            "type": kind,
            "zendesk_event_version": "2022-11-06",
        }
        bodies.append((kind, (json.dumps(envelope, indent=3, sort_keys=True) + "\n")))
    return [(kind, body.encode()) for kind, body in bodies]


def _events(change: Change, fields: Mapping[int, Json]) -> Iterator[tuple[str, Json]]:
    if change.kind == "Create":
        yield "created", {}
        return
    if change.kind == "Delete":
        yield "soft_deleted", {}
        return
    if change.comment is not None:
        yield "comment_added", {"comment": _comment(change.comment, change.actor)}
    for told in change.audit.events:
        if told["type"] == "Change":
            yield _field_event(told, fields)
    if change.merged_into is not None:
        yield "merged", {"target_ticket_id": str(change.merged_into)}


def _comment(comment: Comment, author: User) -> Json:
    return {
        "id": str(comment.id),
        "body": comment.body,
        "is_public": comment.public,
        "author": {
            "id": str(author.id),
            "is_staff": author.role != "end-user",
            "name": author.name,
        },
    }


def _field_event(told: Json, fields: Mapping[int, Json]) -> tuple[str, Json]:
    name, now, before = str(told["field_name"]), told["value"], told["previous_value"]
    if name == "tags" and isinstance(now, list) and isinstance(before, list):
        return "tags_changed", {
            "tags_added": sorted(set(now) - set(before)),
            "tags_removed": sorted(set(before) - set(now)),
        }
    if name in FIELD_EVENTS:
        if name in _IN_CAPITALS:
            now, before = _capitals(now), _capitals(before)
        return FIELD_EVENTS[name], {"current": now, "previous": before}
    known = fields.get(int(name), {})
    return "custom_field_changed", {
        "current": {"value": now},
        "previous": {"value": before},
        "custom_field": {
            "id": name,
            "title": known.get("title", ""),
            "type": str(known.get("type", "text")).upper(),
        },
    }


def _detail(ticket: Ticket, actor_id: int) -> Json:
    return {
        "actor_id": str(actor_id),
        "assignee_id": _text(ticket.assignee_id),
        "brand_id": str(ticket.brand_id),
        "created_at": ticket.created_at,
        "custom_status": str(CUSTOM_STATUS_ID),
        "description": ticket.description,
        "external_id": ticket.external_id,
        "form_id": str(ticket.ticket_form_id),
        "group_id": _text(ticket.group_id),
        "id": str(ticket.id),
        "is_public": ticket.is_public,
        "organization_id": _text(ticket.organization_id),
        # Upper case here, lower case everywhere else: so it is in real envelopes.
        "priority": _capitals(ticket.priority),
        "requester_id": str(ticket.requester_id),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": str(ticket.submitter_id),
        "tags": list(ticket.tags),
        "type": _capitals(ticket.type),
        "updated_at": ticket.updated_at,
        "via": {"channel": ticket.channel},
    }


def _capitals(word: object) -> str | None:
    return None if word is None else str(word).upper()


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
