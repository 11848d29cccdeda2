"""One Web API call as a method sees it: its arguments, its token, the workspace.

slack_sdk sends some methods as JSON and others as a form, with booleans as 1 and 0 and
lists as JSON strings; here they look alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Channel, Json, Token
from bot.demo.slack.workspace import BOT_USER, Workspace


@dataclass(frozen=True, slots=True)
class Call:
    workspace: Workspace
    token: Token
    args: Json

    def optional(self, name: str) -> str:
        """A text argument, "" where it was not given."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        """A text argument. Raises SlackError invalid_arguments without one."""
        value = self.optional(name)
        if not value:
            raise SlackError.explained(
                "invalid_arguments", [f"[ERROR] missing required field: {name}"]
            )
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """A whole number. Raises SlackError invalid_arguments for anything else."""
        value = self.optional(name)
        if value and not value.isdecimal():
            raise SlackError.explained(
                "invalid_arguments", [f"[ERROR] {name} must be an integer"]
            )
        return int(value) if value else default

    def structure(self, name: str, error: str) -> object:
        """A JSON argument, sent as JSON or as a string of it; None where absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(error) from None

    def has_scope(self, scope: str) -> bool:
        return scope in self.token.scopes

    def need_scope(self, *scopes: str) -> None:
        """Raise missing_scope unless the token has one of them."""
        if scopes and not any(self.has_scope(scope) for scope in scopes):
            raise SlackError(
                "missing_scope",
                {"needed": ",".join(scopes), "provided": ",".join(self.token.scopes)},
            )

    def known_channel(self, name: str = "channel") -> Channel:
        """A conversation the bot may know of: public, or one it is a member of."""
        channel = self.workspace.channels.get(self.required(name))
        if channel is None or (
            channel.kind != "public" and BOT_USER not in channel.members
        ):
            raise SlackError("channel_not_found")
        return channel

    def own_channel(self, name: str = "channel") -> Channel:
        """A conversation the bot is a member of."""
        channel = self.known_channel(name)
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: what does it, one of which scopes it takes, and how often it
    may be called, by Slack's number of the tier; 0 has a rule of its own, or none."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int = 0
