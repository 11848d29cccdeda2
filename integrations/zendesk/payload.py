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
from typing import cast

from bot.errors import BadInput
from bot.model import Action, ReplayRequest, ReplyTo
from integrations.zendesk.address import DESTINATION, numeric_id
from integrations.zendesk.command import command_text

_INVOCATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


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
    return _created(numeric_id(delivered.body.get("ticket_id"), "ticket_id"))


def _command_by_trigger(delivered: Delivered) -> ReplayRequest:
    """A trigger body knows no comment id: which comment it was is read later."""
    ticket = numeric_id(delivered.body.get("ticket_id"), "ticket_id")
    if not _INVOCATION_ID.fullmatch(delivered.invocation_id):
        raise BadInput("the delivery has no X-Zendesk-Webhook-Invocation-Id")
    return _command(ticket, f"invocation:{delivered.invocation_id}")


def _created_event(delivered: Delivered) -> ReplayRequest | None:
    if _actor(delivered) == delivered.bot_user_id:
        return None
    return _created(_subject_ticket(delivered.body))


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
    return _command(
        _subject_ticket(delivered.body),
        f"comment:{comment_id}",
        comment=comment_id,
        asked_by=str(author.get("id", "")),
    )


TRIGGER_BODIES: Mapping[str, Callable[[Delivered], ReplayRequest | None]] = {
    "ticket_created": _created_by_trigger,
    "comment_command": _command_by_trigger,
}

EVENTS: Mapping[str, Callable[[Delivered], ReplayRequest | None]] = {
    "zen:event-type:ticket.created": _created_event,
    "zen:event-type:ticket.comment_added": _comment_event,
}


def _created(ticket: str) -> ReplayRequest:
    # The trigger and the event subscription may both report one ticket: one key.
    return ReplayRequest(
        key=f"zendesk:{ticket}:created",
        action=Action.NOTE,
        reply_to=ReplyTo(DESTINATION, {"ticket": ticket}),
        asked_by="zendesk",
    )


def _command(
    ticket: str, event: str, *, comment: str = "", asked_by: str = ""
) -> ReplayRequest:
    return ReplayRequest(
        key=f"zendesk:{ticket}:{event}",
        action=Action.NOTE,
        reply_to=ReplyTo(DESTINATION, {"ticket": ticket, "command": comment}),
        asked_by=asked_by or "zendesk",
    )


def _subject_ticket(body: Mapping[str, object]) -> str:
    """The ticket both places of the envelope name; they must agree."""
    ticket = numeric_id(_mapping(body, "detail").get("id"), "detail.id")
    if body.get("subject") != f"zen:ticket:{ticket}":
        raise BadInput("the delivery's subject and detail.id name different tickets")
    return ticket


def _actor(delivered: Delivered) -> str:
    return str(_mapping(delivered.body, "detail").get("actor_id", ""))


def _mapping(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise BadInput(f"the delivery has no {name} object")
    return cast("Mapping[str, object]", value)
