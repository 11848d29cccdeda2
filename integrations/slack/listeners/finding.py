"""What people do to find recordings, each as one request to the courier."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

from slack_bolt import Ack

from bot.errors import CourierError, RetryLater
from bot.identifiers import read, read_prose
from bot.model import Action, Identifier, ReplayRequest
from integrations.slack import replies
from integrations.slack.asking import Question, question
from integrations.slack.listeners.desk import Desk
from integrations.slack.modals.find import find_modal
from integrations.slack.payloads import (
    Body,
    Command,
    GlobalShortcut,
    Place,
    Said,
    Shortcut,
    sent_at,
)
from integrations.slack.text import length

# A direct message this short is a distinct id, a longer one is prose.
_WORDS_OF_AN_ID = 2

log = logging.getLogger(__name__)


class Finding:
    """The command, the shortcuts, mentions and direct messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def command(self, ack: Ack, body: Body) -> None:
        command = Command.parse(body)
        asked = question(command.text)
        identifiers = read(asked.text)
        if asked.text.lower() == "help":
            ack(**replies.guide(command.name).payload(), response_type="ephemeral")
            return
        if not identifiers and not asked.users:
            self._ask_by_modal(ack, command)
            return
        address = command.place.address(command=command.name)
        request = self._request(command.trigger_id, command.place, address, asked)
        try:
            self._desk.submit(replace(request, identifiers=identifiers))
        except RetryLater as error:
            reference = uuid.uuid4().hex[:8]
            log.warning("a command was not queued, %s: %s", reference, error)
            ack(replies.not_queued(reference))
        else:
            span = asked.look_back or self._desk.look_back
            ack(replies.looking(command.text, look_back=length(span)))

    def _ask_by_modal(self, ack: Ack, command: Command) -> None:
        """The same fields as a form; where Slack does not open it, how to type them."""
        asked = question(command.text)
        address = self._desk.reply_to(command.place.address()).address
        view = find_modal(
            address,
            look_back=asked.look_back or self._desk.look_back,
            who=asked.text,
        )
        try:
            self._desk.open_view(address, command.trigger_id, view)
        except CourierError as error:
            log.info("no modal for a command: %s", error)
            ack(**replies.guide(command.name).payload(), response_type="ephemeral")
        else:
            ack()

    def anywhere(self, ack: Ack, body: Body) -> None:
        """The global shortcut: found and shown in a modal."""
        shortcut = GlobalShortcut.parse(body)
        address = self._desk.reply_to(shortcut.place.address()).address
        view = find_modal(address, look_back=self._desk.look_back)
        self._desk.open_view(address, shortcut.trigger_id, view)
        ack()

    def shortcut(self, ack: Ack, body: Body) -> None:
        """A message's shortcut: answered privately in that message's thread."""
        shortcut = Shortcut.parse(body)
        place = shortcut.place
        address = place.address(thread_ts=shortcut.thread_ts)
        if shortcut.is_in_thread:
            # Its response_url leads to the channel, never into the thread:
            # docs.slack.dev/interactivity/implementing-shortcuts.
            address["shown_in"] = shortcut.thread_ts
        asked = Question("", None)
        request = self._request(shortcut.trigger_id, place, address, asked)
        self._desk.submit(
            replace(request, identifiers=read_prose(shortcut.text), about=shortcut.sent)
        )
        ack()

    def mention(self, ack: Ack, body: Body) -> None:
        """A mention: answered privately where it was made."""
        said = Said.parse(body)
        if said.is_from_person:
            address = said.place.address(thread_ts=said.thread_ts)
            if said.is_in_thread:
                address["shown_in"] = said.thread_ts
            asked = question(said.text, ourselves=said.ourselves)
            request = self._request(said.event_id, said.place, address, asked)
            self._desk.submit(
                replace(
                    request,
                    identifiers=read_prose(asked.text),
                    about=sent_at(said.thread_ts),
                )
            )
        ack()

    def direct(self, ack: Ack, body: Body) -> None:
        """A direct message: answered in that conversation."""
        said = Said.parse(body)
        if said.is_from_person and said.place.is_direct:
            address = said.place.address(direct="yes")
            if said.is_in_thread:
                address["thread_ts"] = said.thread_ts
            asked = question(said.text, ourselves=said.ourselves)
            request = self._request(said.event_id, said.place, address, asked)
            self._desk.submit(replace(request, identifiers=_written(asked.text)))
        ack()

    def _request(
        self, event: str, place: Place, address: dict[str, str], asked: Question
    ) -> ReplayRequest:
        if asked.users:
            address = {**address, "mentioned": " ".join(asked.users)}
        return ReplayRequest(
            key=f"slack:{event}",
            action=Action.FIND,
            reply_to=self._desk.reply_to(address),
            asked_by=place.user,
            look_back=asked.look_back or self._desk.look_back,
            filters=asked.filters,
            text=asked.text,
        )


def _written(text: str) -> tuple[Identifier, ...]:
    """The identifiers in a direct message, which may be one id or a whole letter."""
    found = read_prose(text)
    if found or len(text.split()) > _WORDS_OF_AN_ID or text.lower() == "help":
        return found
    return read(text)
