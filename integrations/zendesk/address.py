"""The address of a ticket in a ReplyTo, and what an answer there is to; pure.

``ticket`` is the ticket's id. ``command`` is there where an agent asked by command: the
comment's id, or nothing while it isn't known. ``suspended`` is there where the
requester is suspended, for whom nobody is looked for.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.errors import BadInput
from bot.model import ReplayRequest, ReplyTo

DESTINATION = "zendesk"

_ID = re.compile(r"[1-9][0-9]{0,19}")


def numeric_id(value: object, name: str) -> str:
    """A vendor's id as text, safe to put into a URL. Raises BadInput."""
    text = str(value) if type(value) in (str, int) else ""
    if not _ID.fullmatch(text):
        raise BadInput(f"the delivery's {name} is not an id")
    return text


def ticket_of(request: ReplayRequest) -> str:
    return numeric_id(request.reply_to.address.get("ticket"), "ticket")


def is_command(request: ReplayRequest) -> bool:
    """Whether an agent asked by command, and not a new ticket by being there."""
    return "command" in request.reply_to.address


def with_address(request: ReplayRequest, **values: str) -> ReplayRequest:
    """The request with these parts of its address set."""
    address = {**request.reply_to.address, **values}
    return replace(request, reply_to=ReplyTo(request.reply_to.destination, address))


def purpose(request: ReplayRequest) -> str:
    """What an answer is to, in Zendesk's own ids: the same whichever way it came.

    Empty while it is not known which comment asked.
    """
    if not is_command(request):
        return "created"
    command = request.reply_to.address["command"]
    return f"comment:{command}" if command else ""
