"""Slack's own visits to links and pictures that apps post.

Imitates docs.slack.dev/messaging/unfurling-links-in-messages: unless both unfurl flags
are false, Slack fetches the link; pictures it always fetches and shows from its own
servers. Such a visit is no person's view. Only addresses on this machine are really
fetched; the others are noted.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.demo.slack.mrkdwn import links
from bot.demo.slack.workspace import Workspace

USER_AGENT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
PICTURE_AGENT = "Slack-ImgProxy (+https://api.slack.com/robots)"
_TIMEOUT_SECONDS = 5


def crawl(workspace: Workspace, text: str, blocks: list[dict[str, Any]]) -> None:
    """Visit, a little later, what the message links to."""
    found = links(text) + links(blocks)
    with workspace.lock:
        workspace.crawled += found
    _visit_soon(workspace, found, USER_AGENT)


def load_pictures(workspace: Workspace, blocks: list[dict[str, Any]]) -> None:
    """Fetch, a little later, what the blocks show by ``image_url``."""
    found = _pictures(blocks)
    with workspace.lock:
        workspace.pictures += found
    _visit_soon(workspace, found, PICTURE_AGENT)


def _pictures(value: object) -> list[str]:
    if isinstance(value, list):
        return [url for part in value for url in _pictures(part)]
    if not isinstance(value, dict):
        return []
    own = [str(value["image_url"])] if "image_url" in value else []
    return own + [url for part in value.values() for url in _pictures(part)]


def _visit_soon(workspace: Workspace, links: list[str], agent: str) -> None:
    for link in links:
        if urlsplit(link).hostname in ("127.0.0.1", "localhost", "::1"):
            workspace.schedule.after(0, partial(_visit, link, agent))


def _visit(link: str, agent: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = agent
        try:
            session.get(link, timeout=_TIMEOUT_SECONDS).close()
        except requests.RequestException:
            return
