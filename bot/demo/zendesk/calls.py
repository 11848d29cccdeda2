"""What every call of the API reads of its request."""

from __future__ import annotations

from flask import request

from bot.demo.zendesk.records import Json, Refusal


def base_url() -> str:
    """This server's own address: answers name no other, so paging comes back here."""
    return request.host_url.rstrip("/")


def json_body(key: str) -> Json:
    """The object under ``key`` of the body. Raises Refusal 400."""
    body = request.get_json(silent=True)
    value = body.get(key) if isinstance(body, dict) else None
    if not isinstance(value, dict):
        raise Refusal(400, "InvalidRequest", f"The body holds no {key} object")
    return value
