"""What a request made in Slack lacks: who may ask it, and whom it is about."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.errors import CourierError
from bot.model import Action, Audience, ReplayRequest
from integrations.slack.access import Access
from integrations.slack.clients import Clients
from integrations.slack.members import by_email, said_in_thread
from integrations.slack.modals.share import ShareDefaults
from integrations.slack.roles import Role
from integrations.slack.shares import SHARES, ask_first

# What no person asked for: everybody who sees a link may see what it reveals. And what
# somebody is told who was judged when they asked.
_UNJUDGED = {
    Action.LINK_CHANGED,
    Action.PREVIEW,
    Action.PREVIEW_CLOSED,
    Action.REPORT,
}

log = logging.getLogger(__name__)


class Completing:
    """Judges requests by ``access``, without which everybody may ask, and reads from
    Slack what they are about."""

    def __init__(
        self, clients: Clients, access: Access | None, sharing: ShareDefaults
    ) -> None:
        self._clients = clients
        self._access = access
        self._sharing = sharing

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with whom Slack knows: people that are mentioned, and what a
        thread says where the mention in it names nobody. On the Home tab, whether an
        administrator asks.

        Raises NotAllowed as ``access`` does.
        """
        address = request.reply_to.address
        if request.report_to is not None:
            return self._of_visitor(request)
        if self._access is not None and request.action not in _UNJUDGED:
            self._access.check(address)
        if is_for_home(request):
            return replace(request, by_admin=self._is_administrators(address))
        if request.action in SHARES and self._is_daring(request):
            return ask_first(request)
        if request.action is not Action.FIND or request.follows:
            return request
        if "mentioned" in address:
            users = address["mentioned"].split()
            members = by_email(self._clients.of(address), users)
            return replace(request, identifiers=(*request.identifiers, *members))
        if not request.identifiers and "shown_in" in address:
            read = said_in_thread(self._clients.of(address), address)
            return replace(request, identifiers=read)
        return request

    def _of_visitor(self, request: ReplayRequest) -> ReplayRequest:
        """What somebody shares here who asked elsewhere; see ``visitors``."""
        address = request.reply_to.address
        if self._access is not None:
            self._access.check_visited(address)
            if "user" in address:
                self._access.check(address)
            else:
                self._access.check_nobody(request.asked_by)
        return request

    def admit(self, request: ReplayRequest) -> str:
        """The name of whoever asked here. Raises NotAllowed as ``access`` does."""
        if self._access is None or request.report_to is None:
            return ""
        address = request.report_to.address
        self._access.check(address)
        return self._access.name_of(address)

    def _is_administrators(self, address: Mapping[str, str]) -> bool:
        if self._access is None:
            return False
        try:
            return self._access.role_of(address) >= Role.ADMIN
        except CourierError as error:
            # Their shares are shown all the same.
            log.info("cannot tell whether an administrator asks: %s", error)
            return False

    def _is_daring(self, request: ReplayRequest) -> bool:
        """Whether it would show people of another company what is for staff, without
        somebody having said that it may."""
        address = request.reply_to.address
        if self._access is None or "outside" in address:
            return False
        audience = request.terms.audience or self._sharing.audience
        return audience is Audience.STAFF and self._access.is_shared_outside(address)


def is_for_home(request: ReplayRequest) -> bool:
    """Whether it is answered on somebody's Home tab."""
    return request.action is Action.HOME or request.from_home
