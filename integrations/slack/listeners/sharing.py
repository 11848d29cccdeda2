"""What people do with a recording that was found, each as one request.

Whoever presses is answered in the place of what they pressed, where only they see it:
``replace``. What is shared may go elsewhere: ``channel`` and ``thread_ts`` are where,
``home`` is where the person is, if that is another conversation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from slack_bolt import Ack

from bot.errors import BadInput
from bot.model import Action, ReplayRequest, ShareTerms
from integrations.slack.choices import LinkChoice
from integrations.slack.listeners.addressing import (
    answered_at,
    message_at,
    posted_at,
    still_there,
    way_back,
    without_blanks,
)
from integrations.slack.listeners.desk import Desk
from integrations.slack.messages.shared import EXTENSION
from integrations.slack.modals.share import (
    WHERE,
    ShareDefaults,
    Wanted,
    read_modal,
    share_modal,
)
from integrations.slack.payloads import Body, Click, Submission, sent_at
from integrations.slack.share_choices import OPENED, ShareChoice, UndoChoice


class Sharing:
    """Presses that share, attach, undo, revoke and extend, and the options' modal."""

    def __init__(self, desk: Desk, defaults: ShareDefaults) -> None:
        self._desk = desk
        self._defaults = defaults

    def share(self, ack: Ack, body: Body) -> None:
        self._press(Action.SHARE, Click.parse(body))
        ack()

    def attach(self, ack: Ack, body: Body) -> None:
        self._press(Action.ATTACH, Click.parse(body))
        ack()

    def more(self, ack: Ack, body: Body) -> None:
        """The menu of a recording; one of its entries only opens an address."""
        click = Click.parse(body)
        if click.value != OPENED:
            self._press(Action.ATTACH, click)
        ack()

    def options(self, ack: Ack, body: Body) -> None:
        """Ask how and where, on top of the modal that shows the results if one does."""
        click = Click.parse(body)
        choice = ShareChoice.from_value(click.value)
        thread_ts = choice.thread_ts or click.thread_ts
        address = self._desk.reply_to(answered_at(click, None)).address
        view = share_modal(
            replace(choice, thread_ts=thread_ts),
            address,
            self._defaults,
            now=datetime.fromtimestamp(self._desk.now(), UTC),
        )
        self._desk.open_view(address, click.trigger_id, view, push=bool(click.view_id))
        ack()

    def submitted(self, ack: Ack, body: Body) -> None:
        """The options were filled in: every modal closes, results below included."""
        submitted = Submission.parse(body)
        self._desk.take(
            ack,
            lambda: self._of_options(submitted, read_modal(submitted)),
            told_at=WHERE,
        )

    def undo(self, ack: Ack, body: Body) -> None:
        """Take back what was shared: close the link, or let the file be deleted."""
        click = Click.parse(body)
        choice = UndoChoice.from_value(click.value)
        address = {
            **answered_at(click, choice.results),
            **posted_at(click, choice.channel, choice.thread_ts),
            "ts": choice.ts,
            "file": choice.file_id,
            "undo": "yes",
        }
        action = Action.REVOKE if choice.link_id else Action.DETACH
        self._submit(click, action, address, link_id=choice.link_id)
        ack()

    def dismiss(self, ack: Ack, body: Body) -> None:
        """Take a private answer away."""
        click = Click.parse(body)
        address = {**answered_at(click, None), "dismiss": "yes"}
        self._submit(click, Action.NOTHING, address)
        ack()

    def revoke(self, ack: Ack, body: Body) -> None:
        """Close the link of the message that was pressed."""
        click = Click.parse(body)
        link_id = LinkChoice.from_value(click.value).link_id
        self._submit(click, Action.REVOKE, message_at(click), link_id=link_id)
        ack()

    def extend(self, ack: Ack, body: Body) -> None:
        """Let the link of the message that was pressed open longer."""
        click = Click.parse(body)
        if click.value != OPENED:
            link_id = LinkChoice.from_value(click.value).link_id
            self._submit(
                click,
                Action.EXTEND,
                message_at(click),
                link_id=link_id,
                terms=ShareTerms(expires_in=EXTENSION),
            )
        ack()

    def _press(self, action: Action, click: Click) -> None:
        choice = ShareChoice.from_value(click.value)
        place = click.place
        channel = choice.channel or place.channel
        if not channel:
            raise BadInput("a Slack button shares into no conversation")
        # A button that names no place shares where it is, in its thread if there is.
        elsewhere = bool(choice.channel)
        thread_ts = choice.thread_ts or ("" if elsewhere else click.thread_ts)
        address = {
            **answered_at(click, choice.results),
            **posted_at(click, channel, thread_ts),
            "outside": "yes" if choice.outside else "",
        }
        pressed = (
            action.value,
            place.team,
            place.channel,
            place.user,
            click.message_ts or click.view_id,
            click.value,
        )
        self._desk.submit(
            ReplayRequest(
                key=self._desk.click_key(pressed, at=click.at),
                action=action,
                reply_to=self._desk.reply_to(without_blanks(address)),
                asked_by=place.user,
                recording_id=choice.recording_id,
                # The thread began when somebody reported the trouble.
                about=sent_at(thread_ts),
                terms=choice.terms,
            )
        )

    def _of_options(self, submitted: Submission, wanted: Wanted) -> ReplayRequest:
        action = Action.ATTACH if wanted.is_file else Action.SHARE
        place = submitted.place
        kept = still_there(wanted.address, now=self._desk.now())
        here = kept.get("channel", "")
        results = wanted.choice.results if kept.get("replace") else None
        address = {
            **kept,
            **way_back(results),
            **place.address(channel=wanted.channel),
            "thread_ts": wanted.thread_ts,
            "home": here if here != wanted.channel else "",
        }
        pressed = (
            action.value,
            submitted.view_id,
            wanted.channel,
            wanted.thread_ts,
            repr(wanted.terms),
        )
        return ReplayRequest(
            # It closes when it is submitted: what it asks for is asked for once.
            key=self._desk.click_key(pressed, at=0),
            action=action,
            reply_to=self._desk.reply_to(without_blanks(address)),
            asked_by=place.user,
            recording_id=wanted.choice.recording_id,
            about=sent_at(wanted.choice.thread_ts),
            terms=wanted.terms,
        )

    def _submit(
        self,
        click: Click,
        action: Action,
        address: dict[str, str],
        *,
        link_id: str = "",
        terms: ShareTerms | None = None,
    ) -> None:
        self._desk.submit(
            ReplayRequest(
                key=f"slack:{click.trigger_id}",
                action=action,
                reply_to=self._desk.reply_to(without_blanks(address)),
                asked_by=click.place.user,
                link_id=link_id or None,
                terms=terms or ShareTerms(),
            )
        )
