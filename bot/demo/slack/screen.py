"""Draws the workspace as one person sees it, in parts.

The parts are HTML made by templates that escape everything; ``page`` serves them, and
``hands`` takes what the person does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from bot.demo.slack.model import Channel, User
from bot.demo.slack.people import People
from bot.demo.slack.pickers import Pickers
from bot.demo.slack.rendering import MessageText
from bot.demo.slack.rich_text import RichText
from bot.demo.slack.timeline import channel_entries, thread_entries
from bot.demo.slack.workspace import BOT_USER, TEAM_NAME


@dataclass(frozen=True, slots=True)
class Place:
    """Who looks where; ``thread`` is the parent's ts, "" where none is open. ``tab`` is
    home or messages at the app, and "" in channels."""

    user: User
    channel: Channel
    thread: str = ""
    tab: str = ""


class Screen:
    """``suggestions`` are offered to be typed, ``shortcuts`` in a message's menu and
    ``global_shortcuts`` beside the composer; both are names by callback id."""

    def __init__(
        self,
        people: People,
        suggestions: tuple[str, ...],
        shortcuts: Mapping[str, str],
        global_shortcuts: Mapping[str, str],
    ) -> None:
        self._people = people
        self._workspace = people.workspace
        self._suggestions = suggestions
        self._shortcuts = shortcuts
        self._global_shortcuts = global_shortcuts
        self.text = MessageText(self._name_of)
        self.rich_text = RichText(self._name_of)

    def place(self, user: str, channel: str, thread: str, tab: str) -> Place:
        """The place named by a URL. Raises LookupError for unknown people and channels.

        Somebody else's talk with the app becomes the person's own, another channel the
        person is not in the first they are in, a thread that is not there none.
        """
        who, where = self._workspace.user(user), self._workspace.channel(channel)
        if who.id not in where.members:
            own = self._app_of(who) if where.kind == "im" else None
            where = own or next(
                channel
                for channel in self._workspace.channels.values()
                if who.id in channel.members
            )
        messages = self._workspace.messages[where.id]
        known = any(message.ts == thread for message in messages)
        tabs = {"im": "home" if tab == "home" else "messages"}
        return Place(who, where, thread if known else "", tabs.get(where.kind, ""))

    def parts(self, place: Place) -> tuple[int, dict[str, str]]:
        """The version of the workspace, and each part's HTML by its name."""
        with self._workspace.lock:
            view = self._people.modal(place.user.id)
            names = {
                "channels": [
                    channel
                    for channel in self._workspace.channels.values()
                    if place.user.id in channel.members
                ],
                "view": view,
                "home": self._workspace.home_of(place.user.id),
                "pickers": Pickers(self._workspace, place.user, place.channel),
                **self._common(place),
            }
            timeline = channel_entries(self._workspace, place.user.id, place.channel.id)
            thread = (
                thread_entries(
                    self._workspace, place.user.id, place.channel.id, place.thread
                )
                if place.thread
                else []
            )
            version = self._workspace.version
            return version, {
                "sidebar": render_template("slack/sidebar.html", **names),
                "heading": render_template("slack/heading.html", **names),
                "timeline": render_template(
                    "slack/home.html" if place.tab == "home" else "slack/timeline.html",
                    entries=timeline,
                    **names,
                ),
                "thread": render_template("slack/thread.html", entries=thread, **names),
                "modal": render_template("slack/modal.html", **names),
            }

    def whole(self, place: Place) -> str:
        """The page with all its parts in place."""
        version, parts = self.parts(place)
        # The parts come from templates that escape.
        safe = {name: Markup(html) for name, html in parts.items()}  # noqa: S704
        return render_template(
            "slack/page.html", version=version, parts=safe, **self._common(place)
        )

    def _common(self, place: Place) -> dict[str, Any]:
        return {
            "user": place.user,
            "channel": place.channel,
            "thread": place.thread,
            "tab": place.tab,
            "app": self._app_of(place.user),
            "workspace": self._workspace,
            "team": TEAM_NAME,
            "bot": self._workspace.users[BOT_USER],
            "command": self._people.command,
            "suggestions": self._suggestions,
            "shortcuts": self._shortcuts,
            "global_shortcuts": self._global_shortcuts,
        }

    def _app_of(self, user: User) -> Channel | None:
        """The person's talk with the app: of a partner company nobody has one, and
        nobody once the app was removed."""
        if user.team or not self._workspace.installed:
            return None
        return self._people.dm_with_bot(user.id)

    def _name_of(self, id_: str) -> str:
        if id_ in self._workspace.users:
            return self._workspace.users[id_].real_name
        if id_ in self._workspace.channels:
            return self._workspace.channels[id_].name
        return ""
