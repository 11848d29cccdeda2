"""What one person shared, and for an administrator how the installation is.

Who is an administrator is the destination's to say; the page is its own to word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from bot import __version__
from bot.delivery.shares import Shares
from bot.ledger import Ledger
from bot.model import Action, Home, Installation, ReplayRequest, Unanswered
from bot.sharing import Links

_UNANSWERED_SHOWN = 3

Parts = Mapping[str, Callable[[], object]]
"""What must work for the installation to work; each raises where it does not."""

_log = structlog.get_logger(__name__)


class Homes:
    """The pages of an installation's people."""

    def __init__(
        self, shares: Shares, links: Links, ledger: Ledger, parts: Parts
    ) -> None:
        self._shares = shares
        self._links = links
        self._ledger = ledger
        self._parts = parts

    def of(self, request: ReplayRequest) -> Home:
        """The page of whoever asked."""
        return Home(
            shares=self._shares.made_by(request.asked_by),
            expiring=self._shares.closing(request.asked_by),
            installation=self._installation() if request.by_admin else None,
        )

    def _installation(self) -> Installation:
        return Installation(
            version=__version__,
            requests=self._ledger.counts(),
            links={str(state): n for state, n in self._links.counts().items()},
            unanswered=tuple(
                Unanswered(one.created_at, Action(one.action), one.id[:8])
                for one in self._ledger.dead_letters(_UNANSWERED_SHOWN)
            ),
            parts={name: _works(name, check) for name, check in self._parts.items()},
        )


def _works(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception as error:
        # Each part is checked by its own library, which raises what it likes; its words
        # may hold a password.
        _log.warning("a part does not work", part=name, error=type(error).__name__)
        return False
    return True
