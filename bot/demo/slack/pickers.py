"""What the menus of people and conversations offer to one person.

Imitates docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element
and its ``filter`` (docs.slack.dev/reference/block-kit/composition-objects/
conversation-filter-object). Drawing the menus is left to the templates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Channel, User
from bot.demo.slack.workspace import BOT_USER, Workspace


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    choices: tuple[Choice, ...]


class Pickers:
    """The menus as ``user`` sees them while looking at ``current``."""

    def __init__(self, workspace: Workspace, user: User, current: Channel) -> None:
        self._workspace = workspace
        self._user = user
        self._current = current

    def people(self) -> tuple[Choice, ...]:
        """Everybody who may be chosen from a menu of people, apps left out."""
        return tuple(
            Choice(user.id, user.real_name)
            for user in self._workspace.users.values()
            if not user.is_bot and not user.deleted
        )

    def groups(self, element: Block) -> tuple[Group, ...]:
        """The conversations of a menu: channels first, then direct messages."""
        offered = list(self._offered(element))
        sorts = (
            ("Channels", [each for each in offered if each.kind != "im"]),
            ("Direct messages", [each for each in offered if each.kind == "im"]),
        )
        return tuple(
            Group(label, tuple(Choice(each.id, self._name(each)) for each in channels))
            for label, channels in sorts
            if channels
        )

    def chosen(self, element: Block) -> str:
        """The conversation the menu starts with; "" for none."""
        named = element.get("initial_conversation") or element.get("initial_channel")
        if named:
            return str(named)
        if element.get("default_to_current_conversation"):
            return self._current.id
        return ""

    def _offered(self, element: Block) -> Iterator[Channel]:
        wanted = element.get("filter") or {}
        kinds = set(wanted.get("include") or ("public", "private", "im"))
        if element["type"] == "channels_select":
            kinds = {"public"}
        for channel in self._workspace.channels.values():
            inside = self._user.id in channel.members
            # Members see every public channel; guests and partners only their own.
            outsider = self._user.is_guest or bool(self._user.team)
            visible = inside or (channel.kind == "public" and not outsider)
            if channel.archived or not visible or channel.kind not in kinds:
                continue
            if wanted.get("exclude_external_shared_channels") and channel.ext_shared:
                continue
            if wanted.get("exclude_bot_users") and channel.kind == "im":
                continue
            yield channel

    def _name(self, channel: Channel) -> str:
        if channel.kind == "im":
            return self._workspace.users[BOT_USER].real_name
        return f"# {channel.name}" if channel.kind == "public" else f"🔒 {channel.name}"
