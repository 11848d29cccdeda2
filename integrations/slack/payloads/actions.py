"""What people do: commands, presses, shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BadInput
from integrations.slack.payloads.place import (
    Place,
    optional,
    place_of,
    required,
    sent_at,
)
from integrations.slack.reading import Body, message_text


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
    at: float | None
    """When it was pressed, in Unix seconds of Slack's clock."""

    @classmethod
    def parse(cls, body: Body) -> Click:
        actions = body.get("actions")
        action = actions[0] if isinstance(actions, list) and actions else {}
        chosen = optional(action, "selected_option", "value")
        pressed = sent_at(optional(action, "action_ts"))
        # An ephemeral message is stored nowhere: its presses carry no ``message``.
        thread = optional(body, "message", "thread_ts")
        view_id = optional(body, "container", "view_id")
        ts = "" if view_id else required(body, "container", "message_ts")
        place = place_of(body, in_channel=not view_id)
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
            None if pressed is None else pressed.timestamp(),
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
            place_of(body),
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
        return cls(place_of(body, in_channel=False), required(body, "trigger_id"))
