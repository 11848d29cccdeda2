"""What Slack sends of visits to the Home tab and of links, parsed once. Pure.

Shapes: docs.slack.dev/reference/events/app_home_opened and .../link_shared. A field
that must be there and is not raises BadInput naming it.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.slack.payloads import Body, Place, optional, required


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the app; ``tab`` is ``home`` or ``messages``."""

    place: Place
    event_id: str
    tab: str

    @classmethod
    def parse(cls, body: Body) -> HomeOpened:
        place = Place(
            team=optional(body, "team_id"),
            channel="",
            user=required(body, "event", "user"),
            enterprise=optional(body, "enterprise_id"),
        )
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
        place = Place(
            team=optional(body, "team_id"),
            channel=required(event, "channel"),
            user=optional(event, "user"),
            enterprise=optional(body, "enterprise_id"),
        )
        return cls(
            place,
            required(body, "event_id"),
            # Each once, as Slack wrote it.
            tuple(dict.fromkeys(filter(None, urls))),
            required(event, "message_ts"),
            optional(event, "unfurl_id"),
            optional(event, "source"),
        )
