"""Asks vendors for what they told nobody of: deliveries get lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.errors import CourierError
from bot.ledger import Ledger
from bot.metrics import CAUGHT_UP
from bot.ports import Missed

EVERY = timedelta(minutes=5)

# What is older was answered otherwise by now, or is past helping.
_LOOKED_BACK = timedelta(hours=24)

_log = structlog.get_logger(__name__)


class CatchingUp:
    """What was missed, by the destination's name. Several workers may look: what is
    known is not taken twice."""

    def __init__(
        self, ledger: Ledger, missed: Mapping[str, Missed], *, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._missed = missed
        self._clock = clock
        self._began = clock()

    def look(self) -> None:
        """Take what is missing; the next sweep rings for it. Nothing from before the
        installation took its first request, which nobody expects to be answered."""
        for name, missed in self._missed.items():
            first = self._ledger.first_accepted(name) or self._began
            since = max(first, self._clock() - _LOOKED_BACK)
            taken = 0
            try:
                for request in missed.missed(since):
                    _, is_new = self._ledger.accept(request, is_rung=False)
                    taken += is_new
            except CourierError as error:
                _log.warning("cannot catch up", destination=name, error=str(error))
            if taken:
                CAUGHT_UP.labels(name).inc(taken)
                _log.warning("deliveries were lost", destination=name, taken=taken)
