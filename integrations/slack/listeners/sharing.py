"""What people do with a recording that was found, each as one request."""

from __future__ import annotations

from slack_bolt import Ack

from bot.model import Action, ReplayRequest
from integrations.slack.choices import LinkChoice, ReplayChoice
from integrations.slack.listeners.desk import Desk
from integrations.slack.payloads import (
    Body,
    Click,
    sent_at,
)


class Sharing:
    """Presses of the buttons that share, attach and revoke."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def share(self, ack: Ack, body: Body) -> None:
        self._submit_press(Action.SHARE, Click.parse(body))
        ack()

    def attach(self, ack: Ack, body: Body) -> None:
        self._submit_press(Action.ATTACH, Click.parse(body))
        ack()

    def revoke(self, ack: Ack, body: Body) -> None:
        click = Click.parse(body)
        choice = LinkChoice.from_value(click.value)
        address = click.place.address(
            ts=click.message_ts,
            thread_ts=click.thread_ts,
            shared_by=choice.shared_by,
        )
        self._desk.submit(
            ReplayRequest(
                key=f"slack:{click.trigger_id}",
                action=Action.REVOKE,
                reply_to=self._desk.reply_to(address),
                asked_by=click.place.user,
                link_id=choice.link_id,
            )
        )
        ack()

    def _submit_press(self, action: Action, click: Click) -> None:
        choice = ReplayChoice.from_value(click.value)
        place = click.place
        # A list shown in the channel shares into a thread its reader does not see.
        unseen = choice.thread_ts and not click.thread_ts
        thread_ts = choice.thread_ts or click.thread_ts
        pressed = (
            action.value,
            place.team,
            place.channel,
            place.user,
            click.message_ts,
            click.value,
        )
        self._desk.submit(
            ReplayRequest(
                key=self._desk.click_key(pressed),
                action=action,
                reply_to=self._desk.reply_to(
                    place.address(
                        thread_ts=thread_ts,
                        confirm="yes" if unseen else "",
                    )
                ),
                asked_by=place.user,
                recording_id=choice.recording_id,
                # The thread began when somebody reported the trouble.
                about=sent_at(thread_ts),
            )
        )
