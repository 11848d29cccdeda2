"""Who people are and what conversations are, as Slack tells the app; remembered.

Whether that lets anybody in is left to ``access``.
Shapes: docs.slack.dev/reference/methods/users.info, .../usergroups.list,
.../usergroups.users.list, .../conversations.info and .../conversations.open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from integrations.slack.clients import Clients
from integrations.slack.errors import code_of, ours
from integrations.slack.memory import Memory
from integrations.slack.roles import NOBODY, Member, member_of

PEOPLE_LIFE = 5 * 60
PLACES_LIFE = 10 * 60
WORKSPACE_LIFE = 60 * 60
"""Seconds that facts are believed without asking Slack again."""

Address = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation: its name without ``#``, whether another company is in it, and
    whether it is no channel but a talk between a few people."""

    name: str
    is_shared_outside: bool
    is_talk: bool = False


class Directory:
    """Reads the workspaces of addresses: their ``team`` and ``enterprise`` say which.

    Every method may raise RetryLater, or Refused where the app is not installed or
    lacks a permission. With ``newer_than``, in seconds, no older memory is trusted.
    ``clock`` gives seconds.
    """

    def __init__(
        self, clients: Clients, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clients = clients
        self._homes: Memory[tuple[str, str], str] = Memory(WORKSPACE_LIFE, clock=clock)
        self._people: Memory[tuple[str, str], Member] = Memory(PEOPLE_LIFE, clock=clock)
        self._handles: Memory[str, Mapping[str, str]] = Memory(PEOPLE_LIFE, clock=clock)
        self._groups: Memory[tuple[str, str], frozenset[str]] = Memory(
            PEOPLE_LIFE, clock=clock
        )
        self._places: Memory[tuple[str, str], Place | None] = Memory(
            PLACES_LIFE, clock=clock
        )
        self._directs: Memory[tuple[str, str], str] = Memory(PLACES_LIFE, clock=clock)

    def home(self, address: Address) -> str:
        """The workspace whose token answers the address.

        In a channel shared with another company, what Slack sends may name theirs.
        """

        def read() -> str:
            with ours("auth.test"):
                return str(self._clients.of(address).auth_test()["team_id"])

        key = (address.get("team", ""), address.get("enterprise", ""))
        return self._homes.get(key, read)

    def member(self, address: Address, *, newer_than: float | None = None) -> Member:
        """The address' ``user``."""
        user = address["user"]

        def read() -> Member:
            with ours(f"users.info of {user}"):
                try:
                    found = self._clients.of(address).users_info(user=user)["user"]
                except SlackApiError as error:
                    if code_of(error) in ("user_not_found", "user_not_visible"):
                        return NOBODY
                    raise
            return member_of(found)

        key = (self.home(address), user)
        return self._people.get(key, read, newer_than=newer_than)

    def is_in_group(
        self, address: Address, group: str, *, newer_than: float | None = None
    ) -> bool:
        """Whether the user group, an id or a handle, has the address' ``user``.

        A group the workspace does not have, or has switched off, has nobody.
        """
        id_ = group
        if not group.startswith("S"):
            id_ = self.groups(address, newer_than=newer_than).get(group, "")
        if not id_:
            return False

        def read() -> frozenset[str]:
            client = self._clients.of(address)
            with ours(f"usergroups.users.list of {id_}"):
                try:
                    answer = client.usergroups_users_list(usergroup=id_)
                except SlackApiError as error:
                    if code_of(error) in ("no_such_subteam", "subteam_not_found"):
                        return frozenset()
                    raise
                return frozenset(answer["users"])

        people = self._groups.get(
            (self.home(address), id_), read, newer_than=newer_than
        )
        return address["user"] in people

    def groups(
        self, address: Address, *, newer_than: float | None = None
    ) -> Mapping[str, str]:
        """The ids of the workspace's user groups, by handle."""

        def read() -> Mapping[str, str]:
            with ours("usergroups.list"):
                found = self._clients.of(address).usergroups_list()["usergroups"]
            return {str(one["handle"]).lower(): str(one["id"]) for one in found}

        return self._handles.get(self.home(address), read, newer_than=newer_than)

    def place(
        self, address: Address, *, newer_than: float | None = None
    ) -> Place | None:
        """The address' ``channel``; None where the bot cannot see it, so that it cannot
        post there either."""
        channel = address["channel"]

        def read() -> Place | None:
            client = self._clients.of(address)
            with ours(f"conversations.info of {channel}"):
                try:
                    found = client.conversations_info(channel=channel)["channel"]
                except SlackApiError as error:
                    if code_of(error) == "channel_not_found":
                        return None
                    raise
            name = str(found.get("name") or "").lower()
            return Place(
                name, bool(found.get("is_ext_shared")), bool(found.get("is_mpim"))
            )

        key = (self.home(address), channel)
        return self._places.get(key, read, newer_than=newer_than)

    def direct_with(self, address: Address) -> str:
        """The id of the app's own conversation with the address' ``user``."""
        user = address["user"]

        def read() -> str:
            with ours(f"conversations.open with {user}"):
                answer = self._clients.of(address).conversations_open(users=user)
                return str(answer["channel"]["id"])

        return self._directs.get((self.home(address), user), read)
