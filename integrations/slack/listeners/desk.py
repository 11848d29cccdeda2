"""What every listener needs to hand in a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from redis import Redis
from slack_bolt import Ack

from bot.errors import RetryLater
from bot.model import ReplayRequest, ReplyTo
from bot.ports import Intake
from integrations.slack import replies
from integrations.slack.blocks import Block
from integrations.slack.clicks import Clicks
from integrations.slack.client import strict
from integrations.slack.clients import Clients
from integrations.slack.errors import ours
from integrations.slack.modals.inputs import Mistaken

NAME = "slack"
_OPENS_WITHIN_S = 2


class Desk:
    """Where listeners hand in requests and open modals. ``look_back`` is how far a
    search goes where the text names no time; ``clock`` gives Unix seconds; presses are
    known to every process that shares ``redis``."""

    def __init__(
        self,
        intake: Intake,
        clients: Clients,
        *,
        look_back: timedelta,
        clock: Callable[[], float] = time.time,
        redis: Redis | None = None,
    ) -> None:
        self.look_back = look_back
        self._intake = intake
        self._clients = clients
        self._clock = clock
        self._clicks = Clicks(redis)

    def submit(self, request: ReplayRequest) -> bool:
        """See ``bot.ports.Intake``. Raises RetryLater."""
        return self._intake.submit(request)

    def take(
        self, ack: Ack, asked: Callable[[], ReplayRequest], *, told_at: str
    ) -> None:
        """Hand in what a modal asks for: every modal closes, or this one says what is
        wrong. That it could not be taken now is said at the input ``told_at``."""
        try:
            self.submit(asked())
        except Mistaken as mistaken:
            ack(response_action="errors", errors=mistaken.errors)
        except RetryLater:
            ack(response_action="errors", errors={told_at: replies.not_queued()})
        else:
            ack(response_action="clear")

    def open_view(
        self,
        address: Mapping[str, str],
        trigger_id: str,
        view: Block,
        *,
        push: bool = False,
    ) -> str:
        """Show a modal at once to whoever pulled the trigger, on top of the open one
        with ``push``; returns its id. A trigger lives 3 s, so this waits for no worker.

        Raises Refused, or RetryLater, as calls to Slack do.
        """
        client = strict(self._clients.of(address), timeout_s=_OPENS_WITHIN_S)
        with ours("views.push" if push else "views.open"):
            show = client.views_push if push else client.views_open
            answer = show(trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    def now(self) -> float:
        """Unix seconds."""
        return self._clock()

    def click_key(self, pressed: Iterable[str], *, at: float | None = None) -> str:
        """The request key of a press: that of the first one for a double click.

        ``at`` is when it was pressed, so that the same press sent again is no new one.
        """
        return self._clicks.key(pressed, at=self._clock() if at is None else at)

    def reply_to(self, address: dict[str, str]) -> ReplyTo:
        """The address as a conversation of ours, with the time of what was asked first:
        a response_url lives from then on."""
        return ReplyTo(NAME, {"asked_at": str(int(self._clock())), **address})
