"""What people do in the workspace, and what they get to see of it.

Each action is delivered to the app as Slack would; a command or click that is not
acknowledged in time shows the person what Slack shows then.
"""

from __future__ import annotations

import json
from typing import Any

from bot.demo.slack import payloads
from bot.demo.slack.actions import action_of
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import (
    Ack,
    Channel,
    Ephemeral,
    Json,
    Message,
    ResponseUrl,
    User,
    View,
)
from bot.demo.slack.mrkdwn import composed
from bot.demo.slack.response_urls import answer, new_response_url
from bot.demo.slack.triggers import new_trigger
from bot.demo.slack.views import checked_view, push_view, replace_view
from bot.demo.slack.workspace import BOT_USER, SLACKBOT, Workspace


class People:
    """Acts as any user of the workspace; users and channels by id or name."""

    def __init__(self, workspace: Workspace, delivery: Delivery, command: str) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self.command = command
        self._envelopes: dict[str, Json] = {}

    def run_command(self, user: str, channel: str, text: str) -> Ack:
        """Type ``/replay text``; an answer in the ack becomes an ephemeral message."""
        who = self.workspace.user(user)
        where = self.workspace.channel(channel)
        if who.id not in where.members:
            raise LookupError(f"{who.name} is not in {where.name}")
        trigger_id = new_trigger(self.workspace, who.id)
        address = new_response_url(self.workspace, who.id, where.id, command=True)
        ack = self.delivery.form(
            "command",
            payloads.command_form(
                who, where, self.command, text, trigger_id, address.url
            ),
            trigger_id=trigger_id,
            response_url=address.url,
        )
        problem = ""
        if ack.status == 200 and not ack.error:
            problem = self._show_ack(ack, address, f"{self.command} {text}")
        else:
            timed_out = ack.error == "http_timeout"
            problem = "operation_timeout" if timed_out else "dispatch_failed"
        if problem:
            self.tell(
                who.id,
                where.id,
                f'{self.command} failed with the error "{problem}"',
            )
        return ack

    def click(
        self,
        user: str,
        message: Message | Ephemeral,
        action_id: str,
        value: str | None = None,
    ) -> Ack:
        """Press a button or choose from a menu. Raises LookupError where the user
        does not see it."""
        who = self.workspace.user(user)
        if isinstance(message, Ephemeral):
            if message.user != who.id or message not in self.workspace.ephemerals:
                raise LookupError(f"{who.name} does not see this message")
        elif message.deleted:
            raise LookupError("the message was deleted")
        action = action_of(message.blocks, action_id, value, self.workspace.next_ts())
        trigger_id = new_trigger(self.workspace, who.id)
        address = new_response_url(
            self.workspace, who.id, message.channel, source=message
        )
        ack = self.delivery.interaction(
            "action",
            payloads.message_click(
                self.workspace, who, message, action, trigger_id, address.url
            ),
            trigger_id=trigger_id,
            response_url=address.url,
        )
        self._mark(message, who, failed=not ack.ok)
        return ack

    def click_in_view(
        self, user: str, view: View, action_id: str, value: str | None = None
    ) -> Ack:
        """The same in a modal or on the Home tab."""
        who = self.workspace.user(user)
        action = action_of(view.blocks, action_id, value, self.workspace.next_ts())
        trigger_id = new_trigger(self.workspace, who.id)
        return self.delivery.interaction(
            "action",
            payloads.view_click(who, view, action, trigger_id),
            trigger_id=trigger_id,
        )

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Ack:
        """Choose the app's shortcut from a message's menu."""
        who = self.workspace.user(user)
        trigger_id = new_trigger(self.workspace, who.id)
        address = new_response_url(self.workspace, who.id, message.channel)
        ack = self.delivery.interaction(
            "shortcut",
            payloads.message_shortcut(
                self.workspace, who, message, callback_id, trigger_id, address.url
            ),
            trigger_id=trigger_id,
            response_url=address.url,
        )
        self._mark(message, who, failed=not ack.ok)
        return ack

    def submit(self, user: str, values: Json) -> Ack:
        """Submit the modal on top; ``values`` by block id and action id, as in Slack's
        ``state``. The app's answer closes, updates or pushes, or shows errors."""
        who = self.workspace.user(user)
        view = self.modal(user)
        if view is None:
            raise LookupError(f"{who.name} has no modal open")
        trigger_id = new_trigger(self.workspace, who.id)
        ack = self.delivery.interaction(
            "view",
            payloads.view_submission(who, view, values, trigger_id, []),
            trigger_id=trigger_id,
        )
        if ack.ok:
            self._after_submit(who, view, ack.body)
        return ack

    def close_modal(self, user: str) -> None:
        with self.workspace.lock:
            self.workspace.modals[self.workspace.user(user).id] = []
            self.workspace.touch()

    def modal(self, user: str) -> View | None:
        """The modal on top of the user's screen."""
        stack = self.workspace.modals.get(self.workspace.user(user).id, [])
        return self.workspace.views[stack[-1]] if stack else None

    def post(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> Message:
        """Say something, as typed: ``@name``, mail addresses and URLs are linked."""
        names = {person.name: person.id for person in self.workspace.users.values()}
        message = Message(
            channel=self.workspace.channel(channel).id,
            ts=self.workspace.next_ts(),
            user=self.workspace.user(user).id,
            text=composed(text, names),
            thread_ts=thread_ts,
        )
        return self.workspace.add_message(message)

    def mention(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> str:
        """Say something to the bot and deliver the app_mention; returns its event id.

        Nothing is delivered where the bot is no member, or in a direct conversation.
        """
        if f"<@{BOT_USER}>" not in text and "@courier" not in text:
            text = f"@courier {text}"
        return self.announce(self.post(user, channel, text, thread_ts))

    def announce(self, message: Message) -> str:
        """Deliver the app_mention for a message that is already there."""
        event_id = self.workspace.new_id("Ev")
        channel = self.workspace.channels[message.channel]
        envelope = payloads.app_mention(message, event_id, int(self.workspace.clock()))
        self._envelopes[event_id] = envelope
        subscribed = any(
            "app_mentions:read" in token.scopes and not token.revoked
            for token in self.workspace.tokens.values()
        )
        if subscribed and BOT_USER in channel.members and channel.kind != "im":
            self.delivery.event(envelope)
        return event_id

    def redeliver(self, event_id: str) -> Ack:
        """Send an event once more, as Slack does when an ack got lost."""
        return self.delivery.event(self._envelopes[event_id], 1, "http_timeout")

    def dm_with_bot(self, user: str) -> Channel:
        """The user's direct conversation with the app, made when first needed."""
        return self.workspace.direct_channel(self.workspace.user(user).id)

    def invite_bot(self, channel: str) -> None:
        """``/invite @courier``."""
        with self.workspace.lock:
            self.workspace.channel(channel).members.add(BOT_USER)
            self.workspace.touch()

    def tell(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> None:
        """Slackbot says something only this person sees."""
        self.workspace.add_ephemeral(
            Ephemeral(
                channel=channel,
                ts=self.workspace.next_ts(),
                user=user,
                text=text,
                thread_ts=thread_ts,
                author=SLACKBOT,
            )
        )

    def _show_ack(self, ack: Ack, address: ResponseUrl, line: str) -> str:
        """Show the body of a command's ack; returns Slack's word for what is wrong."""
        if not ack.body.strip():
            return ""
        try:
            body: Any = json.loads(ack.body)
        except ValueError:
            body = {"text": ack.body}
        if not isinstance(body, dict):
            body = {"text": ack.body}
        if body.get("response_type") == "in_channel":
            # An answer in the channel shows everybody the command line as well.
            self.post(address.user, address.channel, line)
            if set(body) == {"response_type"}:
                return ""
        try:
            with self.workspace.lock:
                answer(self.workspace, address, body)
        except SlackError:
            return "invalid_command_response"
        return ""

    def _after_submit(self, who: User, view: View, body: str) -> None:
        given: Any = json.loads(body) if body.strip() else {}
        action = given.get("response_action", "")
        with self.workspace.lock:
            stack = self.workspace.modals[who.id]
            if action == "update":
                replace_view(self.workspace, view, checked_view(given["view"], "modal"))
            elif action == "push":
                push_view(self.workspace, checked_view(given["view"], "modal"), who.id)
            elif action == "clear":
                stack.clear()
            elif action != "errors":
                stack.pop()
            self.workspace.touch()

    def _mark(self, message: Message | Ephemeral, who: User, *, failed: bool) -> None:
        with self.workspace.lock:
            if failed:
                message.warned.add(who.id)
            else:
                message.warned.discard(who.id)
            self.workspace.touch()
