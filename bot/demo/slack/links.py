"""Which links of a person's message Slack tells the app of.

Imitates docs.slack.dev/messaging/unfurling-links-in-messages: the domains an app
registers, and how links match them. Drawing unfurls is left to the page; taking them
from the app to ``unfurls``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.demo.slack.model import LinkShare, Message
from bot.demo.slack.mrkdwn import links, unescaped
from bot.demo.slack.workspace import Workspace

MOST_DOMAINS = 5
# Slack registers no such names; the stand-in does, for a courier on this machine.
LOCAL_DOMAINS = ("localhost", "127.0.0.1")

_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")


def registrable(domains: Iterable[str]) -> tuple[str, ...]:
    """The domains as an app's settings would take them.

    Raises ValueError for more than five, and for anything with a scheme, port or path,
    with capitals or without a top-level domain; ``LOCAL_DOMAINS`` are let through.
    """
    given = tuple(domains)
    if len(given) > MOST_DOMAINS:
        raise ValueError(f"an app registers at most {MOST_DOMAINS} unfurl domains")
    for domain in given:
        if domain not in LOCAL_DOMAINS and not _DOMAIN.fullmatch(domain):
            raise ValueError(f"{domain!r} is no domain that Slack would register")
    return given


def shared_in(workspace: Workspace, text: str) -> tuple[tuple[str, str], ...]:
    """Each link of the stored text on a registered domain, with its host.

    A domain covers its subdomains; ports do not matter.
    """
    found = []
    for link in dict.fromkeys(links(text)):
        url = unescaped(link)
        host = (urlsplit(url).hostname or "").lower()
        if any(
            host == domain or host.endswith(f".{domain}")
            for domain in workspace.unfurl_domains
        ):
            found.append((url, host))
    return tuple(found)


def composed_share(
    workspace: Workspace, links: tuple[tuple[str, str], ...]
) -> LinkShare:
    """Links in a composer, not sent yet."""
    unfurl_id = workspace.new_id("unfurl-")
    return _kept(workspace, "composer", "COMPOSER", unfurl_id, unfurl_id, links)


def sent_share(
    workspace: Workspace, message: Message, links: tuple[tuple[str, str], ...]
) -> LinkShare:
    """Links in a message that was sent."""
    unfurl_id = f"{message.channel}.{message.ts}.{workspace.new_id('')}"
    return _kept(
        workspace,
        "conversations_history",
        message.channel,
        message.ts,
        unfurl_id,
        links,
    )


def _kept(
    workspace: Workspace,
    source: str,
    channel: str,
    message_ts: str,
    unfurl_id: str,
    links: tuple[tuple[str, str], ...],
) -> LinkShare:
    share = LinkShare(
        unfurl_id=unfurl_id,
        source=source,
        channel=channel,
        message_ts=message_ts,
        event_id=workspace.new_id("Ev"),
        event_ts=workspace.next_ts(),
        links=links,
    )
    with workspace.lock:
        workspace.link_shares[unfurl_id] = share
    return share
