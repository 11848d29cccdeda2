"""Share links that people post, as one request for each message to describe them.

Only what lies below our own address makes a request. Who posted a link does not matter,
guests and people of other companies included: whoever sees the message can open the
link, and the preview shows nothing that the link does not.
docs.slack.dev/messaging/unfurling-links-in-messages
"""

from __future__ import annotations

from slack_bolt import Ack

from bot.model import Action, ReplayRequest
from bot.share_urls import token_of
from integrations.slack.listeners.desk import Desk
from integrations.slack.payloads import Body, LinksPosted

MAX_LINKS = 10
"""More previews than this below one message would be noise."""


class Previews:
    """Links in messages and in what people type; ours are below ``public_url``."""

    def __init__(self, desk: Desk, public_url: str) -> None:
        self._desk = desk
        self._public_url = public_url

    def posted(self, ack: Ack, body: Body) -> None:
        posted = LinksPosted.parse(body)
        ours = [url for url in posted.urls if token_of(url, self._public_url)]
        if ours:
            address = posted.place.address(
                ts=posted.ts, unfurl_id=posted.unfurl_id, source=posted.source
            )
            self._desk.submit(
                ReplayRequest(
                    key=f"slack:{posted.event_id}",
                    action=Action.PREVIEW,
                    reply_to=self._desk.reply_to(address),
                    asked_by=posted.place.user,
                    urls=tuple(ours[:MAX_LINKS]),
                )
            )
        ack()
