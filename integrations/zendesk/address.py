"""The address of a ticket in a ReplyTo; pure.

``ticket`` is the ticket's id. ``command`` is there where an agent asked by command: the
comment's id, or nothing while it isn't known; ``cause`` where it is another (see
``causes``). ``requester`` is whom the answer is about, ``suspended`` is there where
nobody is looked for since they are suspended, ``by`` names who asked from elsewhere,
``ignored`` says why nothing is done.
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


def with_address(request: ReplayRequest, **values: str) -> ReplayRequest:
    """The request with these parts of its address set."""
    address = {**request.reply_to.address, **values}
    return replace(request, reply_to=ReplyTo(request.reply_to.destination, address))
