"""Who may use the courier in Slack, and what the person who may not is told.

The rules are the installation's settings; all that are set must be met. Facts come from
``directory``. Where Slack cannot answer, nobody is let in: the request is tried again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.errors import CourierError, NotAllowed
from bot.model import Check
from integrations.slack.clients import Clients
from integrations.slack.directory import Address, Directory
from integrations.slack.roles import NOBODY, Member, Role

_ID = re.compile(r"[CGS][A-Z0-9]{5,}")

SECOND_LOOK = 30
"""Nobody is refused by what was read longer ago, in seconds: whoever an admin has just
let in should not have to wait. And nothing is shown to whoever was let in since."""

_OUTSIDE = (
    "I look up replays for people of the company that runs me, and you are here from"
    " another one. Your contact there can look for you."
)
_GUEST = (
    "I look up replays for full members of this workspace, and you are a guest here."
    " A member can look for you; an admin can let guests use me."
)
_INACTIVE = "This account is deactivated. Ask an admin of this workspace."
_ROLE = {
    Role.MEMBER: "I look up replays for members of this workspace. One of them can look"
    " for you; an admin can let more people use me.",
    Role.ADMIN: "I look up replays for the admins of this workspace. One of them can"
    " look for you, or let more people use me.",
    Role.OWNER: "I look up replays for the owners of this workspace. One of them can"
    " look for you, or let more people use me.",
}
_GROUP = (
    "I look up replays for certain teams, and you are not in one of them yet. An admin"
    " of this workspace can add you."
)
_CHANNEL = (
    "I am used in certain channels only, and this is not one of them. You can write to"
    " me directly; an admin of this workspace knows the channels."
)
_UNSEEN = "The courier cannot post in that channel. Invite it there in Slack."
_SHARED_OUTSIDE = (
    "People of another company read that channel. Share it there from Slack, which asks"
    " first."
)
_NOT_THERE = "The courier is used in certain channels only, and that is none of them."
_UNKNOWN = (
    "Slack knows nobody by your Zendesk address, and only some people may share there."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may. Without any, all but guests and people of other companies.

    ``channels`` are ids or names without ``#``, ``groups`` ids or handles without
    ``@``, both empty where any will do; ``role`` is the least that is enough.
    """

    channels: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    role: Role | None = None
    guests: bool = False
    external: bool = False

    @property
    def ask_who(self) -> bool:
        """Whether anything has to be known of the person."""
        return not (self.guests and self.external and self.role is None)


class Access:
    """Judges the addresses of requests: ``team`` and ``enterprise``, ``user``, the
    ``channel`` where there is one, and ``user_team`` where Slack named the person's own
    workspace.

    ``clock`` gives seconds that only grow.
    """

    def __init__(
        self,
        rules: Rules,
        clients: Clients,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._directory = Directory(clients, clock=clock)

    def check(self, address: Address) -> None:
        """Return where that person may use the courier there.

        For a share into another conversation, check that one's address too. Raises
        NotAllowed with words for the person; Refused where the app lacks a permission
        to find out; RetryLater where Slack does not answer.
        """
        try:
            self._judge(address, newer_than=None)
        except NotAllowed:
            self._judge(address, newer_than=SECOND_LOOK)

    def check_visited(self, address: Address) -> None:
        """Return where people may share in that channel from elsewhere, whoever they
        are. Raises as ``check`` does."""
        place = self._directory.place(address, newer_than=SECOND_LOOK)
        where = address["channel"]
        if place is None or place.is_talk or _is_direct(where):
            raise NotAllowed(f"{where} is not seen by the bot", plain=_UNSEEN)
        if place.is_shared_outside:
            raise NotAllowed(f"{where} is shared outside", plain=_SHARED_OUTSIDE)
        if not self.allows_channel(where, place.name):
            raise NotAllowed(f"{where} is not a channel", plain=_NOT_THERE)

    def check_nobody(self, who: str) -> None:
        """Return where that somebody may share of whom Slack knows nothing."""
        if self._rules.groups or self._rules.role is not None:
            raise NotAllowed(f"{who} is not known to Slack", plain=_UNKNOWN)

    def allows_channel(self, channel: str, name: str) -> bool:
        """Whether the rules let people use the courier in that channel."""
        allowed = self._rules.channels
        return not allowed or channel in allowed or name in allowed

    def role_of(self, address: Address) -> Role:
        """What the person is in the workspace that runs the courier.

        Raises Refused or RetryLater as ``check`` does where it cannot be known.
        """
        return self._member(address, newer_than=None).role

    def name_of(self, address: Address) -> str:
        """What the person is called; empty where it cannot be known."""
        try:
            return self._member(address, newer_than=None).name
        except CourierError:
            return ""

    def is_talk(self, address: Address) -> bool:
        """Whether the channel is a talk between a few people, or nothing the bot sees.

        Raises Refused or RetryLater as ``check`` does.
        """
        if _is_direct(address["channel"]):
            return True
        place = self._directory.place(address, newer_than=SECOND_LOOK)
        return place is None or place.is_talk

    def is_shared_outside(self, address: Address) -> bool:
        """Whether people of another company read that channel.

        False without a channel, in direct messages, and where the bot cannot see it, as
        it cannot post there. Raises Refused or RetryLater as ``check`` does.
        """
        channel = address.get("channel", "")
        if not channel or _is_direct(channel):
            return False
        place = self._directory.place(address, newer_than=SECOND_LOOK)
        return place is not None and place.is_shared_outside

    def checks(self, address: Address) -> Iterator[Check]:
        """For ``doctor``: the user groups that the rules name are in the address'
        workspace. Never raises.

        A handle that nobody has would keep everybody out without a word.
        """
        for handle in sorted(filter(_is_name, self._rules.groups)):
            name = f"Slack user group @{handle}"
            try:
                known = handle in self._directory.groups(address)
            except CourierError as error:
                yield Check(name, False, str(error), error.plain)
                return
            detail = "is there" if known else "the workspace has no such group"
            fix = "" if known else "Look at SLACK_ALLOW_GROUPS."
            yield Check(name, known, detail, fix)

    def _judge(self, address: Address, *, newer_than: float | None) -> None:
        who = f"{address['user']} of {address.get('team') or 'the workspace'}"
        if self._rules.ask_who:
            member = self._member(address, newer_than=newer_than)
            if reason := self._against(member):
                raise NotAllowed(f"{who}: {member.role.name.lower()}", plain=reason)
        if not self._is_in_a_group(address, newer_than):
            raise NotAllowed(f"{who}: in no group that may", plain=_GROUP)
        if not self._is_in_a_channel(address, newer_than):
            channel = address.get("channel")
            raise NotAllowed(f"{who}: {channel} is not a channel", plain=_CHANNEL)

    def _against(self, member: Member) -> str | None:
        """What speaks against the person, in words for them."""
        rules = self._rules
        if member.role is Role.STRANGER and not rules.external:
            return _OUTSIDE
        if not member.is_active:
            return _INACTIVE
        if member.role is Role.GUEST and not rules.guests:
            return _GUEST
        if rules.role is not None and member.role < rules.role:
            return _ROLE[rules.role]
        return None

    def _member(self, address: Address, *, newer_than: float | None) -> Member:
        home = self._directory.home(address)
        named = address.get("user_team") or home
        member = self._directory.member(address, newer_than=newer_than)
        if home not in member.teams or named not in member.teams:
            return replace(member, role=NOBODY.role)
        return member

    def _is_in_a_group(self, address: Address, newer_than: float | None) -> bool:
        return not self._rules.groups or any(
            self._directory.is_in_group(address, group, newer_than=newer_than)
            for group in sorted(self._rules.groups)
        )

    def _is_in_a_channel(self, address: Address, newer_than: float | None) -> bool:
        allowed, channel = self._rules.channels, address.get("channel", "")
        if not allowed or not channel or channel in allowed:
            return True
        if _is_direct(channel):
            # A conversation between two people looks the same from outside.
            return channel == self._directory.direct_with(address)
        if not any(_is_name(one) for one in allowed):
            return False
        place = self._directory.place(address, newer_than=newer_than)
        return place is not None and place.name in allowed


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def _is_name(text: str) -> bool:
    return not _ID.fullmatch(text)
