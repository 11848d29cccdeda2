"""PostHog's error bodies, in its one shape and the replay handlers' others."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify


class Refusal(Exception):
    """Ends a call with an error answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def error(status: int, kind: str, code: str, detail: str) -> Refusal:
    """The shape of PostHog's API exceptions."""
    body = {"type": kind, "code": code, "detail": detail, "attr": None}
    return Refusal(_json(status, body))


def invalid(detail: str) -> Refusal:
    return error(400, "validation_error", "invalid_input", detail)


def not_found(detail: str = "Not found.") -> Refusal:
    return error(404, "invalid_request", "not_found", detail)


def unauthorised(detail: str) -> Refusal:
    return error(401, "authentication_error", "authentication_failed", detail)


def forbidden(detail: str) -> Refusal:
    return error(403, "authentication_error", "permission_denied", detail)


def throttled(seconds: int) -> Refusal:
    detail = f"Request was throttled. Expected available in {seconds} seconds."
    refusal = error(429, "throttled_error", "throttled", detail)
    refusal.response.headers["Retry-After"] = str(seconds)
    return refusal


def busy() -> Refusal:
    detail = "ClickHouse is at capacity. Try again later."
    return error(429, "throttled_error", "throttled", detail)


def deleted() -> Refusal:
    body = {
        "error": "recording_deleted",
        "message": "This recording has been permanently deleted",
        "deleted_at": 1795400000,
        "deleted_by": "admin@example.com",
    }
    return Refusal(_json(410, body))


def blocks_unavailable() -> Refusal:
    detail = "The recording's blocks could not be loaded"
    return error(502, "server_error", "recording_blocks_unavailable", detail)


def broken() -> Refusal:
    text = "An unexpected error has occurred. Please try again later."
    return Refusal(_json(500, {"error": text}))


def down() -> Refusal:
    page = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
    return Refusal(Response(page, 503, mimetype="text/html"))


def _json(status: int, body: Mapping[str, object]) -> Response:
    response: Response = jsonify(body)
    response.status_code = status
    return response
