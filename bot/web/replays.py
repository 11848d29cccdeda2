"""``GET /r/<token>``: a share link's page, its segments, its assets and its file.

The same is served below another path to pages that may show it in a frame.

Recordings are hostile input and other people's screens: the page runs under a policy
that lets it load nothing but its own parts, sets no cookie, and says nothing about
the recording once the link is closed. Nothing in the URL can widen what the token
grants.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, stream_with_context

from bot.errors import CourierError, Gone, NotFound, RetryLater
from bot.exporter.page import CHARSET, policy, share_page
from bot.metrics import VIEWS
from bot.model import LinkState
from bot.replays import Replays, StoredReplay
from bot.share_urls import PATH
from bot.sharing import Links, OpenLink
from bot.web.pages import framed_policy, message_page
from bot.web.watching import Watching

# What stands around the segments is less, and tells nothing.
_CHECKED_BYTES = 200
_PAGE_TYPE = f"text/html; charset={CHARSET}"
_STATES = {
    LinkState.REVOKED: ("This link was revoked", "It was closed before its time."),
    LinkState.EXPIRED: (
        "This link has expired",
        "Share links open for a limited time.",
    ),
    LinkState.USED_UP: (
        "This link was opened before",
        "It opens a limited number of times, and they are used up.",
    ),
}
# Slack's, Zendesk's and other crawlers that fetch links they see: no view, no content.
_CRAWLERS = ("slackbot", "slack-imgproxy", "bot/", "crawler", "facebookexternalhit")


@dataclass(frozen=True, slots=True)
class Framing:
    """A place where replays open in frames: of ``ancestors`` alone, in the words of a
    content security policy, and by passes that ``token_of`` reads, which raises
    NotFound."""

    path: str
    ancestors: str
    token_of: Callable[[str], str]


def blueprint(
    *,
    links: Links,
    replays: Replays,
    framing: Framing | None = None,
    watching: Watching | None = None,
) -> Blueprint:
    """The routes of share links; with ``framing`` those of a place that shows them.
    ``watching`` lets pages of sessions that go on ask for more."""
    path = framing.path if framing else PATH
    routes = Blueprint("framed" if framing else "replays", __name__, url_prefix=path)

    @routes.get("/<token>")
    def page(token: str) -> Response:
        return _answer(token, _page)

    # A link that opens a few times only is read on with the ticket its page was given.
    # While a session goes on the link leads to ever newer replays of it, so the parts
    # of each are named by it.
    @routes.get("/<token>/segments/<int:index>")
    @routes.get("/<token>/of/<replay_id>/segments/<int:index>")
    @routes.get("/<token>/opened/<ticket>/segments/<int:index>")
    @routes.get("/<token>/opened/<ticket>/of/<replay_id>/segments/<int:index>")
    def segment(
        token: str, index: int, ticket: str = "", replay_id: str = ""
    ) -> Response:
        part = partial(_part, replays.segment, index, ticket, replay_id)
        return _answer(token, part, ticket)

    @routes.get("/<token>/assets/<int:index>")
    @routes.get("/<token>/of/<replay_id>/assets/<int:index>")
    @routes.get("/<token>/opened/<ticket>/assets/<int:index>")
    @routes.get("/<token>/opened/<ticket>/of/<replay_id>/assets/<int:index>")
    def asset(
        token: str, index: int, ticket: str = "", replay_id: str = ""
    ) -> Response:
        part = partial(_part, replays.asset, index, ticket, replay_id)
        return _answer(token, part, ticket)

    @routes.get("/<token>/newer/<replay_id>")
    @routes.get("/<token>/opened/<ticket>/newer/<replay_id>")
    def newer(token: str, replay_id: str, ticket: str = "") -> Response:
        return _answer(token, partial(_newer, replay_id, ticket), ticket)

    @routes.get("/<token>/download")
    @routes.get("/<token>/opened/<ticket>/download")
    def download(token: str, ticket: str = "") -> Response:
        return _answer(token, partial(_download, ticket), ticket)

    def _answer(
        token: str,
        show: Callable[[OpenLink, StoredReplay], Response],
        ticket: str = "",
    ) -> Response:
        try:
            opened = framing.token_of(token) if framing else token
            link = links.door.open(opened, ticket=ticket)
            return show(link, replays.get(link.replay_id))
        except CourierError as error:
            return closed(error, ancestors=framing.ancestors if framing else None)

    def _page(link: OpenLink, replay: StoredReplay) -> Response:
        agent = request.user_agent.string.lower()
        if any(crawler in agent for crawler in _CRAWLERS):
            return message_page(
                200, "A session replay", "Open this link in a browser to watch it."
            )
        base = request.path.rstrip("/")
        ticket = _seen(link, "page")
        if link.is_limited:
            base += f"/opened/{ticket}"
        goes_on = watching is not None and watching.goes_on(replay)
        parts = f"{base}/of/{replay.id}" if goes_on else base
        body = share_page(
            replay.manifest,
            segments_url=f"{parts}/segments/",
            assets_url=f"{parts}/assets/",
            newer_url=f"{base}/newer/{replay.id}" if goes_on else "",
            download_url=f"{base}/download",
            expires=link.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        response = Response(body, content_type=_PAGE_TYPE)
        ancestors = framing.ancestors if framing else "'none'"
        response.headers["Content-Security-Policy"] = (
            policy(connect="'self'") + f"; frame-ancestors {ancestors}"
        )
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if framing is None:
            response.headers["X-Frame-Options"] = "DENY"
        return response

    def _part(
        read: Callable[[StoredReplay, int], bytes],
        index: int,
        ticket: str,
        replay_id: str,
        link: OpenLink,
        replay: StoredReplay,
    ) -> Response:
        if not links.door.admits(link, ticket):
            raise NotFound("this part is behind the link's page")
        if replay_id:
            replay = replays.behind(replay, replay_id)
        # Nothing to open by itself, whatever it is; the viewer knows what it asked for.
        content = read(replay, index)
        response = Response(content, content_type="application/octet-stream")
        # For this one reader, until the link closes: seeking back costs nothing.
        left = (link.expires_at - datetime.now(UTC)).total_seconds()
        response.headers["Cache-Control"] = f"private, max-age={int(min(left, 60))}"
        return response

    def _newer(
        known: str, ticket: str, link: OpenLink, replay: StoredReplay
    ) -> Response:
        """Whether the session goes on, and what the link leads to if the page does not
        know it."""
        if watching is None or not links.door.admits(link, ticket):
            raise NotFound("this is behind the link's page")
        goes_on = watching.goes_on(replay)
        if goes_on:
            watching.ask(replay)
        answer: dict[str, Any] = {"ongoing": goes_on}
        if known != replay.id:
            base = request.path.rpartition("/newer/")[0]
            answer["newer"] = f"{base}/newer/{replay.id}"
            answer["segments"] = f"{base}/of/{replay.id}/segments/"
            answer["manifest"] = replay.manifest.to_json()
        return Response(json.dumps(answer), content_type="application/json")

    def _download(ticket: str, link: OpenLink, replay: StoredReplay) -> Response:
        if not (link.is_limited and links.door.admits(link, ticket)):
            _seen(link, "download")
        name = json.dumps(replay.manifest.filename)
        # Not the viewer's own origin: downloaded, it opens from disk.
        response = Response(
            stream_with_context(_until_revoked(link, replays.file(replay))),
            content_type=_PAGE_TYPE,
        )
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    def _until_revoked(link: OpenLink, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Ends in the middle where the link is revoked meanwhile: a download may take
        long, and what is cut short says so when it is opened."""
        for piece in pieces:
            if len(piece) > _CHECKED_BYTES and links.revoked_at(link.id) is not None:
                return
            yield piece

    def _seen(link: OpenLink, what: str) -> str:
        if request.method == "HEAD":
            return ""  # mail scanners and the like, which open nothing
        ticket = links.door.admit(link, what)
        VIEWS.labels(what).inc()
        return ticket

    return routes


def closed(error: CourierError, *, ancestors: str | None = None) -> Response:
    """One honest page for each way a link can be closed; nothing of the recording.

    ``ancestors`` may show it in a frame.
    """
    response = _closed(error)
    if ancestors:
        response.headers["Content-Security-Policy"] = framed_policy(ancestors)
    return response


def _closed(error: CourierError) -> Response:
    if isinstance(error, Gone):
        title, text = _STATES[LinkState(str(error))]
        return message_page(410, title, f"{text} Ask whoever shared it for a new one.")
    if isinstance(error, NotFound):
        return message_page(
            404, "There is no such link", "Check that it was copied whole."
        )
    if isinstance(error, RetryLater):
        response = message_page(
            503, "Not available right now", "Try again in a minute."
        )
        response.headers["Retry-After"] = "30"
        return response
    raise error
