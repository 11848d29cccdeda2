"""What the webhooks API shows of deliveries: test calls, invocations, attempts."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from bot.demo.zendesk.postman import Invocation, Postman
from bot.demo.zendesk.records import Json


def tested(postman: Postman, call: Invocation) -> Json:
    """Deliver now, and what was answered."""
    try:
        answer = postman.deliver_once(call)
    except requests.RequestException as error:
        # What Zendesk says of an endpoint that is not there is not documented.
        return {"status_code": 504, "headers": [], "payload": type(error).__name__}
    return {
        "status_code": answer.status_code,
        "headers": _pairs(answer.headers),
        "payload": answer.text,
    }


def shown_invocation(invocation: Invocation) -> Json:
    last = invocation.attempts[-1] if invocation.attempts else None
    shown: Json = {"id": invocation.id, "status": invocation.status}
    if last is not None:
        shown["latest_completed_at"] = last.at
        if last.status is not None:
            shown["status_code"] = last.status
    return shown


def shown_attempts(postman: Postman, invocation: Invocation) -> list[Json]:
    return [
        {
            "id": invocation.webhook_id,
            "invocation_id": invocation.id,
            "status_code": each.status,
            "status": invocation.status,
            "request": {
                "headers": _pairs(postman.headers(invocation, each.at)),
                "payload": invocation.body.decode(),
            },
            "response": {"headers": [], "payload": each.answer},
            "completed_at": each.at,
        }
        for each in reversed(invocation.attempts)
    ]


def _pairs(headers: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in headers.items()]
