"""What an answer on a ticket is to; pure.

It decides what there is to say: a new ticket's customer, an agent who asked, a session
that came since.
"""

from __future__ import annotations

from enum import StrEnum

from bot.model import Action, ReplayRequest


class Cause(StrEnum):
    """Why a ticket gets an answer."""

    CREATED = "created"
    """It was opened."""
    COMMAND = "command"
    """An agent wrote the command in an internal note."""
    TAG = "tag"
    """Somebody, or a macro, set the tag that asks."""
    REOPENED = "reopened"
    REQUESTER = "requester"
    """It is another customer's now."""
    ENDED = "ended"
    """A session that a note said was going on has ended."""
    SHARED = "shared"
    """Somebody added a replay, from Slack or beside the ticket."""
    DISCUSSED = "discussed"
    """A recording that a note holds is talked about elsewhere."""


LOOKS = frozenset({Cause.TAG, Cause.REOPENED, Cause.REQUESTER})
"""Those that look at a ticket again: they have something to say where there is news."""

_BY_ACTION = {
    Action.ENDED: Cause.ENDED,
    Action.SHARE: Cause.SHARED,
    Action.ATTACH: Cause.SHARED,
    Action.DISCUSSED: Cause.DISCUSSED,
}


def cause_of(request: ReplayRequest) -> Cause:
    """What the request comes of."""
    if request.action in _BY_ACTION:
        return _BY_ACTION[request.action]
    address = request.reply_to.address
    if "command" in address:
        return Cause.COMMAND
    return Cause(address.get("cause", Cause.CREATED))


def purpose(request: ReplayRequest) -> str:
    """What an answer is to, in Zendesk's own ids: the same whichever way it came.

    Empty where only the request itself knows: it is not known yet which comment asked,
    or the ticket is looked at once more.
    """
    cause = cause_of(request)
    if cause is Cause.CREATED:
        return "created"
    if cause is Cause.COMMAND:
        comment = request.reply_to.address["command"]
        return f"comment:{comment}" if comment else ""
    if cause is Cause.ENDED:
        return f"ended:{request.recording_id}"
    if cause is Cause.DISCUSSED:
        return f"discussed:{request.link_id}"
    return ""
