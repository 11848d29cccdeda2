"""The ways to write in one workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk import WebClient

from integrations.slack.answers import PrivateAnswers
from integrations.slack.files import FileShare
from integrations.slack.hometab import HomeTab
from integrations.slack.posting import Conversation
from integrations.slack.shares import Shares
from integrations.slack.unfurling import Unfurls


@dataclass(frozen=True, slots=True)
class Ways:
    """To a channel or thread, to one person, below people's links."""

    conversation: Conversation
    answers: PrivateAnswers
    shares: Shares
    home: HomeTab
    unfurls: Unfurls


def ways_of(
    client: WebClient,
    *,
    has_tickets: bool,
    max_file_bytes: int,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Ways:
    """Those of the client's workspace; see ``SlackDestination`` for the settings."""
    conversation = Conversation(client)
    answers = PrivateAnswers(client, clock)
    files = FileShare(client, max_bytes=max_file_bytes, sleep=sleep)
    shares = Shares(client, conversation, answers, files, has_tickets=has_tickets)
    return Ways(conversation, answers, shares, HomeTab(client), Unfurls(client))
