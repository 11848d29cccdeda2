"""Answers a ticket with one internal note, or a quiet tag; implements Destination.

Zendesk has no idempotency key for updates. So every update carries our request's id in
its metadata, which Zendesk keeps with the audit; names the state of the ticket it was
decided on; and is never sent again before the audits were read again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.errors import CourierError, NotFound, Refused, RetryLater
from bot.identifiers import read_prose
from bot.model import (
    Check,
    Delivery,
    Failed,
    Note,
    NothingFound,
    ReplayFile,
    ReplayRequest,
    Result,
    SharedReplay,
)
from bot.ports import Draft
from integrations.zendesk.address import (
    DESTINATION,
    is_command,
    ticket_of,
    with_address,
)
from integrations.zendesk.answer import answers, compose
from integrations.zendesk.client import Zendesk
from integrations.zendesk.command import command_text, look_back
from integrations.zendesk.doctor import checks
from integrations.zendesk.failures import Conflict
from integrations.zendesk.records import Audit, Comment, Ticket
from integrations.zendesk.requester import NO_RULES, Rules, identify

MAX_CONFLICTS = 5
CONFLICT_RETRY_SECONDS = 30.0
"""Agents at work on the ticket: come back when they paused."""

MAX_ATTACHED_BYTES = 20 * 1024 * 1024
"""Zendesk takes 50 MB, agents' browsers less gladly."""

log = logging.getLogger(__name__)


class ZendeskDestination:
    """Posts results to tickets of one account.

    ``rules`` say what the account knows its customers by. Where there is nothing to
    show, a new ticket gets a tag alone, and with ``note_when_nothing`` a note as well;
    an agent who asked by command always gets a note. ``attach`` makes the file of a
    replay, to be attached beside the link.
    """

    name = DESTINATION
    is_conversation = False

    def __init__(
        self,
        zendesk: Zendesk,
        *,
        rules: Rules = NO_RULES,
        note_when_nothing: bool = False,
        attach: Callable[[SharedReplay], ReplayFile] | None = None,
    ) -> None:
        self._zendesk = zendesk
        self._rules = rules
        self._note_when_nothing = note_when_nothing
        self._attach = attach

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with the customer's identifiers and the time of the trouble.

        Raises NotFound where the ticket, or the command said to be in it, is not
        there; Refused where the ticket is closed for good.
        """
        ticket = self._open_ticket(request)
        comments = self._comments(request)
        if is_command(request):
            command = self._command(request, comments)
            if command is None:
                raise NotFound(f"ticket {ticket.id} holds no private command")
            request = self._with_command(request, ticket, command, comments)
            if request.identifiers:
                return request
        requester = self._zendesk.user(ticket.requester_id)
        identified = identify(
            ticket,
            requester,
            comments,
            directory=self._zendesk,
            rules=self._rules,
        )
        if identified.is_suspended:
            request = with_address(request, suspended="yes")
        return replace(
            request,
            identifiers=(*request.identifiers, *identified.identifiers),
            about=request.about or ticket.created_at,
        )

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
        audit = self._posted(request_id, request, failures=False)
        return self._delivery(ticket_of(request), audit) if audit else None

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """One update of the ticket: tag, marker and, where there is one, the note.

        Raises RetryLater where it is not known to be written; Refused or NotFound where
        it never will be.
        """
        if not isinstance(result, Note | NothingFound | Failed):
            raise Refused(f"zendesk cannot show a {type(result).__name__}")
        if is_command(request) and not request.reply_to.address["command"]:
            command = self._command(request, self._comments(request))
            if command is None:
                # Nobody asked: a loose trigger, or a comment that is gone.
                return Delivery({"ticket": ticket_of(request), "ignored": "command"})
            request = with_address(request, command=str(command.id))
        failures = isinstance(result, Failed)
        uploaded: tuple[str | None, tuple[str, ...]] | None = None
        for _ in range(MAX_CONFLICTS):
            # The ticket before the audits: an update in between then conflicts.
            ticket = self._open_ticket(request)
            earlier = self._posted(request_id, request, failures=failures)
            if earlier:
                return self._delivery(str(ticket.id), earlier)
            uploaded = uploaded or self._upload(result)
            filename, uploads = uploaded
            answer = compose(
                request_id,
                request,
                result,
                note_when_nothing=self._note_when_nothing,
                attached=filename,
            )
            try:
                audit = self._zendesk.update(
                    ticket,
                    tags=answer.tags(ticket.tags),
                    marker=answer.marker,
                    html=answer.html,
                    uploads=uploads,
                )
            except Conflict:
                continue
            except RetryLater as error:
                # It may have been made all the same: only the audits can tell.
                try:
                    made = self._posted(request_id, request, failures=failures)
                except CourierError:
                    made = None
                if made is None:
                    raise error from None
                return self._delivery(str(ticket.id), made)
            self._refuse_public(ticket, audit)
            return self._delivery(str(ticket.id), audit)
        raise RetryLater(
            f"ticket {ticket_of(request)} changed {MAX_CONFLICTS} times under us",
            after=CONFLICT_RETRY_SECONDS,
        )

    def check(self) -> Iterable[Check]:
        """Who we are in Zendesk, and whether our webhook stands."""
        return checks(self._zendesk)

    def _open_ticket(self, request: ReplayRequest) -> Ticket:
        ticket = self._zendesk.ticket(ticket_of(request))
        if ticket.status in ("closed", "deleted"):
            raise Refused(
                f"ticket {ticket.id} is {ticket.status} and takes no change any more",
                plain=f"Ticket {ticket.id} is {ticket.status}.",
            )
        return ticket

    def _comments(self, request: ReplayRequest) -> list[Comment]:
        return self._zendesk.comments(ticket_of(request))

    def _command(
        self, request: ReplayRequest, comments: list[Comment]
    ) -> Comment | None:
        """The private comment that asked: the one named, else the newest. Customers
        cannot write private comments, so its author is staff."""
        named = request.reply_to.address.get("command")
        me = self._zendesk.me().id
        for comment in reversed(comments):
            if named and str(comment.id) != named:
                continue
            if comment.is_public or comment.author_id == me:
                continue
            if command_text(comment.text) is not None:
                return comment
        return None

    def _with_command(
        self,
        request: ReplayRequest,
        ticket: Ticket,
        command: Comment,
        comments: list[Comment],
    ) -> ReplayRequest:
        """The request with what the agent wrote; whoever they name is meant."""
        text = command_text(command.text) or ""
        reports = [
            each.created_at
            for each in comments
            if each.is_public and each.author_id == ticket.requester_id
        ]
        return replace(
            with_address(request, command=str(command.id)),
            identifiers=read_prose(text),
            look_back=look_back(text) or request.look_back,
            about=max(reports, default=ticket.created_at),
            asked_by=str(command.author_id),
            text=text,
        )

    def _posted(
        self, request_id: str, request: ReplayRequest, *, failures: bool
    ) -> Audit | None:
        audits = reversed(self._zendesk.audits(ticket_of(request)))
        return next(
            (a for a in audits if answers(a, request_id, request, failures=failures)),
            None,
        )

    def _upload(self, result: Result) -> tuple[str | None, tuple[str, ...]]:
        """The best replay's file as Zendesk will attach it, or the link alone."""
        replays = result.replays if isinstance(result, Note) else ()
        if self._attach is None or not replays:
            return None, ()
        try:
            file = self._attach(replays[0])
            if len(file.content) > MAX_ATTACHED_BYTES:
                return None, ()
            token = self._zendesk.upload(file.filename, "text/html", file.content)
        except (Refused, NotFound) as error:
            # Administrators can forbid file types; the link says the same.
            log.warning("zendesk takes no attachment: %s", error)
            return None, ()
        return file.filename, (token,)

    def _refuse_public(self, ticket: Ticket, audit: Audit) -> None:
        """A recording shown to a customer is the one thing that must not happen."""
        public = [comment for comment, is_public in audit.comments if is_public]
        for comment in public:
            self._zendesk.make_private(ticket.id, comment)
        if public:
            raise Refused(
                f"ticket {ticket.id}: Zendesk made our note {public} public; it was"
                " hidden at once; check what changes comments in this account"
            )

    def _delivery(self, ticket: str, audit: Audit) -> Delivery:
        reference = {"ticket": ticket, "audit": str(audit.id)}
        for comment, is_public in audit.comments:
            reference["comment"] = str(comment)
            if is_public:
                self._zendesk.make_private(int(ticket), comment)
        return Delivery(reference)
