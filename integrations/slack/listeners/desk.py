"""What every listener needs to hand in a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.model import ReplayRequest, ReplyTo
from bot.ports import Intake
from integrations.slack.clicks import Clicks

NAME = "slack"


class Desk:
    """Where listeners hand in requests. ``look_back`` is how far a search goes where
    the text names no time; ``clock`` gives Unix seconds."""

    def __init__(
        self,
        intake: Intake,
        *,
        look_back: timedelta,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.look_back = look_back
        self._intake = intake
        self._clock = clock
        self._clicks = Clicks()

    def submit(self, request: ReplayRequest) -> bool:
        """See ``bot.ports.Intake``. Raises RetryLater."""
        return self._intake.submit(request)

    def click_key(self, pressed: Iterable[str]) -> str:
        """The request key of a press: that of the first one for a double click."""
        return self._clicks.key(pressed, at=self._clock())

    def reply_to(self, address: dict[str, str]) -> ReplyTo:
        """The address as a conversation of ours, with the time it was asked in."""
        return ReplyTo(NAME, {**address, "asked_at": str(int(self._clock()))})
