"""What people do in the workspace, and what they get to see of it.

Each action is delivered to the app as Slack would; a command or click that is not
acknowledged in time shows the person what Slack shows then. Messages are left to
``talking``, views to ``modals``, shortcuts and the Home tab to ``surfaces``.

Not established, and so lenient: whether people of another company may use the app's
commands in a channel shared with them, and what team such a command names.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.demo.slack import payloads
from bot.demo.slack.actions import Chosen, action_of, elements_of
from bot.demo.slack.blocks import Block
from bot.demo.slack.errors import SlackError
from bot.demo.slack.modals import Modals
from bot.demo.slack.model import Ack, Ephemeral, Message, ResponseUrl
from bot.demo.slack.response_urls import answer, new_response_url
from bot.demo.slack.surfaces import Surfaces
from bot.demo.slack.talking import Talking
from bot.demo.slack.triggers import new_trigger


class People(Talking, Modals, Surfaces):
    """Acts as any user of the workspace; users and channels by id or name."""

    def run_command(self, user: str, channel: str, text: str) -> Ack:
        """Type ``/replay text``; an answer in the ack becomes an ephemeral message."""
        self._need_app()
        who = self.workspace.user(user)
        where = self.workspace.channel(channel)
        if who.id not in where.members:
            raise LookupError(f"{who.name} is not in {where.name}")
        trigger_id = new_trigger(self.workspace, who.id, where.id)
        address = new_response_url(self.workspace, who.id, where.id, command=True)
        ack = self.delivery.form(
            "command",
            payloads.command_form(
                who, where, self.command, self._sent(text), trigger_id, address.url
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

    def _sent(self, text: str) -> str:
        """A command's text as Slack sends it with ``should_escape``: people by id."""
        users = self.workspace.users.values()
        ids = {user.name: f"<@{user.id}|{user.name}>" for user in users}
        return re.sub(
            r"(?<!\S)@([\w.-]+)", lambda found: ids.get(found[1], found[0]), text
        )

    def click(
        self,
        user: str,
        message: Message | Ephemeral,
        action_id: str,
        value: Chosen = None,
        block_id: str = "",
    ) -> Ack:
        """Press a button or choose from a menu, in the message or in an unfurl below
        it. Raises LookupError where the user does not see it.

        The response_url of a press in an unfurl adds messages only: whether it could
        replace the unfurl is not established, and chat.unfurl can.
        """
        who = self.workspace.user(user)
        if isinstance(message, Ephemeral):
            if message.user != who.id or message not in self.workspace.ephemerals:
                raise LookupError(f"{who.name} does not see this message")
        elif message.deleted:
            raise LookupError("the message was deleted")
        url, action = self._pressed(message, action_id, value, block_id)
        trigger_id = new_trigger(self.workspace, who.id, message.channel)
        address = new_response_url(
            self.workspace, who.id, message.channel, source=None if url else message
        )
        ack = self.delivery.interaction(
            "action",
            payloads.message_click(
                self.workspace, who, message, action, trigger_id, address.url, url
            ),
            trigger_id=trigger_id,
            response_url=address.url,
        )
        self._mark(message, who, failed=not ack.ok)
        return ack

    def _pressed(
        self,
        message: Message | Ephemeral,
        action_id: str,
        value: Chosen,
        block_id: str,
    ) -> tuple[str, Block]:
        """The URL of the unfurl that holds the element, "" for the message itself, and
        the action."""
        places = [("", message.blocks)]
        if isinstance(message, Message):
            places += message.unfurls.items()
        action_ts = self.workspace.next_ts()
        for url, blocks in places:
            if any(
                each["action_id"] == action_id and block_id in ("", block["block_id"])
                for block, each in elements_of(blocks)
            ):
                return url, action_of(blocks, action_id, value, action_ts, block_id)
        raise LookupError(f"no element {action_id!r} is shown")

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
