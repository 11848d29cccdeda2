"""A ReplayRequest as the JSON that its row keeps, and back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.model import Action, Identifier, IdentifierKind, ReplayRequest, ReplyTo


def to_json(request: ReplayRequest) -> dict[str, Any]:
    look_back, about = request.look_back, request.about
    return {
        "key": request.key,
        "action": request.action.value,
        "destination": request.reply_to.destination,
        "address": dict(request.reply_to.address),
        "asked_by": request.asked_by,
        "identifiers": [
            {"kind": one.kind.value, "value": one.value, "origin": one.origin}
            for one in request.identifiers
        ],
        "recording_id": request.recording_id,
        "link_id": request.link_id,
        "look_back_s": None if look_back is None else look_back.total_seconds(),
        "about": None if about is None else about.isoformat(),
        "text": request.text,
    }


def from_json(body: dict[str, Any]) -> ReplayRequest:
    look_back, about = body["look_back_s"], body["about"]
    return ReplayRequest(
        key=body["key"],
        action=Action(body["action"]),
        reply_to=ReplyTo(body["destination"], body["address"]),
        asked_by=body["asked_by"],
        identifiers=tuple(
            Identifier(IdentifierKind(one["kind"]), one["value"], one["origin"])
            for one in body["identifiers"]
        ),
        recording_id=body["recording_id"],
        link_id=body["link_id"],
        look_back=None if look_back is None else timedelta(seconds=look_back),
        about=None if about is None else datetime.fromisoformat(about),
        text=body["text"],
    )
