"""Pages of other origins may send to us and load scripts from us.

Any origin may: what is taken is decided by the project's token, and no answer holds
anything of a visitor's. posthog-js sends with credentials, which has browsers want the
origin's own name back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.capture.answers import Answer

_NAMES = re.compile(r"[A-Za-z0-9_-]{1,60}(?: *, *[A-Za-z0-9_-]{1,60}){0,30}")
_ORIGIN = re.compile(r"[\x21-\x7e]{1,300}")
# What a script is packed by depends on the other.
_VARY = ("Vary", "Origin, Accept-Encoding")
_USUAL = "X-Requested-With, Content-Type"


def headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What every answer to a page of another origin has."""
    origin = str(environ.get("HTTP_ORIGIN") or "")
    if not _ORIGIN.fullmatch(origin):
        return [_VARY]
    return [
        _VARY,
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
    ]


def preflight(environ: Mapping[str, Any]) -> Answer:
    """The browser's question before a request that a form could not have made."""
    wanted = str(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS") or "")
    allowed = f"{_USUAL}, {wanted}" if _NAMES.fullmatch(wanted) else _USUAL
    return Answer(
        200,
        b"",
        "text/plain",
        {
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": allowed,
            "Access-Control-Max-Age": "86400",
        },
    )
