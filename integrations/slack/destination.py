"""Posts the courier's results in Slack: to the channel, the thread, or one person.

What each message says is ``messages``; how it is sent once is ``posting``, ``answers``
and ``files``. Whatever nobody pressed *Share* for is private: results of a search go to
whoever asked, where they asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from bot.errors import BadInput, CourierError, Refused
from bot.model import (
    Action,
    Check,
    Delivery,
    Discussed,
    Failed,
    Found,
    Home,
    Note,
    NothingFound,
    Previews,
    ReplayRequest,
    Report,
    Result,
)
from bot.ports import Draft, Tickets
from integrations.slack import messages
from integrations.slack.access import Access
from integrations.slack.blocks import Message
from integrations.slack.choices import PAGE, PageChoice
from integrations.slack.clients import Clients
from integrations.slack.completing import Completing, is_for_home
from integrations.slack.doctor import checks
from integrations.slack.messages import ticketing
from integrations.slack.messages.standpoint import Standpoint
from integrations.slack.modals.share import ShareDefaults
from integrations.slack.outcome import forget
from integrations.slack.posting import permalink
from integrations.slack.scopes import Scope, needed
from integrations.slack.shares import (
    SHARES,
    is_about_sharing,
    way_back,
)
from integrations.slack.ways import Ways, ways_of

log = logging.getLogger(__name__)


class SlackDestination:
    """The Slack workspaces that ``clients`` knows.

    ``command`` is named in the help. Replays over ``max_file_bytes`` are offered as a
    link only. Without ``access`` everybody may ask, and nobody is asked before sharing
    with another company. ``scopes`` are those that ``check`` looks for. ``sharing`` is
    what the installation shares by, and ``tickets`` those that replays are added to.
    ``clock`` gives Unix seconds.
    """

    name = "slack"
    is_conversation = True

    def __init__(
        self,
        clients: Clients,
        *,
        command: str = "/replay",
        access: Access | None = None,
        scopes: Mapping[str, Scope] | None = None,
        sharing: ShareDefaults | None = None,
        tickets: Tickets | None = None,
        max_file_bytes: int = 50_000_000,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clients = clients
        self._command = command
        self._access = access
        self._scopes = needed() if scopes is None else scopes
        self._completing = Completing(clients, access, sharing or ShareDefaults())
        self._tickets = tickets
        self._max_file_bytes = max_file_bytes
        self._clock = clock
        self._sleep = sleep

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """See ``Completing.complete``. Raises NotAllowed."""
        return self._completing.complete(request)

    def admit(self, request: ReplayRequest) -> str:
        """See ``Completing.admit``. Raises NotAllowed."""
        return self._completing.admit(request)

    def way_to(self, posted: Mapping[str, str]) -> str:
        """The message's permalink, where it stands in a channel.

        Raises RetryLater.
        """
        try:
            if self._access is None or self._access.is_talk(posted):
                return ""
            return permalink(self._clients.of(posted), posted)
        except Refused as error:
            log.info("no way to a message: %s", error)
            return ""

    def keep_waiting(self, request: ReplayRequest) -> None:
        """Tell whoever waits, in the place of what they pressed. A command was answered
        with a line already."""
        asked = request.report_to
        address = (asked or request.reply_to).address
        try:
            ways = self._ways(address)
            if asked is not None:
                if "replace" in address:
                    ways.answers.hold(address, ticketing.adding(_ticket_of(request)))
            elif request.action in SHARES:
                ways.shares.keep_waiting(request)
            elif "view_id" in address or "replace" in address:
                ways.answers.hold(address, messages.looking())
        except CourierError as error:
            log.info("could not say that it takes longer: %s", error)

    def find_posted(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """What an earlier try made visible to others without our seeing an answer.

        Private answers and updates are not looked for: sending them again is harmless.
        Raises Refused where a message may stand there and we may not look.
        """
        address = request.reply_to.address
        if request.action in SHARES:
            return self._ways(address).shares.find(request_id, request, draft)
        if _is_direct(request):
            return self._ways(address).conversation.find(request_id, address, draft)
        return None

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """Post the result where and to whom it belongs, see this module's opening."""
        address = request.reply_to.address
        ways = self._ways(address, tokenless=isinstance(result, Failed))
        if isinstance(result, Home):
            now = datetime.fromtimestamp(self._clock(), UTC)
            view = messages.home(result, now=now, command=self._command)
            return ways.home.publish(address, view)
        if isinstance(result, Failed) and is_for_home(request):
            return ways.home.publish(address, messages.home_closed(result))
        if isinstance(result, Previews):
            if request.action is Action.PREVIEW_CLOSED:
                return ways.unfurls.close(address, result, draft)
            return ways.unfurls.show(address, result, draft)
        if isinstance(result, Report):
            message = self._report(result, way_back(address))
            return ways.answers.send(address, message, replace="replace" in address)
        if isinstance(result, Note | Discussed):
            raise BadInput(f"{type(result).__name__} was sent to Slack")
        if not isinstance(result, Found | NothingFound) and is_about_sharing(request):
            return ways.shares.post(request_id, request, result, draft)
        if not isinstance(result, Found | NothingFound | Failed):
            raise BadInput(f"{type(result).__name__} answers no {request.action}")
        message = self._answer(request_id, request, result)
        if _is_direct(request):
            if isinstance(result, Failed):
                forget(draft)
            return ways.conversation.post(request_id, address, message, draft)
        return ways.answers.send(address, message, replace=_replaces(request))

    def check(self) -> Iterable[Check]:
        """Each workspace's token, each permission the app lacks there with where to
        add it, and the rules of who may."""
        return checks(self._clients, self._scopes, self._access)

    def _ways(self, address: Mapping[str, str], *, tokenless: bool = False) -> Ways:
        """How to write in the address' workspace. Raises Refused where the app is not
        installed there, unless ``tokenless`` says that a response_url will do."""
        try:
            client = self._clients.of(address)
        except Refused:
            if not tokenless:
                raise
            client = self._clients.anonymous
        return ways_of(
            client,
            has_tickets=self._tickets is not None,
            max_file_bytes=self._max_file_bytes,
            clock=self._clock,
            sleep=self._sleep,
        )

    def _answer(
        self,
        request_id: str,
        request: ReplayRequest,
        result: Found | NothingFound | Failed,
    ) -> Message:
        address = request.reply_to.address
        at = Standpoint(
            search=request.follows or request_id,
            thread_ts=address.get("thread_ts"),
            has_channel="channel" in address and "direct" not in address,
            answer=request_id[:8],
            has_tickets=self._tickets is not None,
        )
        if isinstance(result, Found):
            return messages.found(result, at)
        if isinstance(result, NothingFound):
            return messages.nothing_found(result, at, command=self._command)
        if request.action is not Action.FIND:
            return messages.failed(result)
        again = at.page(request.offset).to_value()
        return messages.failed(result, messages.try_again(PAGE, again))

    def _report(self, report: Report, results: PageChoice | None) -> Message:
        """What whoever added a replay to a ticket is told of it."""
        if report.failed is not None:
            return ticketing.not_added(report.failed, report.request, results)
        url = ""
        if self._tickets is not None:
            url = self._tickets.web_address(_ticket_of(report.request))
        return ticketing.added(report.request, url, results)


def _ticket_of(request: ReplayRequest) -> str:
    return request.reply_to.address.get("ticket", "")


def _is_direct(request: ReplayRequest) -> bool:
    """Whether it answers a direct message, and nothing that stands there already."""
    address = request.reply_to.address
    return "direct" in address and "replace" not in address


def _replaces(request: ReplayRequest) -> bool:
    address = request.reply_to.address
    return "command" in address or "replace" in address
