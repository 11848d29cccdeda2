"""Where people meet the app outside messages: shortcuts, its Home tab, its removal.

Imitates docs.slack.dev/interactivity/implementing-shortcuts,
docs.slack.dev/surfaces/app-home and the events of an uninstallation.
"""

from __future__ import annotations

from bot.demo.slack import event_payloads, payloads
from bot.demo.slack.acting import Actor
from bot.demo.slack.model import Ack, Message
from bot.demo.slack.response_urls import new_response_url
from bot.demo.slack.triggers import new_trigger


class Surfaces(Actor):
    """The part of ``People`` that is about shortcuts and the Home tab."""

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Ack:
        """Choose the app's shortcut from a message's menu."""
        self._need_app()
        who = self.workspace.user(user)
        trigger_id = new_trigger(self.workspace, who.id, message.channel)
        address = new_response_url(
            self.workspace,
            who.id,
            message.channel,
            threads=message.thread_ts is None,
        )
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

    def global_shortcut(self, user: str, callback_id: str) -> Ack:
        """Choose the app's shortcut from the menu beside the composer; the app learns
        of no channel and gets no response_url."""
        self._need_app()
        who = self.workspace.user(user)
        trigger_id = new_trigger(self.workspace, who.id)
        payload = payloads.global_shortcut(
            who, callback_id, trigger_id, self.workspace.next_ts()
        )
        return self.delivery.interaction("shortcut", payload, trigger_id=trigger_id)

    def open_home(self, user: str, tab: str = "home") -> str:
        """Go to the app's ``home`` or ``messages`` tab; returns the event's id."""
        if tab == "home" and not self.workspace.home_tab_enabled:
            raise LookupError("the app has no Home tab")
        who = self.workspace.user(user)
        event = event_payloads.app_home_opened(
            self.workspace,
            who,
            self.workspace.direct_channel(who.id),
            tab,
            self.workspace.home_of(who.id) if tab == "home" else None,
        )
        return self._deliver("app_home_opened", event)

    def uninstall(self) -> None:
        """Remove the app: its tokens die first, then the two events arrive."""
        with self.workspace.lock:
            self.workspace.installed = False
            for token in self.workspace.tokens.values():
                token.revoked = True
            self.workspace.touch()
        self._deliver("tokens_revoked", event_payloads.tokens_revoked())
        self._deliver("app_uninstalled", event_payloads.app_uninstalled())
