"""Ana at work in the workspace: each thing she does, and the one answer she has."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.demo.slack.model import Ephemeral, Message
from bot.model import (
    Action,
    LinkChanged,
    LinkState,
    Nothing,
    ReplayRequest,
    ReplyTo,
    Result,
)
from tests.integrations.slack.samples import LINK, SHARED, found
from tests.integrations.slack.world import Draft, World

SHARE, OPTIONS, MORE = "replay_share", "replay_share_options", "replay_more"
UNDO, BACK = "replay_undo", "replay_page"
REVOKE, EXTEND = "replay_revoke", "replay_extend"


class Flow(World):
    """A workspace whose courier answers as it is told to."""

    def answer(self, result: Result, request: ReplayRequest | None = None) -> None:
        """What the worker does with the request, or with the one that came in last."""
        request = self.destination.complete(request or self.last())
        if request.action in (Action.DETACH, Action.NOTHING):
            result = Nothing()
        draft = Draft()
        id_ = f"{len(self.courier.requests):08d}"
        if not self.destination.find_posted(id_, request, draft):
            self.destination.post(id_, request, result, draft)

    def list(self, channel: str = "support") -> None:
        """Ana has Jane's recordings before her."""
        assert self.slack.run_command("ana", channel, "jane@example.com").ok
        self.answer(found())

    def press(
        self, action_id: str, value: Any = None, channel: str = "support"
    ) -> ReplayRequest:
        """She presses something in the one private answer she has there."""
        ack = self.slack.click("ana", self.only(channel), action_id, value)
        assert ack.ok, ack
        return self.last()

    def only(self, channel: str = "support") -> Ephemeral:
        """The one private answer she has there: there are never two."""
        (answer,) = self.slack.ephemerals("ana", channel)
        return answer

    def shown(self, channel: str = "support") -> str:
        return seen(self.only(channel))

    def share(self, channel: str = "support") -> Message:
        """What she shared, as it stands in the channel."""
        self.list(channel)
        self.press(SHARE, channel=channel)
        self.answer(SHARED)
        return self.newest(channel)

    def choose(self, **values: Any) -> None:
        """She fills in the modal on top."""
        for name, value in values.items():
            self.slack.fill("ana", name, value)

    def submit(self) -> ReplayRequest:
        assert self.slack.submit("ana").ok
        return self.last()

    def direct(self) -> list[str]:
        """What the app wrote to her directly."""
        return [seen(one) for one in self.slack.messages("D07ANACOUR4") if one.by_app]


def seen(message: Message | Ephemeral) -> str:
    """All there is to read and to press in a message."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def changed(state: LinkState, **changes: Any) -> LinkChanged:
    """Ana's link in another state."""
    return LinkChanged(replace(SHARED, link=replace(LINK, state=state)), **changes)


def to_be_told(posted: Message) -> ReplayRequest:
    """What the courier asks for when a posted link changed by itself."""
    address = {"team": "T07ACME0001", "channel": posted.channel, "ts": posted.ts}
    return ReplayRequest(
        key="link:1",
        action=Action.LINK_CHANGED,
        reply_to=ReplyTo("slack", address),
        asked_by="",
        link_id=LINK.id,
    )
