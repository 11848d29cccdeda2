"""From where an answer is read."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.slack.choices import PageChoice


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where an answer is read: what a press on it shares into, and what leads on.

    ``search`` is the id of the search in the ledger, ``thread_ts`` the thread to share
    into; without ``has_channel`` there is no conversation but with ourselves.
    """

    search: str
    thread_ts: str | None = None
    has_channel: bool = True
    answer: str = ""
    """Tells this answer from others: a press in a later one is no double click."""
    has_tickets: bool = False
    """Whether there are tickets that a recording can be added to."""

    def page(self, offset: int) -> PageChoice:
        """What leads to another page of the same search, read from here."""
        return PageChoice(self.search, offset, self.thread_ts or "")
