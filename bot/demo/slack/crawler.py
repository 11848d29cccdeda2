"""Slack's own visits to links that apps post.

Imitates docs.slack.dev/messaging/unfurling-links-in-messages: unless both unfurl flags
are false, Slack fetches the link. Such a visit is no person's view. Only addresses on
this machine are really fetched; the others are noted.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.demo.slack.mrkdwn import links
from bot.demo.slack.workspace import Workspace

USER_AGENT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
_TIMEOUT_SECONDS = 5


def crawl(workspace: Workspace, text: str, blocks: list[dict[str, Any]]) -> None:
    """Visit, a little later, what the message links to."""
    found = links(text) + links(blocks)
    with workspace.lock:
        workspace.crawled += found
    for link in found:
        if urlsplit(link).hostname in ("127.0.0.1", "localhost", "::1"):
            workspace.schedule.after(0, partial(_visit, link))


def _visit(link: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = USER_AGENT
        try:
            session.get(link, timeout=_TIMEOUT_SECONDS).close()
        except requests.RequestException:
            return
