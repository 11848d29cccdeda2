"""Finds the tickets that Zendesk told nobody of.

Zendesk gives a delivery up after a few tries, and loses some: while its circuit breaker
is open, or while nobody listened. Each answer leaves a tag, and the tag that asks stays
until it is answered, so a search finds what is missing. It knows nothing of the last
minutes, which is soon enough.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from bot.model import ReplayRequest
from integrations.zendesk.answer import OUTCOMES
from integrations.zendesk.asked import OPT_OUT, REQUESTED, created, look
from integrations.zendesk.causes import Cause
from integrations.zendesk.client import Zendesk

ON_ITS_WAY = timedelta(minutes=2)
"""What is younger may yet be delivered."""

_ANSWERED = " ".join(f"-tags:{tag}" for tag in (*OUTCOMES, OPT_OUT))


class CatchingUp:
    """Implements bot.ports.Missed for one account."""

    def __init__(
        self,
        zendesk: Zendesk,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._zendesk = zendesk
        self._clock = clock

    def missed(self, since: datetime) -> Iterator[ReplayRequest]:
        """The requests of unsolved tickets that were opened, or given the tag that
        asks, since then and are not answered; those that are known already among them.

        Raises RetryLater or Refused.
        """
        until = self._clock() - ON_ITS_WAY
        after = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for ticket in self._zendesk.search_tickets(
            f"status<solved created>{after} {_ANSWERED}"
        ):
            if ticket.created_at < until:
                yield created(str(ticket.id))
        for ticket in self._zendesk.search_tickets(
            f"status<closed updated>{after} tags:{REQUESTED}"
        ):
            if ticket.updated_at < until:
                yield look(str(ticket.id), Cause.TAG, ticket.stamp)
