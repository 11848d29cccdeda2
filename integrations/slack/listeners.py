"""What people do in Slack, each as one request to the courier.

Every listener parses, submits and acknowledges last; nothing here calls Slack or looks
anything up. Which listener serves what, and what errors are answered with, is ``app``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from slack_bolt import Ack

from bot.errors import RetryLater
from bot.identifiers import read, read_prose
from bot.model import Action, ReplayRequest, ReplyTo
from bot.ports import Intake
from integrations.slack import replies
from integrations.slack.choices import LinkChoice, ReplayChoice
from integrations.slack.clicks import Clicks
from integrations.slack.payloads import (
    Body,
    Click,
    Command,
    Mention,
    Shortcut,
    sent_at,
    take_look_back,
    without_references,
)
from integrations.slack.text import length

NAME = "slack"

log = logging.getLogger(__name__)


class Listeners:
    """One method per thing people do; ``clock`` gives Unix seconds."""

    def __init__(
        self, intake: Intake, look_back: timedelta, clock: Callable[[], float]
    ) -> None:
        self._intake = intake
        self._look_back = look_back
        self._clock = clock
        self._clicks = Clicks()

    def command(self, ack: Ack, body: Body) -> None:
        command = Command.parse(body)
        text, span = take_look_back(without_references(command.text))
        identifiers = read(text)
        if not identifiers or text.lower() == "help":
            ack(**replies.guide(command.name).payload(), response_type="ephemeral")
            return
        span = span or self._look_back
        request = ReplayRequest(
            key=f"slack:{command.trigger_id}",
            action=Action.FIND,
            reply_to=self._reply_to(
                command.place.address(command=command.name, asked_at=self._now())
            ),
            asked_by=command.place.user,
            identifiers=identifiers,
            look_back=span,
            text=text,
        )
        try:
            self._intake.submit(request)
        except RetryLater as error:
            log.warning("a Slack command could not be queued: %s", error)
            ack(replies.not_queued())
        else:
            ack(replies.looking(text, look_back=length(span)))

    def shortcut(self, ack: Ack, body: Body) -> None:
        shortcut = Shortcut.parse(body)
        address = shortcut.place.address(
            thread_ts=shortcut.thread_ts, asked_at=self._now()
        )
        self._intake.submit(
            ReplayRequest(
                key=f"slack:{shortcut.trigger_id}",
                action=Action.FIND,
                reply_to=self._reply_to(address),
                asked_by=shortcut.place.user,
                identifiers=read_prose(shortcut.text),
                look_back=self._look_back,
                about=shortcut.sent,
            )
        )
        ack()

    def mention(self, ack: Ack, body: Body) -> None:
        mention = Mention.parse(body)
        if not mention.is_from_bot:
            text, span = take_look_back(without_references(mention.text))
            address = mention.place.address(
                thread_ts=mention.thread_ts,
                mention_ts=mention.ts,
                asked_at=self._now(),
            )
            self._intake.submit(
                ReplayRequest(
                    key=f"slack:{mention.event_id}",
                    action=Action.FIND,
                    reply_to=self._reply_to(address),
                    asked_by=mention.place.user,
                    identifiers=read_prose(text),
                    look_back=span or self._look_back,
                    about=sent_at(mention.thread_ts),
                    text=text,
                )
            )
        ack()

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
            asked_at=self._now(),
        )
        self._intake.submit(
            ReplayRequest(
                key=f"slack:{click.trigger_id}",
                action=Action.REVOKE,
                reply_to=self._reply_to(address),
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
        self._intake.submit(
            ReplayRequest(
                key=self._clicks.key(pressed, at=self._clock()),
                action=action,
                reply_to=self._reply_to(
                    place.address(
                        thread_ts=thread_ts,
                        confirm="yes" if unseen else "",
                        asked_at=self._now(),
                    )
                ),
                asked_by=place.user,
                recording_id=choice.recording_id,
                # The thread began when somebody reported the trouble.
                about=sent_at(thread_ts),
            )
        )

    def _reply_to(self, address: dict[str, str]) -> ReplyTo:
        return ReplyTo(NAME, address)

    def _now(self) -> str:
        return str(int(self._clock()))
