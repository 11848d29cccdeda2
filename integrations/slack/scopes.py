"""The permissions the app asks for: what each is for, and what does not work without.

``manifest`` asks for them, ``setup slack`` explains them, ``doctor`` compares them with
what the installed app was granted. Scopes: docs.slack.dev/reference/scopes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.model import Check

WHERE = (
    "api.slack.com/apps, your app, OAuth & Permissions, Bot Token Scopes; then"
    " reinstall the app to the workspace."
)


@dataclass(frozen=True, slots=True)
class Scope:
    """``reason`` completes "it is for", ``without`` "without it". An optional one may
    be declined by whoever installs the app."""

    reason: str
    without: str
    optional: bool = False


_USER_GROUPS = "usergroups:read"
_DIRECT = "im:write"
_UNFURLS = ("links:read", "links:write")

_ALL = {
    "commands": Scope("the slash command and the shortcuts", "nothing works"),
    "chat:write": Scope(
        "posting results, shared replays and private answers", "nothing is answered"
    ),
    "chat:write.public": Scope(
        "sharing in a public channel nobody invited the bot to",
        "people are told to invite it",
    ),
    "app_mentions:read": Scope("being asked in a thread", "mentions stay unanswered"),
    "im:history": Scope(
        "being asked in a direct message", "direct messages to it stay unanswered"
    ),
    "links:read": Scope(
        "seeing its own share links in messages", "share links have no preview"
    ),
    "links:write": Scope(
        "showing a preview below its own share links", "share links have no preview"
    ),
    "files:write": Scope("attaching a replay as a file", "there are links only"),
    "files:read": Scope(
        "seeing that an attached file landed, so it is never attached twice",
        "Slack's word is taken; after a lost answer people are asked to look",
    ),
    "users:read": Scope(
        "telling members and admins from guests and people of other companies",
        "everybody is refused",
    ),
    "channels:read": Scope(
        "knowing before a share whether another company reads the public channel, and"
        " which channel is meant by a name in SLACK_ALLOW_CHANNELS",
        "neither can be known, and what depends on it is refused",
    ),
    "groups:read": Scope(
        "the same of private channels it was invited to",
        "the same in private channels",
    ),
    "channels:history": Scope(
        "reading the thread it is asked in, and looking for its own message after a"
        " lost answer, in a public channel",
        "only the mention itself is read, and after a lost answer people are asked to"
        " look themselves",
    ),
    "groups:history": Scope(
        "the same in a private channel it was invited to",
        "the same in private channels",
    ),
    _USER_GROUPS: Scope(
        "seeing who is in the user groups of SLACK_ALLOW_GROUPS", "everybody is refused"
    ),
    _DIRECT: Scope(
        "opening its direct messages with a person: to attach a file there, and to tell"
        " them from those between people",
        "files are attached in channels only",
        optional=True,
    ),
    "users:read.email": Scope(
        "finding the recordings of a person who is mentioned, by their e-mail address",
        "a mentioned person has to be asked for by address or id",
        optional=True,
    ),
}


def needed(
    *, unfurls: bool = True, groups: bool = False, channels: bool = False
) -> dict[str, Scope]:
    """The scopes this installation needs, by name, and no other.

    ``unfurls``: it has a domain whose links Slack can show; ``groups`` and
    ``channels``: who may use it depends on user groups, on channels.
    """
    found = dict(_ALL)
    if not groups:
        del found[_USER_GROUPS]
    if not unfurls:
        for name in _UNFURLS:
            del found[name]
    if channels:
        found[_DIRECT] = replace(
            found[_DIRECT],
            without="direct messages with it are refused",
            optional=False,
        )
    return found


def check_scopes(granted: str, wanted: Mapping[str, Scope]) -> Iterator[Check]:
    """What ``doctor`` says of the scopes in ``granted``, names apart by commas, as
    Slack gives them in ``x-oauth-scopes``."""
    have = [name for each in granted.split(",") if (name := each.strip())]
    missing = {name: one for name, one in wanted.items() if name not in have}
    for name, scope in missing.items():
        if scope.optional:
            said = f"not granted, and optional; without it, {scope.without}"
            yield Check(f"Slack permission {name}", True, said, f"To add it: {WHERE}")
        else:
            said = f"missing; it is for {scope.reason}. Without it, {scope.without}"
            yield Check(f"Slack permission {name}", False, said, f"Add it at {WHERE}")
    if not any(not scope.optional for scope in missing.values()):
        count = len(wanted) - len(missing)
        yield Check("Slack permissions", True, f"all {count} granted")
    if idle := [name for name in have if name not in wanted]:
        said = f"{', '.join(idle)}: granted, though the courier has no use for it"
        fix = f"To take it away: {WHERE}"
        yield Check("Slack permissions not needed", True, said, fix)
