"""What all records of the stand-in share: JSON objects, refusals, times, channels."""

from __future__ import annotations

from datetime import UTC, datetime

Json = dict[str, object]


class Refusal(Exception):
    """An error answer: status and body as Zendesk gives them."""

    def __init__(
        self, status: int, error: str, description: str, details: Json | None = None
    ) -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status = status
        self.body: Json = {"error": error, "description": description}
        if details is not None:
            self.body["details"] = details


def invalid(name: str, description: str) -> Refusal:
    """The 422 that Zendesk answers to a record it cannot accept."""
    return Refusal(
        422,
        "RecordInvalid",
        "Record validation errors",
        {name: [{"description": description, "error": "InvalidValue"}]},
    )


def not_found() -> Refusal:
    """The 404 for what is not there, or no longer."""
    return Refusal(404, "RecordNotFound", "Not found")


def stamp(seconds: float) -> str:
    """Seconds since 1970 as Zendesk writes times: UTC, whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def via(channel: str, merged: int | None = None) -> Json:
    """``merged`` is the ticket that a comment repeats, of those that were merged."""
    origin: Json = {} if merged is None else {"ticket_id": merged}
    rel = None if merged is None else "merge"
    return {"channel": channel, "source": {"from": origin, "to": {}, "rel": rel}}
