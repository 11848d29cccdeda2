"""What a request on a ticket is about: read from the ticket, its words and its past.

A delivery names a ticket and nothing else. Whether it is to be answered, who the
customer is, when the trouble was reported and what was told before is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from bot.errors import NotAllowed, NotFound, Refused
from bot.model import Action, ReplayRequest, Told
from bot.options import filters_of
from integrations.zendesk.address import ticket_of, with_address
from integrations.zendesk.asked import OPEN_STATUSES, OPT_OUT, REQUESTED
from integrations.zendesk.causes import LOOKS, Cause, cause_of
from integrations.zendesk.client import Zendesk
from integrations.zendesk.command import (
    command_text,
    look_back,
    named,
    newest_command,
)
from integrations.zendesk.markers import answers_comment, is_answer, told_of
from integrations.zendesk.records import Audit, Comment, Ticket, User
from integrations.zendesk.requester import Rules, identify
from integrations.zendesk.scope import Scope
from integrations.zendesk.ways import Way, known_by

_PAST = ("closed", "deleted")
_BY_A_PERSON = {Cause.COMMAND, Cause.SHARED}


class Asking:
    """Reads what requests of one account are about."""

    def __init__(
        self,
        zendesk: Zendesk,
        *,
        rules: Rules,
        scope: Scope,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._zendesk = zendesk
        self._rules = rules
        self._scope = scope
        self._clock = clock

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with whom it is about, when the trouble was reported and what was
        told before; or one for NOTHING, where the ticket asks for nothing any more.

        Raises NotFound where the ticket, or the command said to be in it, is not there;
        Refused where the ticket is closed for good; NotAllowed where somebody asks on a
        ticket that is left alone.
        """
        if cause_of(request) is Cause.DISCUSSED:
            return self._discussed(request)
        ticket, cause = self.open_ticket(request), cause_of(request)
        if reason := _is_over(ticket, cause):
            return ignored(request, reason)
        requester = self._zendesk.user(ticket.requester_id)
        if cause is Cause.ENDED and not _is_about(request, requester):
            return ignored(request, "it is another customer's now")
        request = with_address(request, requester=str(requester.id))
        if reason := self._left_alone(ticket, requester):
            if cause not in _BY_A_PERSON:
                return ignored(request, reason)
            raise NotAllowed(
                f"ticket {ticket.id} is left alone: {reason}",
                plain=f"The courier leaves ticket {ticket.id} alone: {reason}.",
            )
        if cause in (Cause.SHARED, Cause.ENDED):
            return request
        return self._about(request, ticket, requester)

    def _discussed(self, request: ReplayRequest) -> ReplayRequest:
        """The request, or one for NOTHING where the ticket takes no note any more:
        nobody asked, and nothing failed."""
        try:
            ticket = self._zendesk.ticket(ticket_of(request))
        except NotFound:
            return ignored(request, "it is gone")
        if ticket.status in _PAST:
            return ignored(request, f"it is {ticket.status}")
        requester = self._zendesk.user(ticket.requester_id)
        reason = self._left_alone(ticket, requester)
        return ignored(request, reason) if reason else request

    def open_ticket(self, request: ReplayRequest) -> Ticket:
        """The ticket as it is. Raises NotFound, or Refused where it takes no note."""
        ticket = self._zendesk.ticket(ticket_of(request))
        if ticket.status in _PAST:
            raise Refused(
                f"ticket {ticket.id} is {ticket.status} and takes no change any more",
                plain=f"Ticket {ticket.id} is {ticket.status}.",
            )
        return ticket

    def with_command(self, request: ReplayRequest) -> ReplayRequest | None:
        """The request with the comment that asked; None where nobody did: a loose
        trigger, or a comment that is gone."""
        if request.reply_to.address["command"]:
            return request
        command = self._command(request, self._zendesk.comments(ticket_of(request)))
        if command is None:
            return None
        return with_address(request, command=str(command.id))

    def _left_alone(self, ticket: Ticket, requester: User) -> str | None:
        if OPT_OUT in ticket.tags:
            return f"it has the tag {OPT_OUT}"
        return self._scope.excludes(ticket, requester)

    def _about(
        self, request: ReplayRequest, ticket: Ticket, requester: User
    ) -> ReplayRequest:
        comments, cause = self._zendesk.comments(str(ticket.id)), cause_of(request)
        request = replace(request, about=request.about or ticket.created_at)
        if cause is not Cause.CREATED:
            request = replace(request, about=_reported(ticket, comments))
        if cause in LOOKS:
            request = self._looked_at(request, ticket, comments)
        if cause_of(request) is Cause.COMMAND:
            command = self._command(request, comments)
            if command is None:
                raise NotFound(f"ticket {ticket.id} holds no private command")
            request = _asked_by(request, command)
            if request.identifiers:
                return request
        identified = identify(
            ticket, requester, comments, directory=self._zendesk, rules=self._rules
        )
        if identified.is_suspended:
            request = with_address(request, suspended="yes")
        return replace(request, identifiers=identified.identifiers)

    def _looked_at(
        self, request: ReplayRequest, ticket: Ticket, comments: Sequence[Comment]
    ) -> ReplayRequest:
        """The request for news alone. Where the tag asks and an agent's command waits,
        whose delivery was lost, it is that command that asks."""
        audits = self._zendesk.audits(str(ticket.id))
        if REQUESTED in ticket.tags:
            request = with_address(request, cause=Cause.TAG.value)
            command = self._command(request, comments)
            if command and not _was_answered(command, audits):
                return with_address(request, command=str(command.id))
        return replace(request, told=self._told(cause_of(request), ticket, audits))

    def _told(self, cause: Cause, ticket: Ticket, audits: Sequence[Audit]) -> Told:
        now = self._clock() if cause is Cause.TAG else None
        since = None
        if cause is Cause.REOPENED:
            answers = [each.created_at for each in audits if is_answer(each)]
            since = max(answers, default=ticket.created_at)
        return Told(told_of(audits, open_at=now), since)

    def _command(
        self, request: ReplayRequest, comments: Sequence[Comment]
    ) -> Comment | None:
        named = request.reply_to.address.get("command", "")
        return newest_command(comments, named, may_ask=cache(self._may_ask))

    def _may_ask(self, author_id: int) -> bool:
        """Whether they are an agent, and not we ourselves."""
        if author_id == self._zendesk.me().id:
            return False
        try:
            return self._zendesk.user(author_id).is_staff
        except NotFound:
            return False


def ignored(request: ReplayRequest, reason: str) -> ReplayRequest:
    """The request as one for nothing."""
    return with_address(replace(request, action=Action.NOTHING), ignored=reason)


def _is_over(ticket: Ticket, cause: Cause) -> str | None:
    """Why there is nothing to look at any more."""
    if cause not in LOOKS or REQUESTED in ticket.tags:
        return None
    if cause is Cause.TAG:
        return f"the tag {REQUESTED} is gone"
    if cause is Cause.REOPENED and ticket.status not in OPEN_STATUSES:
        return f"it is {ticket.status} again"
    return None


def _is_about(request: ReplayRequest, requester: User) -> bool:
    """Whether that was the requester when it was asked, as far as is known."""
    return request.reply_to.address.get("requester") in (None, str(requester.id))


def _was_answered(command: Comment, audits: Iterable[Audit]) -> bool:
    """Whether it was, or another answer came since."""
    return any(
        answers_comment(each, command.id)
        or (is_answer(each) and each.created_at > command.created_at)
        for each in audits
    )


def _asked_by(request: ReplayRequest, command: Comment) -> ReplayRequest:
    """The request with what the agent wrote; whoever they name is meant."""
    text = command_text(command.text) or ""
    filters, _ = filters_of(text)
    return replace(
        with_address(request, command=str(command.id)),
        identifiers=tuple(known_by(Way.COMMAND, one) for one in named(text)),
        filters=filters,
        look_back=look_back(text) or request.look_back,
        asked_by=str(command.author_id),
        text=text,
    )


def _reported(ticket: Ticket, comments: Iterable[Comment]) -> datetime:
    """When the customer last wrote."""
    return max(
        (
            each.created_at
            for each in comments
            if each.is_public and each.author_id == ticket.requester_id
        ),
        default=ticket.created_at,
    )
