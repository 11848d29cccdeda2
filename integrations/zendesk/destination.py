"""Answers tickets: with one internal note, or a quiet tag; implements Destination.

What a request is about is read in ``asking``; how its answer is written, once, is
``posting``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.errors import Refused
from bot.model import (
    Check,
    Delivery,
    Nothing,
    NothingFound,
    Reason,
    ReplayFile,
    ReplayRequest,
    ReplyTo,
    Result,
    SharedReplay,
)
from bot.ports import Draft
from integrations.zendesk.address import DESTINATION, ticket_of
from integrations.zendesk.answer import Answerable
from integrations.zendesk.asking import Asking
from integrations.zendesk.attachments import MAX_ATTACHED_BYTES, Attachments
from integrations.zendesk.causes import Cause, cause_of
from integrations.zendesk.client import Zendesk
from integrations.zendesk.doctor import Installation, checks
from integrations.zendesk.posting import Posting
from integrations.zendesk.requester import NO_RULES, Rules
from integrations.zendesk.scope import Scope

EVERYTHING = Scope()

_NO_NEWS = NothingFound((), Reason.NO_NEWS, "Nobody asked.", "")


class ZendeskDestination:
    """Posts results to tickets of one account.

    ``rules`` say what the account knows its customers by, ``scope`` which tickets are
    worked on. Where there is nothing to show, a new ticket gets a tag alone, and with
    ``note_when_nothing`` a note as well; an agent who asked by command always gets a
    note. ``picture`` draws the replay on top of a note, ``attach`` makes its file, to
    be attached beside the link where it is not too large.
    """

    name = DESTINATION
    is_conversation = False

    def __init__(
        self,
        zendesk: Zendesk,
        *,
        rules: Rules = NO_RULES,
        scope: Scope = EVERYTHING,
        note_when_nothing: bool = False,
        picture: Callable[[SharedReplay], bytes] | None = None,
        attach: Callable[[SharedReplay], ReplayFile] | None = None,
        max_attached_bytes: int = MAX_ATTACHED_BYTES,
        installation: Installation | None = None,
    ) -> None:
        self._zendesk = zendesk
        self._installation = installation
        self._asking = Asking(zendesk, rules=rules, scope=scope)
        self._posting = Posting(
            zendesk,
            self._asking,
            Attachments(
                zendesk, picture=picture, file=attach, max_bytes=max_attached_bytes
            ),
            note_when_nothing=note_when_nothing,
        )

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with the customer's identifiers and the time of the trouble; see
        ``Asking.complete``."""
        return self._asking.complete(request)

    def admit(self, request: ReplayRequest) -> str:
        """Nobody asks in a ticket for an answer elsewhere."""
        return ""

    def keep_waiting(self, request: ReplayRequest) -> None:
        """Nobody waits in front of a ticket."""

    def way_to(self, posted: Mapping[str, str]) -> str:
        """Nobody is led to a ticket's internal notes."""
        return ""

    def find_posted(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """The note or tag of an earlier try. One that only told of a failure doesn't
        count: trying again may still bring the replay."""
        return self._posting.find(request_id, request, failures=False)

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """At most one update of the ticket; see ``Posting.post``."""
        if isinstance(result, Nothing):
            return _ignored(request)
        if not isinstance(result, Answerable):
            raise Refused(f"zendesk cannot show a {type(result).__name__}")
        if cause_of(request) is Cause.COMMAND:
            found = self._asking.with_command(request)
            # Where nobody asked, neither does the tag that the trigger set beside.
            request, result = (found, result) if found else (_tagged(request), _NO_NEWS)
        return self._posting.post(request_id, request, result)

    def check(self) -> Iterable[Check]:
        """Who we are in Zendesk, and whether its deliveries reach us."""
        if self._installation is None:
            return ()
        return checks(self._zendesk, self._installation)


def _tagged(request: ReplayRequest) -> ReplayRequest:
    address = {"ticket": ticket_of(request), "cause": Cause.TAG.value}
    return replace(request, reply_to=ReplyTo(DESTINATION, address))


def _ignored(request: ReplayRequest) -> Delivery:
    why = request.reply_to.address.get("ignored", "")
    return Delivery({"ticket": ticket_of(request), "ignored": why})
