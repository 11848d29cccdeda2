"""Event-subscription bodies: Zendesk's envelope around a ticket's change.

Pretty-printed with three spaces, sorted keys and a line end, as recorded deliveries
are, so that a receiver that signs a re-serialised body fails here too.
"""

from __future__ import annotations

import json
import uuid

from bot.demo.zendesk.account import Change
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import CUSTOM_STATUS_ID, Ticket


def envelopes(change: Change, account_id: int) -> list[tuple[str, bytes]]:
    """The event types a change causes, each with the body to deliver."""
    found: list[tuple[str, Json]] = []
    if change.kind == "Create":
        found.append(("ticket.created", {}))
    elif change.comment is not None:
        comment: Json = {
            "id": str(change.comment.id),
            "body": change.comment.body,
            "is_public": change.comment.public,
            "author": {
                "id": str(change.actor.id),
                "is_staff": change.actor.role != "end-user",
                "name": change.actor.name,
            },
        }
        found.append(("ticket.comment_added", {"comment": comment}))
    bodies = []
    for name, event in found:
        kind = f"zen:event-type:{name}"
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
        "priority": ticket.priority.upper() if ticket.priority else None,
        "requester_id": str(ticket.requester_id),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": str(ticket.submitter_id),
        "tags": list(ticket.tags),
        "type": ticket.type.upper() if ticket.type else None,
        "updated_at": ticket.updated_at,
        "via": {"channel": ticket.channel},
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
