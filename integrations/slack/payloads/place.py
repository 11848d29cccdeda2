"""Who acted and where, and how fields are read out of what Slack sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import BadInput
from integrations.slack.reading import Body


@dataclass(frozen=True, slots=True)
class Place:
    """Who acted and where; ``response_url`` answers that person without a token."""

    team: str
    channel: str
    user: str
    response_url: str = ""
    enterprise: str = ""
    user_team: str = ""
    """The workspace they are a member of; another one's through Slack Connect."""

    def address(self, **more: str) -> dict[str, str]:
        """The place as the ids of a ReplyTo, with what else there is to remember."""
        fields = {
            "team": self.team,
            "enterprise": self.enterprise,
            "channel": self.channel,
            "user": self.user,
            "user_team": self.user_team if self.user_team != self.team else "",
            "response_url": self.response_url,
            **more,
        }
        return {key: value for key, value in fields.items() if value}

    @property
    def is_direct(self) -> bool:
        """Whether it is a conversation of two."""
        return self.channel.startswith("D")


def sent_at(ts: str) -> datetime | None:
    """A message's time; its ``ts`` is an id that begins with Unix seconds."""
    seconds = ts.partition(".")[0]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def place_of(body: Body, *, in_channel: bool = True) -> Place:
    """Who acted and where; views and global shortcuts are in no channel."""
    user_team = optional(body, "user", "team_id")
    return Place(
        # An app installed for a whole organisation gets no team here.
        team=optional(body, "team", "id") or user_team,
        channel=required(body, "channel", "id") if in_channel else "",
        user=required(body, "user", "id"),
        user_team=user_team,
        response_url=optional(body, "response_url"),
        enterprise=optional(body, "enterprise", "id"),
    )


def optional(body: object, *path: str) -> str:
    """The text at the path; empty where there is none."""
    for key in path:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, str) else ""


def required(body: object, *path: str) -> str:
    """The text at the path. Raises BadInput where there is none."""
    value = optional(body, *path)
    if not value:
        raise BadInput(f"what Slack sent has no {'.'.join(path)}")
    return value
