"""What somebody is in a workspace, out of Slack's user object. Pure.

Shape: docs.slack.dev/reference/objects/user-object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """What somebody is in the workspace; a higher one may do what a lower one may."""

    STRANGER = 0
    GUEST = 1
    MEMBER = 2
    ADMIN = 3
    OWNER = 4


@dataclass(frozen=True, slots=True)
class Member:
    """``teams`` are the workspaces that count the person as their own."""

    role: Role
    is_active: bool = True
    teams: frozenset[str] = frozenset()
    name: str = ""


NOBODY = Member(Role.STRANGER)
"""Somebody the workspace does not know, or does not let us see."""


def member_of(user: Mapping[str, Any]) -> Member:
    """Who that is, by a user object of Slack's."""
    organisation = user.get("enterprise_user") or {}
    teams = {
        str(user.get("team_id") or ""),
        str(organisation.get("enterprise_id") or ""),
        *map(str, organisation.get("teams") or ()),
    }
    return Member(
        role=_role(user),
        is_active=not user.get("deleted"),
        teams=frozenset(filter(None, teams)),
        name=str(user.get("real_name") or user.get("name") or ""),
    )


def _role(user: Mapping[str, Any]) -> Role:
    if user.get("is_stranger"):
        return Role.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Role.GUEST
    if user.get("is_owner") or user.get("is_primary_owner"):
        return Role.OWNER
    return Role.ADMIN if user.get("is_admin") else Role.MEMBER
