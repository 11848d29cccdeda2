"""The app's page and its parts, and who may show them in a frame.

Everything comes from our own address, Zendesk's SDK included: of what it does we need
five messages, which ``static/zaf.js`` speaks. So no one else's script runs there.
"""

from __future__ import annotations

import json
from importlib.resources import files

from flask import Response

_PARTS = {
    "app.css": "text/css",
    "app.js": "text/javascript",
    "courier.js": "text/javascript",
    "element.js": "text/javascript",
    "recording.js": "text/javascript",
    "words.js": "text/javascript",
    "zaf.js": "text/javascript",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Session replays</title>
<link rel="stylesheet" href="{static}app.css">
<script type="application/json" id="boot">{boot}</script>
<script type="module" src="{static}app.js"></script>
</head><body><main id="app"></main>
<p id="status" role="status" aria-live="polite"></p>
<noscript>This app needs JavaScript.</noscript></body></html>
"""


def page(
    *, bearer: str, seconds: int, zendesk: str, static: str, has_channels: bool
) -> str:
    """The page for an agent: it takes the bearer out of its own text and forgets it
    when it is closed. ``zendesk`` is the only origin it talks to around itself."""
    boot = json.dumps(
        {
            "bearer": bearer,
            "seconds": seconds,
            "zendesk": zendesk,
            "channels": has_channels,
        }
    )
    return _PAGE.format(static=static, boot=boot.replace("<", "\\u003c"))


def policy(zendesk: str) -> str:
    """The page's content security policy: our own parts, in that account's frames."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {zendesk}",
        )
    )


def part(name: str) -> Response | None:
    """A script or the style sheet; None where there is no such part."""
    kind = _PARTS.get(name)
    if kind is None:
        return None
    content = files(__package__).joinpath("static", name).read_bytes()
    response = Response(content, content_type=f"{kind}; charset=utf-8")
    # Scripts of one version belong together: asked for every time, sent when new.
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
