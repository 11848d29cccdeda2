"""What the page may ask for, and how that travels in a request's address; pure.

``ticket`` and ``agent`` are ids, ``want`` one of ``Want``, ``channel`` the key of a
channel to share in. What goes on the ticket is answered there, and reported here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.errors import BadInput
from bot.identifiers import MAX_VALUE_CHARACTERS, read
from bot.model import (
    Action,
    Identifier,
    IdentifierKind,
    ReplayRequest,
    ReplyTo,
    ShareTerms,
)
from integrations.zendesk.address import DESTINATION as TICKETS
from integrations.zendesk.address import numeric_id

DESTINATION = "zendesk_app"

PLAYED_WITHIN = timedelta(minutes=30)
"""How long the link of a replay that plays in the sidebar opens."""

_ASK = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORDING = re.compile(r"[A-Za-z0-9-]{1,70}")
_CHANNEL = re.compile(r"[A-Za-z0-9:_-]{1,80}")
_MOST = 1000


class Want(StrEnum):
    """What an agent does in the app."""

    LIST = "list"
    SEARCH = "search"
    PLAY = "play"
    LINK = "link"
    NOTE = "note"
    FILE = "file"
    CHANNELS = "channels"
    SHARE = "share"


_ACTIONS = {
    Want.LIST: Action.FIND,
    Want.SEARCH: Action.FIND,
    Want.PLAY: Action.SHARE,
    Want.LINK: Action.SHARE,
    Want.NOTE: Action.SHARE,
    Want.FILE: Action.ATTACH,
}
_ON_TICKET = {Want.NOTE, Want.FILE}
OF_ONE = {Want.PLAY, Want.LINK, Want.NOTE, Want.FILE, Want.SHARE}
"""What is done with a recording."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked in the app, read back from its address."""

    want: Want
    ticket: str
    agent: str
    channel: str

    @classmethod
    def at(cls, place: ReplyTo) -> Asked:
        address = place.address
        return cls(
            Want(address["want"]),
            numeric_id(address["ticket"], "ticket"),
            numeric_id(address["agent"], "agent"),
            address.get("channel", ""),
        )


def key_of(agent_id: str, ask: str) -> str:
    """The key of an agent's request; no other agent's request has it. Raises BadInput
    where ``ask`` is not an id as pages make them."""
    if not _ASK.fullmatch(ask):
        raise BadInput("the id of what is asked is no UUID")
    return f"{DESTINATION}:{agent_id}:{ask}"


def follow_up(key: str) -> str:
    """The key of what a request goes on as, once it is known that it may."""
    return f"{key}:done"


def request_of(agent_id: str, ask: str, body: Mapping[str, Any]) -> ReplayRequest:
    """What an agent's page asks for. Raises BadInput."""
    try:
        want = Want(_text(body, "want"))
    except ValueError:
        raise BadInput("the page asks for nothing we know") from None
    address = {
        "want": want.value,
        "ticket": numeric_id(body.get("ticket"), "ticket"),
        "agent": agent_id,
    }
    recording = _text(body, "recording") if want in OF_ONE else ""
    if want in OF_ONE and not _RECORDING.fullmatch(recording):
        raise BadInput("the page names no recording")
    if want is Want.SHARE:
        address["channel"] = _text(body, "channel")
        if not _CHANNEL.fullmatch(address["channel"]):
            raise BadInput("the page names no channel")
    asked_at = ReplyTo(DESTINATION, address)
    on_ticket = ReplyTo(TICKETS, {"ticket": address["ticket"]})
    return ReplayRequest(
        key=key_of(agent_id, ask),
        action=_ACTIONS.get(want, Action.NOTHING),
        reply_to=on_ticket if want in _ON_TICKET else asked_at,
        report_to=asked_at if want in _ON_TICKET else None,
        asked_by=agent_id,
        identifiers=_identifiers(body) if want is Want.SEARCH else (),
        recording_id=recording or None,
        offset=_offset(body),
        terms=ShareTerms(expires_in=PLAYED_WITHIN)
        if want is Want.PLAY
        else ShareTerms(),
    )


def _identifiers(body: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """What was typed, or whom they chose where that fits several people."""
    person = _text(body, "person")
    if person:
        return (Identifier(IdentifierKind.PERSON, person),)
    return read(_text(body, "text"))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > MAX_VALUE_CHARACTERS:
        raise BadInput(f"{name} is no text, or too long")
    return value.strip()


def _offset(body: Mapping[str, Any]) -> int:
    value = body.get("offset", 0)
    if type(value) is not int or not 0 <= value <= _MOST:
        raise BadInput("offset is no number, or too large")
    return value
