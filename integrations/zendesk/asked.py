"""The requests that what happens in Zendesk becomes, each under a key of its own; pure.

Whichever way something is known, by trigger, event or a later look, it is one request.
"""

from __future__ import annotations

from datetime import timedelta

from bot.model import Action, Burst, ReplayRequest, ReplyTo
from integrations.zendesk.address import DESTINATION
from integrations.zendesk.causes import Cause

REQUESTED = "replay_requested"
"""The tag that asks, set by an agent or a macro; the answer takes it away."""

OPT_OUT = "replay_optout"
"""The tag of tickets that are left alone."""

OPEN_STATUSES = frozenset({"new", "open", "pending", "hold"})

SETTLES_IN = timedelta(seconds=3)
"""So long a ticket is left in peace before it is looked at again."""


def created(ticket: str) -> ReplayRequest:
    """A ticket was opened."""
    return ReplayRequest(
        key=f"zendesk:{ticket}:created",
        action=Action.NOTE,
        reply_to=ReplyTo(DESTINATION, {"ticket": ticket}),
        asked_by="zendesk",
        burst=Burst(_burst(ticket), is_separate=True),
    )


def look(ticket: str, cause: Cause, event_id: str) -> ReplayRequest:
    """Something happened to a ticket after which there may be news."""
    return ReplayRequest(
        key=f"zendesk:{ticket}:{cause}:{event_id}",
        action=Action.NOTE,
        reply_to=ReplyTo(DESTINATION, {"ticket": ticket, "cause": cause.value}),
        asked_by="zendesk",
        burst=Burst(_burst(ticket), wait=SETTLES_IN),
    )


def command(
    ticket: str, event: str, *, comment: str = "", asked_by: str = ""
) -> ReplayRequest:
    """An agent wrote the command, in ``comment`` where that is known."""
    return ReplayRequest(
        key=f"zendesk:{ticket}:{event}",
        action=Action.NOTE,
        reply_to=ReplyTo(DESTINATION, {"ticket": ticket, "command": comment}),
        asked_by=asked_by or "zendesk",
        burst=Burst(_burst(ticket), is_separate=True),
    )


def _burst(ticket: str) -> str:
    """What is one update to an agent comes as several deliveries within a second."""
    return f"zendesk:{ticket}"
