"""Webhook bodies to ReplayRequest, by table; reads nothing but the body.

Two kinds of body arrive at one address: what our triggers send (ids only, as text),
and Zendesk's own event envelopes. Which customer a ticket is about is not in either:
the destination reads that from the ticket later, where waiting is allowed.

Zendesk: https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from bot.errors import BadInput
from bot.model import ReplayRequest
from integrations.zendesk.address import numeric_id
from integrations.zendesk.asked import (
    OPEN_STATUSES,
    REQUESTED,
    command,
    created,
    look,
)
from integrations.zendesk.causes import Cause
from integrations.zendesk.command import command_text

_INVOCATION = "X-Zendesk-Webhook-Invocation-Id"
_OPAQUE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One webhook delivery: its body, and what its headers and settings say."""

    body: Mapping[str, object]
    invocation_id: str
    """The same for every attempt of one delivery."""
    bot_user_id: str | None


def read(delivered: Delivered) -> ReplayRequest | None:
    """The request a delivery asks for; None where it asks for nothing of ours.

    Raises BadInput, naming the field, where it is ours but cannot be understood.
    """
    body = delivered.body
    if isinstance(kind := body.get("kind"), str):
        reader = TRIGGER_BODIES.get(kind)
    elif isinstance(kind := body.get("type"), str):
        reader = EVENTS.get(kind)
    else:
        reader = None
    return reader(delivered) if reader else None


def _created_by_trigger(delivered: Delivered) -> ReplayRequest:
    return created(numeric_id(delivered.body.get("ticket_id"), "ticket_id"))


def _command_by_trigger(delivered: Delivered) -> ReplayRequest:
    """A trigger body knows no comment id: which comment it was is read later."""
    ticket = numeric_id(delivered.body.get("ticket_id"), "ticket_id")
    invocation = _opaque_id(delivered.invocation_id, _INVOCATION)
    return command(ticket, f"invocation:{invocation}")


def _created_event(delivered: Delivered) -> ReplayRequest | None:
    if _actor(delivered) == delivered.bot_user_id:
        return None
    return created(_subject_ticket(delivered.body))


def _comment_event(delivered: Delivered) -> ReplayRequest | None:
    comment = _mapping(_mapping(delivered.body, "event"), "comment")
    author = _mapping(comment, "author")
    text = comment.get("body")
    asks = isinstance(text, str) and command_text(text) is not None
    # Only staff may ask, and only where the customer does not see it.
    if comment.get("is_public") is not False or author.get("is_staff") is not True:
        return None
    if not asks or str(author.get("id")) == delivered.bot_user_id:
        return None
    comment_id = numeric_id(comment.get("id"), "event.comment.id")
    return command(
        _subject_ticket(delivered.body),
        f"comment:{comment_id}",
        comment=comment_id,
        asked_by=str(author.get("id", "")),
    )


def _look_by_trigger(cause: Cause, delivered: Delivered) -> ReplayRequest:
    ticket = numeric_id(delivered.body.get("ticket_id"), "ticket_id")
    return look(ticket, cause, _opaque_id(delivered.invocation_id, _INVOCATION))


def _tags_event(delivered: Delivered) -> ReplayRequest | None:
    added = _mapping(delivered.body, "event").get("tags_added")
    asks = isinstance(added, list) and REQUESTED in added
    return _look_event(Cause.TAG, delivered) if asks else None


def _status_event(delivered: Delivered) -> ReplayRequest | None:
    change = _mapping(delivered.body, "event")
    before, now = (str(change.get(each)).lower() for each in ("previous", "current"))
    is_reopened = before == "solved" and now in OPEN_STATUSES
    return _look_event(Cause.REOPENED, delivered) if is_reopened else None


def _requester_event(delivered: Delivered) -> ReplayRequest | None:
    return _look_event(Cause.REQUESTER, delivered)


def _look_event(cause: Cause, delivered: Delivered) -> ReplayRequest | None:
    if _actor(delivered) == delivered.bot_user_id:
        return None
    event_id = _opaque_id(delivered.body.get("id"), "event's id")
    return look(_subject_ticket(delivered.body), cause, event_id)


TRIGGER_BODIES: Mapping[str, Callable[[Delivered], ReplayRequest | None]] = {
    "ticket_created": _created_by_trigger,
    "comment_command": _command_by_trigger,
    "ticket_tagged": partial(_look_by_trigger, Cause.TAG),
    "ticket_reopened": partial(_look_by_trigger, Cause.REOPENED),
}

EVENTS: Mapping[str, Callable[[Delivered], ReplayRequest | None]] = {
    "zen:event-type:ticket.created": _created_event,
    "zen:event-type:ticket.comment_added": _comment_event,
    "zen:event-type:ticket.tags_changed": _tags_event,
    "zen:event-type:ticket.status_changed": _status_event,
    "zen:event-type:ticket.requester_changed": _requester_event,
}


def _subject_ticket(body: Mapping[str, object]) -> str:
    """The ticket both places of the envelope name; they must agree."""
    ticket = numeric_id(_mapping(body, "detail").get("id"), "detail.id")
    if body.get("subject") != f"zen:ticket:{ticket}":
        raise BadInput("the delivery's subject and detail.id name different tickets")
    return ticket


def _actor(delivered: Delivered) -> str:
    return str(_mapping(delivered.body, "detail").get("actor_id", ""))


def _opaque_id(value: object, name: str) -> str:
    """An id of Zendesk's own making. Raises BadInput."""
    if not isinstance(value, str) or not _OPAQUE_ID.fullmatch(value):
        raise BadInput(f"the delivery has no {name}")
    return value


def _mapping(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise BadInput(f"the delivery has no {name} object")
    return cast("Mapping[str, object]", value)
