"""The page that looks like a Slack workspace, for a person to try the courier in.

Serves what ``screen`` draws, and takes what the person does: lines from the composer,
clicks, modals. A small script swaps parts when the workspace changes. The page loads
nothing from elsewhere, and its policy forbids that. Its endpoints take JSON only, which
other sites cannot send without asking first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    redirect,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from bot.demo.slack.file_server import download
from bot.demo.slack.model import Ephemeral, Json, Message, User
from bot.demo.slack.people import People
from bot.demo.slack.screen import Place, Screen
from bot.demo.slack.workspace import BOT_USER

# Image blocks of a demo come from the courier on this machine; nothing else may load.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: http://127.0.0.1:* http://localhost:*;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Hands:
    """What the person at the page does, carried out as one of the workspace's users."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._workspace = people.workspace

    def say(self, body: Json) -> None:
        """A line from the composer: a message, a mention or a slash command."""
        user = self._workspace.user(str(body["user"]))
        channel = self._workspace.channel(str(body["channel"]))
        if user.id not in channel.members:
            abort(403)
        thread = str(body.get("thread") or "") or None
        line = str(body.get("text") or "").strip()
        if not line:
            return
        if not line.startswith("/"):
            message = self._people.post(user.id, channel.id, line, thread)
            if f"<@{BOT_USER}>" in message.text:
                self._later(lambda: self._people.announce(message))
            return
        name, _, rest = line.partition(" ")
        if thread is not None:
            words = f"{name} is not supported in threads. Sorry!"
            self._people.tell(user.id, channel.id, words, thread)
        elif name == "/invite" and rest.strip().lstrip("@") == "courier":
            self._people.invite_bot(channel.id)
        elif name == self._people.command:
            self._later(
                lambda: self._people.run_command(user.id, channel.id, rest.strip())
            )
        else:
            words = f"`{name}` is not a valid command."
            self._people.tell(user.id, channel.id, words)

    def click(self, body: Json) -> None:
        """A press on a button, a choice from a menu, or a message's shortcut."""
        user = self._workspace.user(str(body["user"]))
        value = body.get("value")
        chosen = None if value is None else str(value)
        action = str(body["action_id"])
        view = self._people.modal(user.id)
        if body.get("in_modal") and view is not None:
            modal = view
            self._later(
                lambda: self._people.click_in_view(user.id, modal, action, chosen)
            )
            return
        message = self._message(user, str(body["channel"]), str(body["ts"]))
        if body.get("shortcut") and isinstance(message, Message):
            shared = message
            self._later(lambda: self._people.message_shortcut(user.id, shared, action))
            return
        self._later(lambda: self._people.click(user.id, message, action, chosen))

    def submit(self, body: Json) -> None:
        """The modal on top was submitted, or closed where there are no values."""
        user = self._workspace.user(str(body["user"]))
        values = body.get("values")
        if isinstance(values, dict):
            self._later(lambda: self._people.submit(user.id, values))
        else:
            self._people.close_modal(user.id)

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
            abort(404)
        return message

    @staticmethod
    def _later(action: Callable[[], object]) -> None:
        """Slack's servers talk to the app while the person's screen goes on."""
        threading.Thread(target=action, daemon=True).start()


def blueprint(people: People, screen: Screen) -> Blueprint:
    """The page's addresses."""
    routes = Blueprint(
        "page",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    routes.add_app_template_filter(screen.text.mrkdwn, "mrkdwn")
    routes.add_app_template_filter(screen.text.plain, "plain")
    hands = Hands(people)

    @routes.get("/")
    def workspace() -> Response:
        response = Response(screen.whole(_place(screen)))
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @routes.get("/page/view")
    def view() -> Response:
        version, parts = screen.parts(_place(screen))
        return jsonify(version=version, parts=parts)

    @routes.get("/page/version")
    def version() -> Response:
        return jsonify(version=people.workspace.version)

    for name, act in (
        ("say", hands.say),
        ("click", hands.click),
        ("submit", hands.submit),
    ):
        routes.add_url_rule(f"/page/{name}", name, _taking_json(act), methods=["POST"])

    @routes.get("/archives/<channel>/p<int:number>")
    def permalink(channel: str, number: int) -> AnyResponse:
        ts = f"{number // 1_000_000}.{number % 1_000_000:06d}"
        thread = request.args.get("thread_ts")
        address = url_for("page.workspace", channel=channel, thread=thread)
        return redirect(f"{address}#m-{ts}")

    @routes.get("/page/files/<file_id>")
    def file(file_id: str) -> Response:
        return download(people.workspace, file_id)

    return routes


def _place(screen: Screen) -> Place:
    named = request.args
    try:
        return screen.place(
            named.get("user", "ana"),
            named.get("channel", "support"),
            named.get("thread", ""),
        )
    except LookupError:
        abort(404)


def _taking_json(act: Callable[[Json], None]) -> Callable[[], Response]:
    def take() -> Response:
        if request.mimetype != "application/json":
            abort(415)
        body = request.get_json()
        try:
            act(body)
        except (KeyError, LookupError):
            abort(400)
        return Response(status=204)

    return take
