"""What a Slack workspace consists of, as far as the stand-in needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.demo.slack.blocks import Block

Json = dict[str, Any]
"""A JSON object in the vendor's shape."""


@dataclass(slots=True)
class User:
    """``team`` is another company's, where the person is here by Slack Connect only;
    "" stands for this workspace. A single-channel guest is a guest too."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/Madrid"
    is_bot: bool = False
    is_guest: bool = False
    is_single_channel_guest: bool = False
    is_admin: bool = False
    is_owner: bool = False
    team: str = ""
    deleted: bool = False


@dataclass(slots=True)
class UserGroup:
    """People who are mentioned together, as in ``@support-leads``."""

    id: str
    handle: str
    name: str
    users: set[str] = field(default_factory=set)
    disabled: bool = False


@dataclass(slots=True)
class Channel:
    """``kind`` is public, private, im, or mpim for a talk of several people; ``topic``
    is shown on the page only."""

    id: str
    name: str
    kind: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    ext_shared: bool = False
    topic: str = ""


@dataclass(slots=True)
class Message:
    """A message everyone in the channel sees. ``unfurls`` holds the app's blocks below
    it by the URL they stand for; ``attachments`` what other apps attached, as helpdesks
    do. ``warned`` holds the users who were shown Slack's warning mark because a click
    was not acknowledged."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str | None = None
    files: list[str] = field(default_factory=list)
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    unfurls: dict[str, list[Block]] = field(default_factory=dict)
    by_app: bool = False
    broadcast: bool = False
    edited: bool = False
    deleted: bool = False
    warned: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Ephemeral:
    """A message only ``user`` sees. It is in no history and has no address that
    chat.update or chat.delete would take."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str | None = None
    author: str = ""
    replaced: int = 0
    warned: set[str] = field(default_factory=set)


@dataclass(slots=True)
class File:
    """``shares`` holds (channel, ts) of the messages that show it; empty until Slack
    is done with it. ``content`` is None until the bytes were uploaded."""

    id: str
    ticket: str
    name: str
    title: str
    size: int
    created: float
    content: bytes | None = None
    completed: bool = False
    deleted: bool = False
    shares: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """A modal or somebody's Home tab. ``values`` holds what was filled in so far, by
    block id and action id, as in Slack's ``state``. ``errors`` holds what the app said
    of inputs, by block id, and under "" that it did not answer well. ``channel`` is
    where the person was when it was opened. ``offered`` holds what the app offered in
    menus that ask it, by action id; that much can be chosen."""

    id: str
    kind: str
    user: str
    hash: str
    body: Json
    blocks: list[Block]
    root: str
    previous: str | None = None
    external_id: str = ""
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    channel: str = ""
    offered: dict[str, list[Block]] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    user: str
    made_at: float
    channel: str = ""
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer an interaction. ``source`` is the message the
    interaction came from; for a slash command the first answer takes its place.
    ``threads`` is false where answers cannot go into a thread."""

    id: str
    url: str
    user: str
    channel: str
    made_at: float
    command: bool
    source: Message | Ephemeral | None = None
    threads: bool = True
    uses: int = 0


@dataclass(slots=True)
class LinkShare:
    """Links the app was told of in one link_shared event, each with its domain.

    ``unfurls`` is what the app made of links in a composer; those of a message are kept
    with the message.
    """

    unfurl_id: str
    source: str
    channel: str
    message_ts: str
    event_id: str
    event_ts: str
    links: tuple[tuple[str, str], ...]
    unfurls: dict[str, list[Block]] = field(default_factory=dict)


@dataclass(slots=True)
class Token:
    """``team`` is the name of another workspace than the stand-in's own."""

    value: str
    scopes: tuple[str, ...]
    revoked: bool = False
    team: str = ""
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call that reached the stand-in; ``error`` is "" where it was answered ok."""

    method: str
    args: Json
    time: float
    answer: Json
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """How the app answered one delivery; ``seconds`` is the wall time it took.

    ``kind`` is command, action, shortcut, view or event. ``status`` is 0 where no
    answer came; ``error`` then says why, as Slack's retry reasons do.
    """

    kind: str
    status: int
    body: str
    seconds: float
    error: str = ""
    trigger_id: str = ""
    response_url: str = ""
    event_id: str = ""
    retry_num: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and not self.error


@dataclass(frozen=True, slots=True)
class Notification:
    """A mention in an app's message that would notify somebody."""

    channel: str
    ts: str
    mention: str
    ephemeral: bool = False
