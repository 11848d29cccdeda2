"""What people do to find recordings, each as one request to the courier."""

from __future__ import annotations

import logging

from slack_bolt import Ack

from bot.errors import RetryLater
from bot.identifiers import read, read_prose
from bot.model import Action, ReplayRequest
from integrations.slack import replies
from integrations.slack.listeners.desk import Desk
from integrations.slack.payloads import (
    Body,
    Command,
    Mention,
    Shortcut,
    sent_at,
    take_look_back,
    without_references,
)
from integrations.slack.text import length

log = logging.getLogger(__name__)


class Finding:
    """What people do to find recordings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def command(self, ack: Ack, body: Body) -> None:
        command = Command.parse(body)
        text, span = take_look_back(without_references(command.text))
        identifiers = read(text)
        if not identifiers or text.lower() == "help":
            ack(**replies.guide(command.name).payload(), response_type="ephemeral")
            return
        span = span or self._desk.look_back
        request = ReplayRequest(
            key=f"slack:{command.trigger_id}",
            action=Action.FIND,
            reply_to=self._desk.reply_to(command.place.address(command=command.name)),
            asked_by=command.place.user,
            identifiers=identifiers,
            look_back=span,
            text=text,
        )
        try:
            self._desk.submit(request)
        except RetryLater as error:
            log.warning("a Slack command could not be queued: %s", error)
            ack(replies.not_queued())
        else:
            ack(replies.looking(text, look_back=length(span)))

    def shortcut(self, ack: Ack, body: Body) -> None:
        shortcut = Shortcut.parse(body)
        address = shortcut.place.address(thread_ts=shortcut.thread_ts)
        self._desk.submit(
            ReplayRequest(
                key=f"slack:{shortcut.trigger_id}",
                action=Action.FIND,
                reply_to=self._desk.reply_to(address),
                asked_by=shortcut.place.user,
                identifiers=read_prose(shortcut.text),
                look_back=self._desk.look_back,
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
            )
            self._desk.submit(
                ReplayRequest(
                    key=f"slack:{mention.event_id}",
                    action=Action.FIND,
                    reply_to=self._desk.reply_to(address),
                    asked_by=mention.place.user,
                    identifiers=read_prose(text),
                    look_back=span or self._desk.look_back,
                    about=sent_at(mention.thread_ts),
                    text=text,
                )
            )
        ack()
