"""What is shown below a share link that somebody posted. Pure.

Everybody in the conversation sees it, so it says no more than the link itself shows:
neither who shared it nor their note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from bot.model import LinkState, SharedReplay, ShareLink
from integrations.slack import facts
from integrations.slack.blocks import (
    MAX_URL,
    Block,
    actions,
    button,
    context,
    image,
    section,
)
from integrations.slack.choices import OPEN
from integrations.slack.text import count, length, moment

_CLOSED = {
    LinkState.REVOKED: "this link was revoked.",
    LinkState.EXPIRED: "this link has expired.",
    LinkState.USED_UP: "this link was opened as often as it may be.",
    LinkState.OPEN: "this link opens.",
}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_MOMENT = re.compile(r"#t=\d{1,7}")


def preview(
    url: str, shared: SharedReplay, pictures: Iterable[str] = ()
) -> list[Block]:
    """The replay behind the posted ``url``, with the pictures that Slack can fetch."""
    recording, summary = shared.recording, shared.summary
    watch_url = _watch_url(url, shared)
    watch = None
    if 0 < len(watch_url) <= MAX_URL:
        watch = button("Watch the replay", OPEN, url=watch_url)
    details = [
        facts.landing(watch_url, summary),
        f"Link expires {moment(shared.link.expires_at)}",
        _left(shared.link),
    ]
    return [
        section(
            f"Session replay of {facts.owner(recording)}",
            facts.headline(recording, summary),
            facts.pages(recording, summary, shown=5),
        ),
        section(f"*{facts.troubles(recording, summary)}*", facts.worst(summary)),
        *(image(each, _alt(each, shared)) for each in pictures if _is_fetched(each)),
        *actions(watch),
        context(" · ".join(filter(None, details))),
    ]


def preview_closed(state: LinkState) -> list[Block]:
    """What is left of a preview whose link has closed."""
    return [context(f"Session replay: {_CLOSED[state]}")]


def _watch_url(url: str, shared: SharedReplay) -> str:
    """The link at the moment that whoever posted it meant, if they meant one."""
    meant = _MOMENT.search(url)
    return f"{shared.link.url}{meant[0]}" if meant else shared.watch_url


def _left(link: ShareLink) -> str:
    if link.max_opens is None:
        return ""
    return f"Can be opened {count(max(0, link.max_opens - link.opens), 'more time')}"


def _is_fetched(url: str) -> bool:
    """Whether Slack would show the picture; on this machine the demo does."""
    parts = urlsplit(url)
    return len(url) <= MAX_URL and (
        parts.scheme == "https" or parts.hostname in _LOOPBACK
    )


def _alt(url: str, shared: SharedReplay) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    if name == "frame.png":
        return "The page as the person saw it at the key moment"
    lasted = length(timedelta(milliseconds=shared.summary.duration_ms))
    return (
        f"Timeline of the {lasted}: clicks, errors, failed requests and pages over time"
    )
