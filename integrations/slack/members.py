"""Whom Slack knows: members that somebody mentioned, and people a thread speaks of.

docs.slack.dev/reference/methods/users.info (the e-mail address takes
``users:read.email``) and .../conversations.replies (the ``*:history`` scopes).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from slack_sdk import WebClient

from bot.errors import NotFound, Refused
from bot.identifiers import read_prose
from bot.model import Identifier, IdentifierKind
from integrations.slack.errors import ours
from integrations.slack.reading import Body, message_text

_MESSAGES = 50

log = logging.getLogger(__name__)


def by_email(client: WebClient, users: Iterable[str]) -> tuple[Identifier, ...]:
    """Each user's e-mail address, to find recordings by.

    Raises NotFound where Slack shows none of one, and what calls to Slack raise.
    """
    return tuple(_address(client, user) for user in users)


def said_in_thread(
    client: WebClient, address: Mapping[str, str]
) -> tuple[Identifier, ...]:
    """The identifiers in the messages of the address' thread; none where we may not
    read it."""
    channel, thread_ts = address["channel"], address["thread_ts"]
    try:
        with ours(f"reading the thread {thread_ts} in {channel}"):
            answer = client.conversations_replies(
                channel=channel, ts=thread_ts, limit=_MESSAGES
            )
    except Refused as error:
        log.info("%s", error)
        return ()
    messages: list[Body] = answer.get("messages") or []
    return read_prose("\n".join(map(message_text, messages)))


def _address(client: WebClient, user: str) -> Identifier:
    with ours(f"users.info of {user}"):
        answer = client.users_info(user=user)
    email = ((answer.get("user") or {}).get("profile") or {}).get("email")
    if not email:
        raise NotFound(
            f"Slack shows no e-mail address of {user}",
            plain="Slack does not show me that person's e-mail address. Ask by the"
            " address itself, or have an admin add the permission `users:read.email`.",
        )
    return Identifier(IdentifierKind.EMAIL, str(email))
