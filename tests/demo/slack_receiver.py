"""An app's side of the Slack stand-in: its request URL, and small things it sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from queue import Queue
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask, Response, request
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock as VerifierClock

from bot.demo.server import Server
from bot.demo.slack import SlackStandIn

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Found 1 replay"}}


class Clock:
    """Unix seconds that move only when told to."""

    def __init__(self) -> None:
        self.now = 1_767_000_000.0

    def __call__(self) -> float:
        return self.now


class Receiver:
    """An app's request URL: keeps what it is sent, answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Callable[[], Response]] = []
        self.fails = False
        app = Flask("receiver")

        @app.post("/slack/events")
        def take() -> Response:
            body = request.get_data(parse_form_data=False)
            self.requests.append((dict(request.headers), body))
            if self.answers:
                return self.answers.pop(0)()
            return Response(status=500 if self.fails else 200)

        self.visitors: Queue[str] = Queue()

        @app.get("/r/<token>")
        def visit(token: str) -> str:
            self.visitors.put(request.headers["User-Agent"])
            return token

        self.server = Server(app)

    @property
    def url(self) -> str:
        return f"{self.server.url}/slack/events"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """Interactions and events as JSON, in the order they came."""
        found = []
        for headers, body in self.requests:
            if headers["Content-Type"] == "application/json":
                found.append(json.loads(body))
            else:
                form = parse_qs(body.decode())
                if "payload" in form:
                    found.append(json.loads(form["payload"][0]))
        return found


class Shown(VerifierClock):
    """The stand-in's clock, as slack_sdk's verifier reads one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock()


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


def support(slack: SlackStandIn) -> str:
    return slack.workspace.channel("support").id


def post(client: WebClient, channel: str, **more: Any) -> str:
    answer = client.chat_postMessage(
        channel=channel,
        **{"text": "hello", "unfurl_links": False, "unfurl_media": False, **more},
    )
    return str(answer["ts"])


def button(action_id: str, value: str = "v", **more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": "Press"},
        **more,
    }


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]
