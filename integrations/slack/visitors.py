"""People who share a replay in Slack from elsewhere: where they may, and as whom.

By their e-mail address they are somebody in Slack, and held to the same rules as if
they asked here. Whoever Slack does not know, or where we may not ask, is named and held
to the rules of channels, and may nothing where the rules are about who people are. A
channel that another company reads is never shared in: nobody could be asked first.
docs.slack.dev/reference/methods/conversations.list and .../users.lookupByEmail
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import CourierError, NotAllowed, RetryLater
from bot.model import Channel, ReplyTo, Sharer
from integrations.slack.access import Access
from integrations.slack.clients import Clients
from integrations.slack.errors import code_of, ours

_PAGE = 200
_MOST_PAGES = 10
_NAME = "slack"
_NO_CHANNEL = "The courier cannot post in that channel, or may not."

log = logging.getLogger(__name__)


class Visitors:
    """See ``bot.ports.Channels``. ``clock`` gives Unix seconds."""

    def __init__(
        self,
        clients: Clients,
        access: Access,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clients = clients
        self._access = access
        self._clock = clock

    def channels(self) -> list[Channel]:
        """The channels the bot may post in that no other company reads, by name."""
        found = [
            Channel(_key(workspace, row["id"]), str(row["name"]))
            for workspace in self._clients.addresses()
            for row in self._rows(workspace)
            if _is_open(row) and self._is_allowed(row)
        ]
        return sorted(found, key=lambda one: one.name)

    def share(self, channel: str, sharer: Sharer) -> tuple[ReplyTo, str]:
        """The address of a channel, and the sharer as Slack knows them, or by name.

        Raises NotAllowed, Refused and RetryLater.
        """
        team, enterprise, id_ = (*channel.split(":"), "", "")[:3]
        place = _filled(team=team, enterprise=enterprise, channel=id_)
        known = {_key(one, "") for one in self._clients.addresses()}
        if not id_ or _key(place, "") not in known:
            raise NotAllowed(f"{channel} is no channel of ours", plain=_NO_CHANNEL)
        self._access.check_visited(place)
        user = self._user(place, sharer)
        address = {**place, "asked_at": str(int(self._clock()))}
        if user is None:
            self._access.check_nobody(sharer.name)
            # In brackets it is no id that Slack would take for somebody's.
            return ReplyTo(_NAME, address), f"{sharer.name} (Zendesk)"
        address["user"] = user
        self._access.check(address)
        return ReplyTo(_NAME, address), user

    def _rows(self, workspace: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        client = self._clients.of(workspace)
        cursor = ""
        for _ in range(_MOST_PAGES):
            with ours("conversations.list"):
                answer = client.conversations_list(
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=_PAGE,
                    cursor=cursor,
                )
            yield from answer["channels"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _is_allowed(self, row: Mapping[str, Any]) -> bool:
        return self._access.allows_channel(str(row["id"]), str(row["name"]).lower())

    def _user(self, place: Mapping[str, str], sharer: Sharer) -> str | None:
        """The sharer's id in Slack; None where it cannot be known for good."""
        if sharer.email is None:
            return None
        try:
            with ours("users.lookupByEmail"):
                try:
                    answer = self._clients.of(place).users_lookupByEmail(
                        email=sharer.email
                    )
                except SlackApiError as error:
                    if code_of(error) in ("users_not_found", "missing_scope"):
                        return None
                    raise
        except RetryLater:
            raise
        except CourierError as error:
            log.info("nobody is looked up by address: %s", error)
            return None
        return str(answer["user"]["id"])


def _is_open(row: Mapping[str, Any]) -> bool:
    """Whether the bot may post there and no other company reads it."""
    joined = bool(row.get("is_member")) or not row.get("is_private")
    outside = row.get("is_ext_shared") or row.get("is_pending_ext_shared")
    return joined and not outside and not row.get("is_archived")


def _key(workspace: Mapping[str, str], channel: str) -> str:
    return ":".join(
        [workspace.get("team", ""), workspace.get("enterprise", ""), channel]
    )


def _filled(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
