"""What a person at the page does, carried out as one of the workspace's users.

Lines from the composer, clicks, shortcuts and modals, in the words of the page's own
script. What Slack makes of them is left to ``people``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from werkzeug.exceptions import Forbidden, NotFound

from bot.demo.slack.actions import Chosen
from bot.demo.slack.forms import state_values
from bot.demo.slack.modals import as_shown
from bot.demo.slack.model import Ephemeral, Json, Message, User, View
from bot.demo.slack.people import People


class Hands:
    """Each method takes what the script sent: ``user``, mostly ``channel``, and more.

    They raise LookupError for what is not there, and Forbidden or NotFound for what the
    person does not see.
    """

    def __init__(self, people: People) -> None:
        self._people = people
        self._workspace = people.workspace

    def say(self, body: Json) -> None:
        """A line from the composer: a message, a mention or a slash command."""
        user = self._workspace.user(str(body["user"]))
        channel = self._workspace.channel(str(body["channel"]))
        if user.id not in channel.members:
            raise Forbidden
        thread = str(body.get("thread") or "") or None
        line = str(body.get("text") or "").strip()
        if not line:
            return
        if line.startswith("/"):
            self._command(user, channel.id, thread, line)
        else:
            message = self._people.post(user.id, channel.id, line, thread)
            self._later(lambda: self._people.announce(message))

    def click(self, body: Json) -> None:
        """A press on a button, or a choice from a menu, wherever it is shown."""
        user = self._workspace.user(str(body["user"]))
        chosen = _chosen(body.get("value"))
        action, block = str(body["action_id"]), str(body.get("block_id") or "")
        if body.get("in_view"):
            view = self._view(user, str(body["in_view"]))
            self._fill(view, body)
            self._later(
                lambda: self._people.click_in_view(user.id, view, action, chosen, block)
            )
            return
        message = self._message(user, str(body["channel"]), str(body["ts"]))
        self._later(lambda: self._people.click(user.id, message, action, chosen, block))

    def shortcut(self, body: Json) -> None:
        """The app's shortcut from a message's menu, or from beside the composer."""
        user = self._workspace.user(str(body["user"]))
        callback_id = str(body["callback_id"])
        if not body.get("ts"):
            self._later(lambda: self._people.global_shortcut(user.id, callback_id))
            return
        message = self._message(user, str(body["channel"]), str(body["ts"]))
        if not isinstance(message, Message):
            raise NotFound
        self._later(
            lambda: self._people.message_shortcut(user.id, message, callback_id)
        )

    def submit(self, body: Json) -> None:
        """The modal on top was submitted, or closed where there are no values."""
        user = self._workspace.user(str(body["user"]))
        view = self._people.modal(user.id)
        if view is None or view.id != body.get("in_view"):
            raise NotFound
        if "values" not in body:
            back = not body.get("all")
            self._later(lambda: self._people.close_modal(user.id, back=back))
            return
        values = state_values(as_shown(view), body["values"])
        self._later(lambda: self._people.submit(user.id, values))

    def suggest(self, body: Json) -> Json:
        """What a menu that asks the app offers for what was typed into it."""
        user = self._workspace.user(str(body["user"]))
        view = self._people.modal(user.id)
        if view is None or view.id != body.get("in_view"):
            raise NotFound
        action_id, typed = str(body["action_id"]), str(body["typed"])
        return {"options": self._people.suggest(user.id, action_id, typed)}

    def open(self, body: Json) -> None:
        """The person went to the app: to its Home tab, or to the messages with it."""
        user = self._workspace.user(str(body["user"]))
        tab = "home" if body.get("tab") == "home" else "messages"
        self._later(lambda: self._people.open_home(user.id, tab))

    def _command(self, user: User, channel: str, thread: str | None, line: str) -> None:
        name, _, rest = line.partition(" ")
        if thread is not None:
            words = f"{name} is not supported in threads. Sorry!"
            self._people.tell(user.id, channel, words, thread)
        elif name == "/invite" and rest.strip().lstrip("@") == "courier":
            self._people.invite_bot(channel)
        elif name == self._people.command and self._workspace.installed:
            self._later(
                lambda: self._people.run_command(user.id, channel, rest.strip())
            )
        else:
            words = f"`{name}` is not a valid command."
            self._people.tell(user.id, channel, words)

    def _fill(self, view: View, body: Json) -> None:
        with self._workspace.lock:
            view.values = state_values(as_shown(view), body.get("values") or {})

    def _view(self, user: User, id_: str) -> View:
        modal = self._people.modal(user.id)
        for view in (modal, self._workspace.home_of(user.id)):
            if view is not None and view.id == id_:
                return view
        raise NotFound

    def _message(self, user: User, channel: str, ts: str) -> Message | Ephemeral:
        for ephemeral in self._workspace.ephemerals:
            if (ephemeral.user, ephemeral.channel, ephemeral.ts) == (
                user.id,
                channel,
                ts,
            ):
                return ephemeral
        message = self._workspace.find_message(channel, ts)
        if message is None or user.id not in self._workspace.channels[channel].members:
            raise NotFound
        return message

    @staticmethod
    def _later(action: Callable[[], object]) -> None:
        """Slack's servers talk to the app while the person's screen goes on."""

        def run() -> None:
            # What was pressed may have been replaced since the page drew it.
            with suppress(LookupError):
                action()

        threading.Thread(target=run, daemon=True).start()


def _chosen(value: object) -> Chosen:
    if isinstance(value, list):
        return [str(each) for each in value]
    return None if value is None else str(value)
