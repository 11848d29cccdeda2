"""What people say to us."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import BadInput
from integrations.slack.payloads.place import Place, optional, required
from integrations.slack.reading import Body


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to us, in a channel or directly.

    ``thread_ts`` is where sharing belongs; ``ourselves`` is our own user id.
    """

    place: Place
    event_id: str
    text: str
    ts: str
    thread_ts: str
    is_in_thread: bool
    is_from_person: bool
    ourselves: str

    @classmethod
    def parse(cls, body: Body) -> Said:
        event = body.get("event")
        if not isinstance(event, dict):
            raise BadInput("Slack's event came without an event")
        ts = required(event, "ts")
        # Other apps, and what Slack itself says: joins, edits, deletions.
        by_person = not (
            event.get("bot_id")
            or event.get("bot_profile")
            or event.get("subtype") not in (None, "file_share", "thread_broadcast")
        )
        user = required(event, "user") if by_person else optional(event, "user")
        authorizations = body.get("authorizations")
        first = authorizations[0] if isinstance(authorizations, list) else None
        thread_ts = optional(event, "thread_ts")
        return cls(
            Place(
                optional(body, "team_id"),
                required(event, "channel"),
                user,
                enterprise=optional(body, "enterprise_id"),
                user_team=optional(event, "user_team") or optional(event, "team"),
            ),
            required(body, "event_id"),
            optional(event, "text"),
            ts,
            thread_ts or ts,
            bool(thread_ts),
            by_person,
            optional(first, "user_id"),
        )
