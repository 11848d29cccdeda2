"""Who and what the workspace starts with: its people, channels and groups.

One of each kind that makes a difference to an app: an owner, members, a guest, somebody
of a partner company, and another app.
"""

from __future__ import annotations

from bot.demo.slack.model import Channel, User, UserGroup
from bot.demo.slack.workspace import BOT_USER, SLACKBOT, Workspace

PARTNER_TEAM_ID = "T09GLOBEX02"


def settle(workspace: Workspace) -> None:
    """Put everybody and everything into an empty workspace."""
    workspace.users = {user.id: user for user in _people()}
    workspace.channels = {channel.id: channel for channel in _channels()}
    workspace.messages = {id_: [] for id_ in workspace.channels}
    workspace.groups = {group.id: group for group in _groups()}


def _people() -> list[User]:
    return [
        User("U07ANA00001", "ana", "Ana Ruiz", "ana@acme.example"),
        User("U07BEN00002", "ben", "Ben Okafor", "ben@acme.example"),
        User("U07GUEST003", "gil", "Gil Guest", "gil@partner.example", is_guest=True),
        User(
            "U07ADA00004",
            "ada",
            "Ada Admin",
            "ada@acme.example",
            is_admin=True,
            is_owner=True,
        ),
        # Of another company; here through the channel shared with it only.
        User(
            "U09SAM00001",
            "sam",
            "Sam Stranger",
            "sam@globex.example",
            team=PARTNER_TEAM_ID,
        ),
        User(BOT_USER, "courier", "Replay Courier", is_bot=True),
        # Another app, which posts what customers wrote.
        User("U07DESK0005", "helpdesk", "Helpdesk", is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot", is_bot=True),
    ]


def _channels() -> list[Channel]:
    ana, ben, gil = "U07ANA00001", "U07BEN00002", "U07GUEST003"
    ada, sam = "U07ADA00004", "U09SAM00001"
    return [
        Channel(
            "C07SUPPORT1",
            "support",
            "public",
            {ana, ben, gil, ada, BOT_USER},
            topic="Customers first. Replays with /replay",
        ),
        Channel("C07RANDOM02", "random", "public", {ana, ben}, topic="Anything else"),
        Channel("C07ESCALAT3", "escalations", "private", {ana, ben}),
        Channel(
            "C07GLOBEX05",
            "with-globex",
            "public",
            {ana, ada, sam, BOT_USER},
            ext_shared=True,
            topic="Shared with Globex",
        ),
        Channel("D07ANACOUR4", "courier", "im", {ana, BOT_USER}),
    ]


def _groups() -> list[UserGroup]:
    return [UserGroup("S07LEADS001", "support-leads", "Support leads", {"U07BEN00002"})]
