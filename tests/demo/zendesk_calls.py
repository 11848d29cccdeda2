"""Calls of the Zendesk stand-in's API, and a courier's door that remembers."""

from __future__ import annotations

from typing import Any

import requests
from flask import Flask, Response, request

from bot.demo.zendesk import ZendeskStandIn

HOSTILE = (
    '<h3 onclick="alert(1)">T</h3><script>alert(1)</script><img src=x onerror=alert(1)>'
    '<a href="javascript:alert(1)">x</a><a href="https://ok.example/" style="x">y</a>'
)


class Receiver:
    """A courier's door that keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.app = Flask("receiver")
        self.app.add_url_rule("/hook", view_func=self._take, methods=["POST"])

    def _take(self) -> Response:
        self.received.append((dict(request.headers), request.get_data()))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return Response(status=status, headers=headers)


def call(
    zendesk: ZendeskStandIn, method: str, path: str, body: Any = None, **more: Any
) -> requests.Response:
    known = zendesk.credentials
    return requests.request(
        method,
        f"{zendesk.url}/api/v2/{path}",
        json=body,
        auth=(f"{known.agent_email}/token", known.api_token),
        timeout=5,
        **more,
    )


def update(zendesk: ZendeskStandIn, ticket: int, **changes: Any) -> requests.Response:
    return call(zendesk, "PUT", f"tickets/{ticket}.json", {"ticket": changes})


def upload(
    zendesk: ZendeskStandIn, name: str, content_type: str, content: bytes
) -> dict[str, Any]:
    known = zendesk.credentials
    answer = requests.post(
        f"{zendesk.url}/api/v2/uploads.json",
        params={"filename": name},
        data=content,
        headers={"Content-Type": content_type},
        auth=(f"{known.agent_email}/token", known.api_token),
        timeout=5,
    )
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()["upload"]
    return made
