"""What the webhooks API shows of deliveries: test calls, invocations, attempts."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from bot.demo.zendesk.invocations import Attempt, Invocation
from bot.demo.zendesk.postman import Postman
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
    shown: Json = {"id": invocation.id}
    if last is not None:
        shown |= _code(last)
    shown["status"] = invocation.status
    if last is not None:
        shown["latest_completed_at"] = last.at
    return shown


def shown_attempts(postman: Postman, invocation: Invocation) -> list[Json]:
    """Newest first. Of one that was held back, there is nothing sent to show."""
    rows = []
    for each in reversed(invocation.attempts):
        row: Json = {
            # As recorded: the webhook's id, not one of the attempt.
            "id": invocation.webhook_id,
            "invocation_id": invocation.id,
            **_code(each),
            "status": each.outcome,
        }
        if each.was_sent:
            row["request"] = {
                "headers": _pairs(postman.headers(invocation, each.at)),
                "payload": invocation.body.decode(),
            }
            row["response"] = {
                "headers": _pairs(dict(each.headers)),
                "payload": each.answer,
            }
        rows.append({**row, "completed_at": each.at})
    return rows


def _code(attempt: Attempt) -> Json:
    """The answer's status; Zendesk logs one that did not come in time as 504."""
    return {"status_code": attempt.status or 504} if attempt.was_sent else {}


def _pairs(headers: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in headers.items()]
