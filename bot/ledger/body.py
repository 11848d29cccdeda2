"""A ReplayRequest as the JSON that its row keeps, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot.errors import SettingsError
from bot.model import (
    Action,
    Audience,
    Filters,
    Identifier,
    IdentifierKind,
    Opening,
    ReplayRequest,
    ReplyTo,
    ShareTerms,
)
from bot.sealing import Sealer

# In an address, what lets anybody post who knows it.
_GRANTS = {"response_url"}


def to_json(request: ReplayRequest, sealer: Sealer | None = None) -> dict[str, Any]:
    """``sealer`` closes what in the addresses grants access."""
    look_back, about = request.look_back, request.about
    report_to = request.report_to
    return {
        "key": request.key,
        "action": request.action.value,
        "destination": request.reply_to.destination,
        "address": _sealed(request.reply_to.address, sealer),
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
        "filters": asdict(request.filters),
        "offset": request.offset,
        "follows": request.follows,
        "terms": _terms_to_json(request.terms),
        "urls": list(request.urls),
        "from_home": request.from_home,
        "report_to": None
        if report_to is None
        else [report_to.destination, _sealed(report_to.address, sealer)],
        "reports": request.reports,
    }


def from_json(body: dict[str, Any], sealer: Sealer | None = None) -> ReplayRequest:
    """The request; without what was sealed in its addresses where the key is lost."""
    look_back, about = body["look_back_s"], body["about"]
    report_to = body.get("report_to")
    return ReplayRequest(
        key=body["key"],
        action=Action(body["action"]),
        reply_to=ReplyTo(body["destination"], _opened(body["address"], sealer)),
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
        # An earlier version's rows lack what follows.
        filters=Filters(**body.get("filters", {})),
        offset=body.get("offset", 0),
        follows=body.get("follows"),
        terms=_terms_from_json(body.get("terms", {})),
        urls=tuple(body.get("urls", ())),
        from_home=body.get("from_home", False),
        report_to=report_to and ReplyTo(report_to[0], _opened(report_to[1], sealer)),
        reports=body.get("reports"),
    )


def _sealed(address: Mapping[str, str], sealer: Sealer | None) -> dict[str, str]:
    return {
        key: sealer.seal(value) if sealer and key in _GRANTS else value
        for key, value in address.items()
    }


def _opened(address: dict[str, str], sealer: Sealer | None) -> dict[str, str]:
    opened = dict(address)
    for key in _GRANTS & address.keys():
        # An earlier version kept it open.
        if sealer is None or address[key].startswith("http"):
            continue
        try:
            opened[key] = sealer.open(address[key])
        except SettingsError:
            del opened[key]
    return opened


def _terms_to_json(terms: ShareTerms) -> dict[str, Any]:
    expires_in = terms.expires_in
    return {
        "expires_s": None if expires_in is None else expires_in.total_seconds(),
        "audience": terms.audience and terms.audience.value,
        "max_opens": terms.max_opens,
        "opening": terms.opening.value,
        "note": terms.note,
    }


def _terms_from_json(body: dict[str, Any]) -> ShareTerms:
    if not body:
        return ShareTerms()
    expires_s, audience = body["expires_s"], body["audience"]
    return ShareTerms(
        expires_in=None if expires_s is None else timedelta(seconds=expires_s),
        audience=None if audience is None else Audience(audience),
        max_opens=body["max_opens"],
        opening=Opening(body["opening"]),
        note=body["note"],
    )
