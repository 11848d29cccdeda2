"""POST /slack/events: the lock in front of bolt.

Bolt parses a body before it checks who sent it, and answers a timestamp that is no
number with a 500. So the sender is checked here first, over the bytes as they came.
Scheme: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import re

from flask import Blueprint, Request, request
from flask.typing import ResponseReturnValue
from slack_bolt import App
from slack_bolt.adapter.flask.handler import to_bolt_request, to_flask_response
from slack_sdk.signature import SignatureVerifier

MAX_BODY = 1024 * 1024
"""Bytes. Slack's own payloads stay far below."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def blueprint(app: App, *, signing_secret: str) -> Blueprint:
    """The route that Slack posts events, commands and interactions to."""
    verifier = SignatureVerifier(signing_secret)
    slack = Blueprint("slack", __name__)

    @slack.post("/slack/events")
    def events() -> ResponseReturnValue:
        request.max_content_length = MAX_BODY
        body = request.get_data(parse_form_data=False)
        if not _is_genuine(request, body, verifier):
            return {"error": "invalid request"}, 401
        try:
            bolt_request = to_bolt_request(request)
        except ValueError:
            return {"error": "unreadable body"}, 400
        return to_flask_response(app.dispatch(bolt_request))

    return slack


def _is_genuine(request: Request, body: bytes, verifier: SignatureVerifier) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False
