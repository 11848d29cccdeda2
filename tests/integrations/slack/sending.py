"""Requests as Slack signs and sends them, and a courier that only remembers."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from werkzeug.test import TestResponse

from bot.errors import RetryLater
from bot.model import ReplayRequest
from integrations.slack.app import build_app
from integrations.slack.clients import OneWorkspace
from integrations.slack.endpoint import blueprint

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_795_431_705.0
NOBODY_THERE = OneWorkspace(WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/"))
"""A workspace that does not answer."""
FORM = "application/x-www-form-urlencoded"
PAYLOADS = Path(__file__).parent / "payloads"


class Courier:
    """An intake that keeps what it is given, or refuses everything."""

    def __init__(self) -> None:
        self.requests: dict[str, ReplayRequest] = {}
        self.is_down = False

    def submit(self, request: ReplayRequest) -> bool:
        if self.is_down:
            raise RetryLater("the database is locked")
        is_new = request.key not in self.requests
        self.requests.setdefault(request.key, request)
        return is_new

    @property
    def only(self) -> ReplayRequest:
        (request,) = self.requests.values()
        return request


class Slack:
    """Posts to the courier's endpoint the way Slack does."""

    def __init__(self, courier: Courier) -> None:
        self.now = NOW
        flask = Flask("test")
        app = build_app(
            intake=courier,
            clients=NOBODY_THERE,
            signing_secret=SECRET,
            public_url="https://replays.example.com",
            clock=lambda: self.now,
        )
        flask.register_blueprint(blueprint(app, signing_secret=SECRET))
        self.client: FlaskClient = flask.test_client()

    def send(self, body: str | bytes, *, content_type: str = FORM) -> TestResponse:
        return self.post(body, headers=signed(body), content_type=content_type)

    def post(
        self,
        body: str | bytes,
        *,
        headers: dict[str, str],
        content_type: str = FORM,
    ) -> TestResponse:
        return self.client.post(
            "/slack/events", data=body, headers=headers, content_type=content_type
        )

    def command(self, text: str, **changes: str) -> TestResponse:
        return self.send(urlencode({**payload("command"), "text": text, **changes}))

    def interaction(self, name: str, **changes: Any) -> TestResponse:
        body = {**payload(name), **changes}
        return self.send(urlencode({"payload": json.dumps(body)}))

    def event(self, body: dict[str, Any]) -> TestResponse:
        return self.send(json.dumps(body), content_type="application/json")


def payload(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return body


def signed(
    body: str | bytes, *, at: float | None = None, secret: str = SECRET
) -> dict[str, str]:
    """The headers that prove the body is Slack's."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(
        timestamp=timestamp, body=body
    )
    assert signature
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
