"""Writes answers to tickets: each as one update, which is made once.

Zendesk has no idempotency key for updates. So every update carries our marker in its
metadata, names the state of the ticket it was decided on, and is never sent again
before the audits were read again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from bot.errors import CourierError, Refused, RetryLater
from bot.model import (
    Delivery,
    Failed,
    Note,
    NothingFound,
    ReplayFile,
    ReplayRequest,
)
from integrations.zendesk.address import ticket_of
from integrations.zendesk.answer import Answer, Answerable, as_note, compose
from integrations.zendesk.asking import Asking
from integrations.zendesk.attachments import Attached, Attachments
from integrations.zendesk.client import Zendesk
from integrations.zendesk.failures import Conflict
from integrations.zendesk.markers import answers, marker
from integrations.zendesk.records import Audit, Ticket
from integrations.zendesk.ticket_fields import TicketFields

MAX_CONFLICTS = 5
CONFLICT_RETRY_SECONDS = 30.0
"""Agents at work on the ticket: come back when they paused."""

log = logging.getLogger(__name__)


class Posting:
    """Posts to the tickets of one account."""

    def __init__(
        self,
        zendesk: Zendesk,
        asking: Asking,
        attachments: Attachments,
        *,
        note_when_nothing: bool,
    ) -> None:
        self._zendesk = zendesk
        self._asking = asking
        self._attachments = attachments
        self._fields = TicketFields(zendesk)
        self._note_when_nothing = note_when_nothing

    def find(
        self, request_id: str, request: ReplayRequest, *, failures: bool
    ) -> Delivery | None:
        """What was posted for the request; with ``failures``, also that it failed."""
        audit = self._posted(request_id, request, failures=failures)
        return self._delivery(ticket_of(request), audit) if audit else None

    def post(
        self, request_id: str, request: ReplayRequest, result: Answerable
    ) -> Delivery:
        """One update of the ticket: tags, marker, fields and, where there is one, the
        note; or none at all where there is nothing to say.

        Raises RetryLater where it is not known to be written, or is about somebody who
        is no longer the requester; Refused or NotFound where it never will be.
        """
        failures = isinstance(result, Failed)
        attached: Attached | None = None
        note = as_note(result, request)
        for _ in range(MAX_CONFLICTS):
            # The ticket before the audits: an update in between then conflicts.
            ticket = self._asking.open_ticket(request)
            _check_requester(ticket, request)
            earlier = self._posted(request_id, request, failures=failures)
            if earlier:
                return self._delivery(str(ticket.id), earlier)
            attached = attached or self._attach(result, note)
            answer = compose(
                request_id,
                request,
                result,
                note_when_nothing=self._note_when_nothing,
                attached=attached.filename,
                picture_url=attached.picture_url,
            )
            if not answer.changes(ticket.tags):
                return Delivery({"ticket": str(ticket.id), "ignored": "no news"})
            try:
                mark = marker(request_id, request, note)
                audit = self._update(ticket, answer, note, mark, attached.tokens)
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

    def _update(
        self,
        ticket: Ticket,
        answer: Answer,
        result: Note | NothingFound | Failed,
        mark: Mapping[str, str],
        uploads: tuple[str, ...],
    ) -> Audit:
        write = partial(
            self._zendesk.update,
            ticket,
            tags=answer.tags(ticket.tags),
            marker=mark,
            html=answer.html,
            uploads=uploads,
        )
        fields = self._fields.of(result)
        try:
            return write(fields=fields)
        except Refused as error:
            if not fields:
                raise
            # An administrator may have changed or removed one; the note matters more.
            log.warning("zendesk refuses the ticket fields: %s", error)
            self._fields.forget()
            return write()

    def _attach(self, result: Answerable, note: Answerable) -> Attached:
        if isinstance(result, ReplayFile):
            return self._attachments.only(result)
        return self._attachments.of(note) if isinstance(note, Note) else Attached()

    def _posted(
        self, request_id: str, request: ReplayRequest, *, failures: bool
    ) -> Audit | None:
        audits = reversed(self._zendesk.audits(ticket_of(request)))
        return next(
            (a for a in audits if answers(a, request_id, request, failures=failures)),
            None,
        )

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


def _check_requester(ticket: Ticket, request: ReplayRequest) -> None:
    """Another customer's recordings must not come into a ticket that was handed on
    while they were looked for."""
    asked_about = request.reply_to.address.get("requester")
    if asked_about and asked_about != str(ticket.requester_id):
        raise RetryLater(f"ticket {ticket.id} has another requester now", after=1.0)
