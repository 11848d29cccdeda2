"""Which agents may see which tickets, as far as Zendesk's API tells.

The app shows by our own credentials, which see every ticket. So whoever asks is held to
what they could see themselves: the restriction of their account and, where they have
one, of their custom role. Both have to allow it; what we do not know allows nothing.
https://developer.zendesk.com/api-reference/ticketing/users/users/ (ticket_restriction),
.../account-configuration/custom_roles/ (configuration.ticket_access)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from bot.errors import NotAllowed
from integrations.zendesk.client import Zendesk
from integrations.zendesk.records import Ticket

FACTS_LIFE_SECONDS = 60
"""How long is believed what was read of an agent."""

_MOST_AGENTS = 1000

_ALL, _GROUPS, _ORGANIZATION, _ASSIGNED = "all", "groups", "organization", "assigned"
_OF_USER = {
    "": _ALL,
    "groups": _GROUPS,
    "organization": _ORGANIZATION,
    "assigned": _ASSIGNED,
}
_OF_ROLE = {
    "all": _ALL,
    "within-groups": _GROUPS,
    # Who else's groups are public is not told: their own are certain.
    "within-groups-and-public-groups": _GROUPS,
    "within-organization": _ORGANIZATION,
    "assigned-only": _ASSIGNED,
}

_NO_AGENT = "Only agents of this account can use the app."
_NO_TICKET = "You may not see this ticket in Zendesk, so nothing of it is shown here."


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent, and which tickets they see: all that every word of ``reach`` allows."""

    id: int
    name: str
    email: str | None
    reach: frozenset[str]
    groups: frozenset[int]
    organizations: frozenset[int]

    def may_see(self, ticket: Ticket) -> bool:
        return all(self._allows(word, ticket) for word in self.reach)

    def _allows(self, word: str, ticket: Ticket) -> bool:
        if word == _ALL:
            return True
        if word == _ASSIGNED:
            return ticket.assignee_id == self.id
        if word == _GROUPS:
            return ticket.assignee_id == self.id or ticket.group_id in self.groups
        return word == _ORGANIZATION and ticket.organization_id in self.organizations


class Agents:
    """The account's agents. ``clock`` gives seconds that only grow.

    Its methods raise what ``Zendesk`` does.
    """

    def __init__(
        self, zendesk: Zendesk, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._zendesk = zendesk
        self._lock = threading.Lock()
        self._known: TTLCache[str, Agent] = TTLCache(
            _MOST_AGENTS, FACTS_LIFE_SECONDS, timer=clock
        )

    def who_sees(self, agent_id: str, ticket: Ticket) -> Agent:
        """The agent. Raises NotAllowed where they may not see the ticket."""
        agent = self.named(agent_id)
        if not agent.may_see(ticket):
            raise NotAllowed(
                f"agent {agent_id} may not see ticket {ticket.id}", plain=_NO_TICKET
            )
        return agent

    def named(self, agent_id: str) -> Agent:
        """The agent. Raises NotAllowed where there is none."""
        with self._lock:
            agent = self._known.get(agent_id)
        if agent is None:
            agent = self._read(agent_id)
            with self._lock:
                self._known[agent_id] = agent
        return agent

    def _read(self, agent_id: str) -> Agent:
        path, doing = f"users/{agent_id}", f"reading agent {agent_id}"
        row = self._zendesk.read(path, "user", doing)
        if (
            row.get("role") not in ("agent", "admin")
            or row.get("suspended") is True
            or row.get("active") is False
        ):
            raise NotAllowed(f"user {agent_id} is no agent", plain=_NO_AGENT)
        reach = self._reach(row)
        return Agent(
            id=int(row["id"]),
            name=str(row.get("name") or "an agent"),
            email=row.get("email") if row.get("verified") is True else None,
            reach=reach,
            groups=self._ids("group", agent_id, wanted=_GROUPS in reach),
            organizations=self._ids(
                "organization", agent_id, wanted=_ORGANIZATION in reach
            ),
        )

    def _reach(self, row: Mapping[str, Any]) -> frozenset[str]:
        restriction = str(row.get("ticket_restriction") or "")
        words = {_OF_USER.get(restriction, f"unknown: {restriction}")}
        role_id = row.get("custom_role_id")
        # Administrators have one too, of the vendor's own, and see everything.
        if role_id and row["role"] != "admin":
            role = self._zendesk.read(
                f"custom_roles/{int(role_id)}", "custom_role", "reading an agent's role"
            )
            access = str((role.get("configuration") or {}).get("ticket_access"))
            words.add(_OF_ROLE.get(access, f"unknown: {access}"))
        return frozenset(words)

    def _ids(self, kind: str, agent_id: str, *, wanted: bool) -> frozenset[int]:
        """What the agent is a member of; one page of a hundred is as far as we look."""
        if not wanted:
            return frozenset()
        rows = self._zendesk.read(
            f"users/{agent_id}/{kind}_memberships",
            f"{kind}_memberships",
            f"reading {kind}s of agent {agent_id}",
        )
        return frozenset(int(row[f"{kind}_id"]) for row in rows)
