"""Zendesk's rate limits, kept by all workers together through Redis.

Zendesk counts an account's calls, and its updates of tickets as well: by plan 200 to
2,500 calls a minute, and 100 updates, of which agents at work need some. So answers are
begun below the limits, and no call is made beyond them. What Zendesk says in
Retry-After is remembered for everybody. Without Redis calls go through: Zendesk's own
refusal is then all there is.
https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import redis
from limits import RateLimitItem, RateLimitItemPerSecond

from bot.allowance import Allowance
from bot.errors import RetryLater

UPDATES_PER_MINUTE = 100
"""Of tickets, in an account; 300 with the High Volume add-on, 20 in a sandbox."""

BUSY = "Zendesk limits the courier's calls just now."

_FEWEST_CALLS = 200
"""A minute, by the smallest plan; until Zendesk tells."""
_CALLS_OF_AN_ANSWER = 8
_OURS = 0.9
"""The part of a limit that answers take."""
_ON_THE_WAY_S = 2
"""So much longer one call may take to arrive than another: what was counted a minute
apart here is counted a minute apart there."""

_CALLS, _UPDATES, _ANSWERS = "calls", "updates", "answers"
"""What is counted."""


class Limits:
    """Those of one ``account``, for one process; ``client`` is of the Redis that all
    share. ``updates`` of tickets are allowed in ``seconds``, which is as long as
    Zendesk's minute. Implements bot.ports.Gate.
    """

    def __init__(
        self,
        client: redis.Redis,
        account: str,
        *,
        updates: int = UPDATES_PER_MINUTE,
        seconds: int = 60,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._seconds = seconds + _ON_THE_WAY_S
        self._updates = RateLimitItemPerSecond(updates, self._seconds)
        self._calls = _FEWEST_CALLS
        self._allowance = Allowance(client, f"courier:zendesk:{account}", sleep=sleep)

    def room(self) -> int:
        """How many answers may be begun now."""
        answers = self._answers
        return self._allowance.ask(lambda: self._room(answers), answers.amount)

    def _room(self, answers: RateLimitItem) -> int:
        if self._allowance.blocked_for(_CALLS, _UPDATES) > 0:
            return 0
        return self._allowance.room(answers, _ANSWERS)

    def enter(self) -> bool:
        """Begin an answer; False where there is no room after all."""
        answers = self._answers
        return not self._allowance.ask(
            lambda: self._allowance.seconds_until(answers, _ANSWERS), 0.0
        )

    def take(self, *, is_update: bool) -> None:
        """Take one call, which updates a ticket or does not, waiting for it a little.

        Raises RetryLater with the seconds left where that would take long.
        """
        left = self._allowance.wait_for(lambda: self._seconds_until(is_update))
        if left > 0:
            raise RetryLater("at Zendesk's rate limit", after=left, plain=BUSY)

    def learn(self, headers: Mapping[str, str]) -> None:
        """How many calls the account's plan allows, where an answer says so."""
        total = headers.get("x-rate-limit", "")
        if total.isascii() and total.isdigit() and int(total) > 0:
            self._calls = int(total)

    def remember(self, seconds: float | None, *, is_update: bool) -> None:
        """Zendesk refused a call: none is made until the time it named is over; no
        update, where it was one."""
        name = _UPDATES if is_update else _CALLS
        self._allowance.ask(lambda: self._allowance.block(name, seconds), None)

    @property
    def _answers(self) -> RateLimitItem:
        calls = self._calls / _CALLS_OF_AN_ANSWER
        amount = max(1, int(_OURS * min(self._updates.amount, calls)))
        return RateLimitItemPerSecond(amount, self._seconds)

    def _seconds_until(self, is_update: bool) -> float:
        """Seconds until there is something to take; 0 where it was taken."""
        calls = (RateLimitItemPerSecond(self._calls, self._seconds), _CALLS)
        counted = [(self._updates, _UPDATES), calls] if is_update else [calls]
        if (left := self._allowance.blocked_for(*(name for _, name in counted))) > 0:
            return left
        for item, name in counted:
            if (left := self._allowance.seconds_until(item, name)) > 0:
                return left
        return 0.0
