"""Presses in the answer to a search: its pages, its people, and its form."""

from __future__ import annotations

from slack_bolt import Ack

from bot.errors import BadInput, RetryLater
from bot.identifiers import read
from bot.model import Action, Identifier, IdentifierKind, ReplayRequest
from integrations.slack import replies
from integrations.slack.asking import question
from integrations.slack.choices import PageChoice, PersonChoice
from integrations.slack.listeners.desk import Desk
from integrations.slack.modals.find import (
    WHO,
    FindForm,
    address_of,
    looking_modal,
)
from integrations.slack.payloads import Body, Click, Submission
from integrations.slack.text import length


class Leafing:
    """Each press asks again by the id of the search it follows, and its answer stands
    where what was pressed stood."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, ack: Ack, body: Body) -> None:
        click = Click.parse(body)
        choice = PageChoice.from_value(click.value)
        self._follow(click, choice, offset=choice.offset)
        ack()

    def person(self, ack: Ack, body: Body) -> None:
        click = Click.parse(body)
        choice = PersonChoice.from_value(click.value)
        people = tuple(Identifier(IdentifierKind.PERSON, id_) for id_ in choice.people)
        self._follow(click, choice, identifiers=people)
        ack()

    def form(self, ack: Ack, body: Body) -> None:
        """The find modal was submitted: answered where it was opened from, or in the
        modal itself."""
        submitted = Submission.parse(body)
        form = FindForm.parse(submitted)
        asked = question(form.who)
        identifiers = read(asked.text)
        if not identifiers and not asked.users:
            ack(response_action="errors", errors={WHO: replies.NO_IDENTIFIER})
            return
        kept = address_of(submitted.metadata)
        address = {**kept, **submitted.place.address()}
        if asked.users:
            address["mentioned"] = " ".join(asked.users)
        in_modal = "response_url" not in address
        if in_modal:
            address["view_id"] = submitted.view_id
        try:
            self._desk.submit(
                ReplayRequest(
                    # A second submission of the same view is another search.
                    key=f"slack:{self._desk.click_key((submitted.view_id, form.who))}",
                    action=Action.FIND,
                    reply_to=self._desk.reply_to(address),
                    asked_by=submitted.place.user,
                    identifiers=identifiers,
                    look_back=form.look_back,
                    filters=form.filters,
                    text=asked.text,
                )
            )
        except RetryLater:
            ack(response_action="errors", errors={WHO: replies.not_queued()})
            return
        if in_modal:
            words = replies.looking(form.who, look_back=length(form.look_back))
            ack(response_action="update", view=looking_modal(kept, words))
        else:
            ack()

    def _follow(
        self,
        click: Click,
        choice: PageChoice | PersonChoice,
        *,
        offset: int = 0,
        identifiers: tuple[Identifier, ...] = (),
    ) -> None:
        if not click.is_private:
            raise BadInput("a page was asked for in a message others see")
        self._desk.submit(
            ReplayRequest(
                key=f"slack:{click.trigger_id}",
                action=Action.FIND,
                reply_to=self._desk.reply_to(in_place(click, choice.thread_ts)),
                asked_by=click.place.user,
                identifiers=identifiers,
                offset=offset,
                follows=choice.search,
            )
        )


def in_place(click: Click, thread_ts: str) -> dict[str, str]:
    """The address that puts an answer in the place of what was pressed; a list that is
    shown in the channel may share into a thread."""
    more = {"replace": "yes", "thread_ts": thread_ts or click.thread_ts}
    if click.view_id:
        kept = address_of(click.metadata)
        return {**kept, **click.place.address(view_id=click.view_id, **more)}
    if click.place.is_direct:
        more["direct"] = "yes"
    return click.place.address(**more)
