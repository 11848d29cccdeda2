"""What Slack sends, parsed once into what we use of it. Pure.

Shapes: docs.slack.dev/reference/interaction-payloads, .../reference/events/app_mention
and docs.slack.dev/interactivity/implementing-slash-commands. A field that must be there
and is not raises BadInput naming it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.errors import BadInput
from integrations.slack.reading import Body as Body
from integrations.slack.reading import message_text


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
            team=optional(body, "team_id"),
            channel=required(body, "channel_id"),
            user=required(body, "user_id"),
            response_url=required(body, "response_url"),
            enterprise=optional(body, "enterprise_id"),
        )
        return cls(
            place,
            required(body, "command"),
            optional(body, "text").strip(),
            required(body, "trigger_id"),
        )


@dataclass(frozen=True, slots=True)
class Click:
    """Something of ours that was pressed or chosen, in a message or in a view.

    ``message_ts`` is the message that shows it and ``view_id`` the view; one of them is
    empty. ``metadata`` is what the view keeps for us.
    """

    place: Place
    value: str
    trigger_id: str
    message_ts: str
    thread_ts: str
    view_id: str
    metadata: str
    is_private: bool
    """Only the person who pressed sees what shows it."""

    @classmethod
    def parse(cls, body: Body) -> Click:
        actions = body.get("actions")
        action = actions[0] if isinstance(actions, list) and actions else {}
        chosen = optional(action, "selected_option", "value")
        # An ephemeral message is stored nowhere: its presses carry no ``message``.
        thread = optional(body, "message", "thread_ts")
        view_id = optional(body, "container", "view_id")
        ts = "" if view_id else required(body, "container", "message_ts")
        place = _place(body, in_channel=not view_id)
        container = body.get("container")
        ephemeral = isinstance(container, Mapping) and container.get("is_ephemeral")
        return cls(
            place,
            chosen or required(action, "value"),
            required(body, "trigger_id"),
            ts,
            thread or optional(body, "container", "thread_ts"),
            view_id,
            optional(body, "view", "private_metadata"),
            bool(view_id or ephemeral or place.is_direct),
        )


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The message shortcut: ``text`` is all there is to read in that message.

    ``is_in_thread`` says that the message's thread is open to be read already: only
    then does Slack show a private answer there.
    """

    place: Place
    text: str
    trigger_id: str
    thread_ts: str
    is_in_thread: bool
    sent: datetime | None

    @classmethod
    def parse(cls, body: Body) -> Shortcut:
        message = body.get("message")
        if not isinstance(message, dict):
            raise BadInput("Slack's message shortcut came without a message")
        ts = required(message, "ts")
        thread_ts = optional(message, "thread_ts")
        return cls(
            _place(body),
            message_text(message),
            required(body, "trigger_id"),
            thread_ts or ts,
            bool(thread_ts),
            sent_at(ts),
        )


@dataclass(frozen=True, slots=True)
class GlobalShortcut:
    """Somebody asked to search from wherever they are in Slack."""

    place: Place
    trigger_id: str

    @classmethod
    def parse(cls, body: Body) -> GlobalShortcut:
        return cls(_place(body, in_channel=False), required(body, "trigger_id"))


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to us, in a channel or directly.

    ``thread_ts`` is where sharing belongs; ``ourselves`` is our own user id.
    """

    place: Place
    event_id: str
    text: str
    ts: str
    thread_ts: str
    is_in_thread: bool
    is_from_person: bool
    ourselves: str

    @classmethod
    def parse(cls, body: Body) -> Said:
        event = body.get("event")
        if not isinstance(event, dict):
            raise BadInput("Slack's event came without an event")
        ts = required(event, "ts")
        # Other apps, and what Slack itself says: joins, edits, deletions.
        by_person = not (
            event.get("bot_id")
            or event.get("bot_profile")
            or event.get("subtype") not in (None, "file_share", "thread_broadcast")
        )
        user = required(event, "user") if by_person else optional(event, "user")
        authorizations = body.get("authorizations")
        first = authorizations[0] if isinstance(authorizations, list) else None
        thread_ts = optional(event, "thread_ts")
        return cls(
            Place(
                optional(body, "team_id"),
                required(event, "channel"),
                user,
                enterprise=optional(body, "enterprise_id"),
                user_team=optional(event, "user_team") or optional(event, "team"),
            ),
            required(body, "event_id"),
            optional(event, "text"),
            ts,
            thread_ts or ts,
            bool(thread_ts),
            by_person,
            optional(first, "user_id"),
        )


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal that was submitted. ``metadata`` is what it kept for us."""

    place: Place
    view_id: str
    metadata: str
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, body: Body) -> Submission:
        view = body.get("view")
        if not isinstance(view, dict):
            raise BadInput("Slack's submission came without a view")
        state = view.get("state")
        values = state.get("values") if isinstance(state, dict) else None
        return cls(
            _place(body, in_channel=False),
            required(view, "id"),
            optional(view, "private_metadata"),
            values if isinstance(values, dict) else {},
        )

    def text(self, block_id: str) -> str:
        """What was typed in the one input of a block; empty where nothing was."""
        return optional(self._input(block_id), "value").strip()

    def chosen(self, block_id: str) -> str:
        """The value that was chosen in a select or among radio buttons."""
        return optional(self._input(block_id), "selected_option", "value")

    def ticked(self, block_id: str) -> tuple[str, ...]:
        """The values of the boxes that were ticked."""
        given = self._input(block_id).get("selected_options")
        options = given if isinstance(given, list) else []
        return tuple(filter(None, (optional(one, "value") for one in options)))

    def conversation(self, block_id: str) -> str:
        """The conversation that was picked."""
        return optional(self._input(block_id), "selected_conversation")

    def _input(self, block_id: str) -> Mapping[str, Any]:
        block = self.values.get(block_id)
        inputs = list(block.values()) if isinstance(block, Mapping) else []
        return inputs[0] if inputs and isinstance(inputs[0], Mapping) else {}


def sent_at(ts: str) -> datetime | None:
    """A message's time; its ``ts`` is an id that begins with Unix seconds."""
    seconds = ts.partition(".")[0]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _place(body: Body, *, in_channel: bool = True) -> Place:
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
