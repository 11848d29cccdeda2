"""``GET /r/<token>/preview.png`` and ``frame.png``: pictures of a shared replay, for
the previews that Slack and others show of its link.

They open as long as the link does, and a frame only where opens are not counted. Who
fetches them is a crawler or an image proxy, so nobody has viewed anything: no view is
counted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response

from bot.assets.cache import RecentBlobs
from bot.errors import CourierError, NotFound
from bot.preview.frame import Frames
from bot.preview.timeline import timeline
from bot.replays import Replays
from bot.sharing import Links, OpenLink
from bot.web.replays import closed

# Some 200 timelines: those that are looked at again while a conversation lasts.
_MEMORY_BYTES = 4_000_000
_MAX_AGE_S = 60


def blueprint(*, links: Links, replays: Replays, frames: Frames) -> Blueprint:
    """The routes of share links' pictures."""
    routes = Blueprint("previews", __name__)
    drawn = RecentBlobs(_MEMORY_BYTES)

    @routes.get("/r/<token>/preview.png")
    def preview(token: str) -> Response:
        return _answer(token, _timeline)

    @routes.get("/r/<token>/frame.png")
    def frame(token: str) -> Response:
        return _answer(token, _frame)

    def _answer(token: str, picture: Callable[[OpenLink], bytes]) -> Response:
        try:
            link = links.door.open(token)
            return _png(link, picture(link))
        except CourierError as error:
            return closed(error)

    def _timeline(link: OpenLink) -> bytes:
        known = drawn.get(link.replay_id)
        if known is None:
            known = timeline(replays.get(link.replay_id).manifest.summary)
            drawn.put(link.replay_id, known)
        return known

    def _frame(link: OpenLink) -> bytes:
        # A look at the page is what such a link counts, and this one would be free.
        kept = None if link.is_limited else frames.kept(replays.get(link.replay_id))
        if kept is None:
            raise NotFound(f"replay {link.replay_id} has no frame to show")
        return kept

    return routes


def _png(link: OpenLink, content: bytes) -> Response:
    response = Response(content, content_type="image/png")
    left = (link.expires_at - datetime.now(UTC)).total_seconds()
    age = max(0, int(min(left, _MAX_AGE_S)))
    response.headers["Cache-Control"] = f"private, max-age={age}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
