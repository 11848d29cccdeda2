"""Adds a replay to a ticket: a form, the tickets it offers, and one request.

The tickets are customers' data, so whoever looks for them is judged before any is
shown; the request is judged again before anything is written to a ticket. Slack waits
three seconds, and who asks gets what was found until then.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from slack_bolt import Ack

from bot.errors import BadInput, CourierError, NotAllowed
from bot.model import Action, ReplayRequest, TicketHit
from bot.ports import Tickets
from integrations.slack.access import Access
from integrations.slack.listeners.addressing import (
    answered_at,
    still_there,
    way_back,
    without_blanks,
)
from integrations.slack.listeners.deadline import Deadline
from integrations.slack.listeners.desk import Desk
from integrations.slack.modals.find import address_of
from integrations.slack.modals.ticket import (
    TICKET,
    Wanted,
    offered,
    read_ticket_modal,
    refused_modal,
    ticket_modal,
)
from integrations.slack.payloads import Body, Click, Submission, Typed, sent_at
from integrations.slack.share_choices import TO_TICKET, ShareChoice

_JUDGED_WITHIN_S = 0.8
_FOUND_WITHIN_S = 2.2

log = logging.getLogger(__name__)


class Ticketing:
    """The form and its search. Without ``access`` everybody may."""

    def __init__(self, desk: Desk, tickets: Tickets, access: Access | None) -> None:
        self._desk = desk
        self._tickets = tickets
        self._access = access
        self._deadline = Deadline()

    def ask(self, ack: Ack, body: Body) -> None:
        """Open the form, on top of the modal that shows the results if one does."""
        click = Click.parse(body)
        choice = ShareChoice.from_value(click.value.removeprefix(TO_TICKET))
        address = self._desk.reply_to(answered_at(click, choice.results)).address
        refusal = self._refusal(address)
        view = refused_modal(refusal) if refusal else ticket_modal(choice, address)
        self._desk.open_view(address, click.trigger_id, view, push=bool(click.view_id))
        ack()

    def find(self, ack: Ack, body: Body) -> None:
        """Offer the tickets for what was typed so far."""
        typed = Typed.parse(body)
        address = typed.place.address(
            channel=address_of(typed.metadata).get("channel", "")
        )
        try:
            hits = self._deadline.within(
                _FOUND_WITHIN_S, lambda: self._found(address, typed.text)
            )
        except NotAllowed as error:
            log.info("no tickets are shown: %s", error)
            ack(options=[])
            return
        except CourierError as error:
            log.warning("tickets were not found: %s", error)
            hits = []
        ack(options=offered(typed.text, hits))

    def submitted(self, ack: Ack, body: Body) -> None:
        """It was filled in: every modal closes, results below included."""
        submitted = Submission.parse(body)
        self._desk.take(
            ack,
            lambda: self._request(submitted, read_ticket_modal(submitted)),
            told_at=TICKET,
        )

    def _refusal(self, address: Mapping[str, str]) -> str:
        """Why the person may not; empty where they may, or it cannot be known at once:
        the form itself shows nothing."""
        access = self._access
        if access is None:
            return ""
        try:
            self._deadline.within(_JUDGED_WITHIN_S, lambda: access.check(address))
        except NotAllowed as error:
            return error.plain
        except CourierError as error:
            log.info("not judged yet: %s", error)
        return ""

    def _found(self, address: Mapping[str, str], text: str) -> list[TicketHit]:
        if self._access is not None:
            self._access.check(address)
        return self._tickets.find(text)

    def _request(self, submitted: Submission, wanted: Wanted) -> ReplayRequest:
        kept = still_there(wanted.address, now=self._desk.now())
        results = wanted.choice.results if kept.get("replace") else None
        address = {
            **kept,
            **way_back(results),
            **submitted.place.address(),
        }
        action = Action.ATTACH if wanted.is_file else Action.SHARE
        pressed = (
            "ticket",
            action.value,
            submitted.view_id,
            wanted.ticket,
            repr(wanted.terms),
        )
        return ReplayRequest(
            # It closes when it is submitted: what it asks for is asked for once.
            key=self._desk.click_key(pressed, at=0),
            action=action,
            reply_to=self._tickets.reply_to(wanted.ticket),
            asked_by=submitted.place.user,
            recording_id=wanted.choice.recording_id,
            about=sent_at(wanted.choice.thread_ts),
            terms=wanted.terms,
            report_to=self._desk.reply_to(without_blanks(address)),
        )


def adds_to_ticket(body: Body) -> bool:
    """Whether the entry of a menu that was chosen is ours."""
    try:
        return Click.parse(body).value.startswith(TO_TICKET)
    except BadInput:
        return False
