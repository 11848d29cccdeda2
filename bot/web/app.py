"""The Flask app: mounts what it is handed and answers errors in one voice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable

import structlog
from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from bot.metrics import HTTP_SECONDS

MAX_BODY = 1024 * 1024
"""Bytes. Webhooks and form posts; nothing that is sent to the app is larger."""

LARGEST_BODY = "LARGEST_BODY"
"""In the app's config: the bytes that anything before it takes, for the server."""

_log = structlog.get_logger(__name__)


def create_app(blueprints: Iterable[Blueprint]) -> Flask:
    """The app with the blueprints mounted; bodies over 1 MiB are refused with 413."""
    app = Flask("replay-courier", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(Exception, _surprise)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def _begin() -> None:
    g.began = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(http_request=uuid.uuid4().hex[:12])


def _finish(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    seconds = time.monotonic() - g.get("began", time.monotonic())
    # The endpoint, never the path: a path may hold a share link's token.
    endpoint = request.endpoint or "unknown"
    HTTP_SECONDS.labels(endpoint, str(response.status_code)).observe(seconds)
    _log.info(
        "http",
        endpoint=endpoint,
        method=request.method,
        status=response.status_code,
        seconds=round(seconds, 4),
    )
    return response


def _refusal(error: HTTPException) -> Response:
    return Response(
        f"{error.name}\n", status=error.code, mimetype="text/plain", headers=[]
    )


def _surprise(error: Exception) -> Response:
    reference = uuid.uuid4().hex[:8]
    _log.exception("unexpected error", reference=reference, exc_info=error)
    text = f"Something went wrong on our side. Reference: {reference}\n"
    return Response(text, status=500, mimetype="text/plain")
