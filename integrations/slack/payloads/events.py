"""Events: what people say to us, where they look, and the links they post.

Shapes: docs.slack.dev/reference/events (app_mention, message.im, app_home_opened,
link_shared).
"""

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
            _place(
                body,
                user,
                required(event, "channel"),
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


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the app; ``tab`` is ``home`` or ``messages``."""

    place: Place
    event_id: str
    tab: str

    @classmethod
    def parse(cls, body: Body) -> HomeOpened:
        place = _place(body, required(body, "event", "user"))
        return cls(place, required(body, "event_id"), required(body, "event", "tab"))


@dataclass(frozen=True, slots=True)
class LinksPosted:
    """Links in somebody's message, or still in what they type.

    ``ts`` names the message where it was sent; ``unfurl_id`` with ``source`` names what
    is to be unfurled in both cases, where Slack gives it.
    """

    place: Place
    event_id: str
    urls: tuple[str, ...]
    ts: str
    unfurl_id: str
    source: str

    @classmethod
    def parse(cls, body: Body) -> LinksPosted:
        event = body.get("event")
        links = event.get("links") if isinstance(event, dict) else None
        urls = [optional(link, "url") for link in links or ()]
        place = _place(body, optional(event, "user"), required(event, "channel"))
        return cls(
            place,
            required(body, "event_id"),
            # Each once, as Slack wrote it.
            tuple(dict.fromkeys(filter(None, urls))),
            required(event, "message_ts"),
            optional(event, "unfurl_id"),
            optional(event, "source"),
        )


def _place(body: Body, user: str, channel: str = "", *, user_team: str = "") -> Place:
    """Who caused an event and where; its workspace stands beside the event."""
    return Place(
        optional(body, "team_id"),
        channel,
        user,
        enterprise=optional(body, "enterprise_id"),
        user_team=user_team,
    )
