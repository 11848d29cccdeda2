"""The state of one Slack workspace: who is there, what was said, what is pending.

Plain storage with ids and time stamps of Slack's shapes. Rules of single methods are
left to the modules that imitate them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

from bot.demo.slack.model import (
    Ack,
    ApiCall,
    Channel,
    Ephemeral,
    File,
    Json,
    LinkShare,
    Message,
    Notification,
    ResponseUrl,
    Token,
    Trigger,
    User,
    UserGroup,
    View,
)
from bot.demo.slack.mrkdwn import block_mentions, mentions
from bot.demo.slack.schedule import Schedule

TEAM_ID = "T07ACME0001"
TEAM_DOMAIN = "acme"
TEAM_NAME = "Acme"
APP_ID = "A07COURIER1"
BOT_ID = "B07COURIER1"
BOT_USER = "U07COURIER1"
SLACKBOT = "USLACKBOT"

# What an app may subscribe to and this stand-in sends.
BOT_EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "link_shared",
    "message.im",
    "tokens_revoked",
)


class Workspace:
    """Everything the stand-in knows. Hold ``lock`` while reading several parts."""

    def __init__(self, clock: Callable[[], float], token: Token) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.schedule = Schedule(clock)
        self.url = ""
        self.tokens = {token.value: token}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.messages: dict[str, list[Message]] = {}
        self.ephemerals: list[Ephemeral] = []
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[str]] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.api_calls: list[ApiCall] = []
        self.acks: list[Ack] = []
        self.notifications: list[Notification] = []
        self.crawled: list[str] = []
        self.pictures: list[str] = []
        self.link_shares: dict[str, LinkShare] = {}
        self.unfurl_domains: tuple[str, ...] = ()
        self.bot_events: tuple[str, ...] = BOT_EVENTS
        self.home_tab_enabled = True
        self.messages_tab_enabled = True
        self.installed = True
        self.names_threads_of_ephemerals = True
        self.app_acted: Callable[[Message, Json | None], None] = _nobody_hears
        self.share_delay = 0.2
        self.files_never_land = False
        self.version = 0
        self._numbers = count(1)
        self._last_ts = 0

    def new_id(self, prefix: str) -> str:
        """A fresh id with the prefix Slack uses for that kind of thing."""
        return f"{prefix}07{next(self._numbers):08d}"

    def next_ts(self) -> str:
        """A message ts: seconds and six digits, later than every one before."""
        with self.lock:
            now = int(self.clock() * 1_000_000)
            self._last_ts = max(self._last_ts + 1, now)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def touch(self) -> None:
        """Say that there is something new to show."""
        with self.lock:
            self.version += 1

    def user(self, reference: str) -> User:
        """A user by id or name. Raises LookupError."""
        for user in self.users.values():
            if reference.lstrip("@") in (user.id, user.name):
                return user
        raise LookupError(f"no user {reference!r} in the stand-in")

    def channel(self, reference: str) -> Channel:
        """A channel by id or name. Raises LookupError."""
        for channel in self.channels.values():
            if reference.lstrip("#") in (channel.id, channel.name):
                return channel
        raise LookupError(f"no channel {reference!r} in the stand-in")

    def direct_channel(self, user: str) -> Channel:
        """The bot's direct conversation with a user, made when first needed."""
        with self.lock:
            for channel in self.channels.values():
                if channel.kind == "im" and user in channel.members:
                    return channel
            made = Channel(self.new_id("D"), "courier", "im", {user, BOT_USER})
            self.channels[made.id] = made
            self.messages[made.id] = []
            return made

    def home_of(self, user: str) -> View | None:
        """The user's Home tab, by id or name; None until the app published one."""
        owner = self.user(user).id
        with self.lock:
            for view in self.views.values():
                if view.kind == "home" and view.user == owner:
                    return view
        return None

    def find_message(self, channel: str, ts: str) -> Message | None:
        """The message with that ts, unless it was deleted."""
        with self.lock:
            for message in self.messages.get(channel, []):
                if message.ts == ts and not message.deleted:
                    return message
        return None

    def replies(self, channel: str, ts: str) -> list[Message]:
        """What was said in the thread below ``ts``, oldest first."""
        with self.lock:
            return [
                message
                for message in self.messages.get(channel, [])
                if message.thread_ts == ts and not message.deleted
            ]

    def add_message(self, message: Message, *, parses_names: bool = False) -> Message:
        with self.lock:
            self.messages[message.channel].append(message)
            self.note_mentions(message, parses_names=parses_names)
            self.touch()
        if message.by_app:
            self.app_acted(message, None)
        return message

    def add_ephemeral(self, ephemeral: Ephemeral) -> Ephemeral:
        with self.lock:
            self.ephemerals.append(ephemeral)
            self.note_mentions(ephemeral)
            self.touch()
        return ephemeral

    def note_mentions(
        self, message: Message | Ephemeral, *, parses_names: bool = False
    ) -> None:
        """Record whom an app's message would notify; people may mention at will."""
        if isinstance(message, Message) and not message.by_app:
            return
        found = mentions(message.text, parses_names=parses_names)
        self.note(message, found + block_mentions(message.blocks))

    def note(self, message: Message | Ephemeral, found: list[str]) -> None:
        """Record mentions that the app put at a message."""
        ephemeral = isinstance(message, Ephemeral)
        for mention in found:
            self.notifications.append(
                Notification(message.channel, message.ts, mention, ephemeral)
            )

    def is_shown(self, ephemeral: Ephemeral) -> bool:
        """Whether the client has a place for it: a thread without replies has none."""
        thread = ephemeral.thread_ts
        return thread is None or bool(self.replies(ephemeral.channel, thread))


def _nobody_hears(message: Message, before: Json | None) -> None:
    """Stands in until there are people whose app hears of its own messages."""
