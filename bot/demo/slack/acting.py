"""What everything a person does has in common: the app is told of it, or is not.

Events go out where the app has subscribed to their kind and holds the scope for it;
commands and shortcuts are there while the app is installed. Imitates
docs.slack.dev/apis/events-api. Shapes are left to ``event_payloads``.
"""

from __future__ import annotations

from bot.demo.slack import event_payloads
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.model import Ack, Ephemeral, Json, Message, User
from bot.demo.slack.workspace import Workspace

# The scope an app needs to be sent a kind of event; the others need none.
_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "link_shared": "links:read",
}


class Actor:
    """Acts as any user of the workspace; users and channels by id or name."""

    def __init__(self, workspace: Workspace, delivery: Delivery, command: str) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self.command = command
        self._envelopes: dict[str, Json] = {}
        workspace.app_acted = self._tell_of_own_message

    def is_sent(self, kind: str) -> bool:
        """Whether the app gets events of that kind, ``message.im`` among them."""
        scope = _SCOPES.get(kind)
        return kind in self.workspace.bot_events and (
            scope is None
            or any(
                scope in token.scopes and not token.revoked
                for token in self.workspace.tokens.values()
            )
        )

    def redeliver(self, event_id: str) -> Ack:
        """Send an event once more, as Slack does when an ack got lost."""
        return self.delivery.event(self._envelopes[event_id], 1, "http_timeout")

    def _deliver(self, kind: str, event: Json, event_id: str = "") -> str:
        """Send the event and its retries; returns its id, "" where it is not sent."""
        if not self.is_sent(kind):
            return ""
        event_id = event_id or self.workspace.new_id("Ev")
        channel = self.workspace.channels.get(str(event.get("channel")))
        envelope = event_payloads.envelope(
            event,
            event_id,
            int(self.workspace.clock()),
            ext_shared=channel is not None and channel.ext_shared,
        )
        self._envelopes[event_id] = envelope
        self.delivery.event(envelope)
        return event_id

    def _need_app(self) -> None:
        """Raise LookupError where Slack offers no command or shortcut of the app."""
        if not self.workspace.installed:
            raise LookupError("the app is not installed in this workspace")
        if not any(
            "commands" in token.scopes for token in self.workspace.tokens.values()
        ):
            raise LookupError("Slack offers no command or shortcut without `commands`")

    def _tell_of_own_message(self, message: Message, before: Json | None) -> None:
        """An app hears its own messages in direct conversations, and their changes."""
        if self.workspace.channels[message.channel].kind != "im":
            return
        if before is None:
            event = event_payloads.direct_message(self.workspace, message)
        else:
            event = event_payloads.changed_message(self.workspace, message, before)
        self.workspace.schedule.after(0, lambda: self._told(event))

    def _told(self, event: Json) -> None:
        self._deliver("message.im", event)

    def _mark(self, message: Message | Ephemeral, who: User, *, failed: bool) -> None:
        """Show or take away the warning mark next to what was pressed."""
        with self.workspace.lock:
            if failed:
                message.warned.add(who.id)
            else:
                message.warned.discard(who.id)
            self.workspace.touch()
