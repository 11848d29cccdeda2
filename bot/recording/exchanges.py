"""Secrets in what a page and its servers said to each other: rows of requests.

Recorders spell the columns of a row in several ways, and newer ones add columns; what
is none of the known ones is searched like a body.
"""

from __future__ import annotations

from typing import Any

from bot.recording.scrubber import Scrubber
from bot.recording.secrets import REDACTED

# Without case and joints: mobile and older recorders write request_headers.
_HEADERS, _BODIES = ("headers", "header"), ("body", "payload")
_PLACES = frozenset({"name", "url", "href", "currenturl", "documenturl"})


def without_exchanged(payload: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    """The network plugin's payload without secrets in its rows."""
    return {
        key: [_row(row, scrubber) for row in value]
        if isinstance(value, list)
        else scrubber.value(value, "body")
        for key, value in payload.items()
    }


def _row(row: Any, scrubber: Scrubber) -> Any:
    if not isinstance(row, dict):
        return scrubber.value(row, "body")
    return {name: _column(name, value, scrubber) for name, value in row.items()}


def _column(name: str, value: Any, scrubber: Scrubber) -> Any:
    plain = name.lower().replace("_", "").replace("-", "")
    if plain.endswith(_HEADERS):
        return _headers(value, scrubber)
    if plain.endswith(_BODIES):
        return scrubber.value(value, "body")
    if plain in _PLACES and isinstance(value, str):
        return scrubber.url(value)
    if isinstance(value, int | float):
        return value
    if scrubber.is_secret_name(name):
        return scrubber.named(value, "body")
    return scrubber.value(value, "body")


def _headers(headers: Any, scrubber: Scrubber) -> Any:
    if isinstance(headers, dict):
        return {name: _header(name, one, scrubber) for name, one in headers.items()}
    if isinstance(headers, str):
        return scrubber.text(headers, "header")
    if not isinstance(headers, list):
        return headers
    return [
        [pair[0], _header(str(pair[0]), pair[1], scrubber)]
        if isinstance(pair, list) and len(pair) == 2
        else scrubber.value(pair, "header")
        for pair in headers
    ]


def _header(name: str, value: Any, scrubber: Scrubber) -> Any:
    if value in ("", "redacted", REDACTED):
        return value
    # Whether credentials and cookies may be sent at all: no secret, and what explains
    # half of all failed requests.
    lower = name.lower()
    is_rule = lower.startswith("access-control-")
    if not is_rule and (scrubber.is_secret_name(name) or _is_key(lower, scrubber)):
        return scrubber.gone("header")
    return scrubber.value(value, "header")


def _is_key(name: str, scrubber: Scrubber) -> bool:
    """In a header, unlike in a body, what is called a key opens something."""
    return (
        scrubber.takes_secrets
        and name.endswith(("-key", "_key"))
        and not name.startswith(("idempotency", "sec-websocket"))
    )
