"""What Slack sends, parsed once into what we use of it. Pure.

Shapes: docs.slack.dev/reference/interaction-payloads, .../reference/events/app_mention
and docs.slack.dev/interactivity/implementing-slash-commands. A field that must be there
and is not raises BadInput naming it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BadInput

Body = Mapping[str, Any]

MAX_TEXT = 10_000
_DEEPEST = 12

_REFERENCE = re.compile(r"<[@#!][^<>]*>")
_LAST = re.compile(
    r"(?<!\S)last\s+(\d{1,3})\s*(h|d|w)(?:(?:ou)?rs?|ays?|eeks?)?(?!\S)", re.IGNORECASE
)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_WORDS = ("text", "fallback", "pretext", "title", "value", "url", "title_link")


@dataclass(frozen=True, slots=True)
class Place:
    """Who acted and where; ``response_url`` answers that person without a token."""

    team: str
    channel: str
    user: str
    response_url: str = ""
    enterprise: str = ""

    def address(self, **more: str) -> dict[str, str]:
        """The place as the ids of a ReplyTo, with what else there is to remember."""
        fields = {
            "team": self.team,
            "enterprise": self.enterprise,
            "channel": self.channel,
            "user": self.user,
            "response_url": self.response_url,
            **more,
        }
        return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: ``text`` is what was typed after ``name``."""

    place: Place
    name: str
    text: str
    trigger_id: str

    @classmethod
    def parse(cls, body: Body) -> Command:
        place = Place(
            team=_optional(body, "team_id"),
            channel=_required(body, "channel_id"),
            user=_required(body, "user_id"),
            response_url=_required(body, "response_url"),
            enterprise=_optional(body, "enterprise_id"),
        )
        return cls(
            place,
            _required(body, "command"),
            _optional(body, "text").strip(),
            _required(body, "trigger_id"),
        )


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button of ours; ``message_ts`` is the message that shows it."""

    place: Place
    value: str
    trigger_id: str
    message_ts: str
    thread_ts: str

    @classmethod
    def parse(cls, body: Body) -> Click:
        actions = body.get("actions")
        action = actions[0] if isinstance(actions, list) and actions else {}
        # An ephemeral message is stored nowhere: its presses carry no ``message``.
        thread = _optional(body, "message", "thread_ts")
        return cls(
            _place(body),
            _required(action, "value"),
            _required(body, "trigger_id"),
            _required(body, "container", "message_ts"),
            thread or _optional(body, "container", "thread_ts"),
        )


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The message shortcut: ``text`` is all there is to read in that message."""

    place: Place
    text: str
    trigger_id: str
    thread_ts: str
    sent: datetime | None

    @classmethod
    def parse(cls, body: Body) -> Shortcut:
        message = body.get("message")
        if not isinstance(message, dict):
            raise BadInput("Slack's message shortcut came without a message")
        ts = _required(message, "ts")
        return cls(
            _place(body),
            message_text(message),
            _required(body, "trigger_id"),
            _optional(message, "thread_ts") or ts,
            sent_at(ts),
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody wrote to us; ``thread_ts`` is where the answer belongs."""

    place: Place
    event_id: str
    text: str
    ts: str
    thread_ts: str
    is_from_bot: bool

    @classmethod
    def parse(cls, body: Body) -> Mention:
        event = body.get("event")
        if not isinstance(event, dict):
            raise BadInput("Slack's event came without an event")
        ts = _required(event, "ts")
        is_from_bot = bool(event.get("bot_id") or event.get("bot_profile"))
        user = _optional(event, "user") if is_from_bot else _required(event, "user")
        return cls(
            Place(
                _optional(body, "team_id"),
                _required(event, "channel"),
                user,
                enterprise=_optional(body, "enterprise_id"),
            ),
            _required(body, "event_id"),
            _optional(event, "text"),
            ts,
            _optional(event, "thread_ts") or ts,
            is_from_bot,
        )


def take_look_back(text: str) -> tuple[str, timedelta | None]:
    """``text`` without its ``last 3d`` or ``last 12h``, and the span that names."""
    named = _LAST.search(text)
    if not named:
        return text.strip(), None
    span = max(1, int(named[1])) * _UNITS[named[2].lower()]
    return f"{text[: named.start()]} {text[named.end() :]}".strip(), span


def without_references(text: str) -> str:
    """``text`` without Slack's own ``<@U…>``, ``<#C…>`` and ``<!here>``."""
    return _REFERENCE.sub(" ", text)


def message_text(message: Body) -> str:
    """Everything a person can read in a message, one text after the other.

    Helpdesk and mail apps put the customer's address in attachments and blocks.
    """
    parts = _strings([message.get(key) for key in ("text", "blocks", "attachments")])
    text = message.get("text")
    every = [text] if isinstance(text, str) else []
    return without_references("\n".join([*every, *parts])[:MAX_TEXT])


def sent_at(ts: str) -> datetime | None:
    """A message's time; its ``ts`` is an id that begins with Unix seconds."""
    seconds = ts.partition(".")[0]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _place(body: Body) -> Place:
    return Place(
        # An app installed for a whole organisation gets no team here.
        team=_optional(body, "team", "id") or _optional(body, "user", "team_id"),
        channel=_required(body, "channel", "id"),
        user=_required(body, "user", "id"),
        response_url=_optional(body, "response_url"),
        enterprise=_optional(body, "enterprise", "id"),
    )


def _strings(node: object, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for each in node:
            yield from _strings(each, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                if key in _WORDS:
                    yield value
            else:
                yield from _strings(value, depth + 1)


def _optional(body: object, *path: str) -> str:
    for key in path:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, str) else ""


def _required(body: object, *path: str) -> str:
    value = _optional(body, *path)
    if not value:
        raise BadInput(f"what Slack sent has no {'.'.join(path)}")
    return value
