"""The page that looks like a Slack workspace, for a person to try the courier in.

The server draws everything; a small script swaps parts when the workspace changes. The
page loads nothing from elsewhere, and its policy forbids that. Its endpoints take JSON
only, which other sites cannot send without asking first.
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
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from bot.demo.slack.file_server import download
from bot.demo.slack.model import Channel, Ephemeral, Json, Message, User
from bot.demo.slack.people import People
from bot.demo.slack.rendering import MessageText
from bot.demo.slack.timeline import channel_entries, thread_entries
from bot.demo.slack.workspace import BOT_USER, SLACKBOT, TEAM_NAME

# Image blocks of a demo come from the courier on this machine; nothing else may load.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: http://127.0.0.1:* http://localhost:*;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Page:
    """Draws the workspace for one person at a time and takes what they do."""

    def __init__(
        self, people: People, suggestions: tuple[str, ...], shortcuts: dict[str, str]
    ) -> None:
        self._people = people
        self._workspace = people.workspace
        self._suggestions = suggestions
        self._shortcuts = shortcuts
        self.text = MessageText(self._name_of)

    def parts(self) -> Json:
        """The parts of the page for the person, channel and thread of the request."""
        user, channel, thread = self._where()
        shared = {
            "user": user,
            "channel": channel,
            "thread": thread,
            "workspace": self._workspace,
            "team": TEAM_NAME,
            "command": self._people.command,
            "suggestions": self._suggestions,
            "shortcuts": self._shortcuts,
            "bot": self._workspace.users[BOT_USER],
            "slackbot": SLACKBOT,
        }
        with self._workspace.lock:
            modal = self._people.modal(user.id)
            below = (
                thread_entries(self._workspace, user.id, channel.id, thread)
                if thread
                else []
            )
            drawn = {
                "sidebar": render_template(
                    "slack/sidebar.html",
                    channels=[
                        each
                        for each in self._workspace.channels.values()
                        if user.id in each.members
                    ],
                    **shared,
                ),
                "heading": render_template("slack/heading.html", **shared),
                "timeline": render_template(
                    "slack/timeline.html",
                    entries=channel_entries(self._workspace, user.id, channel.id),
                    **shared,
                ),
                "thread": render_template("slack/thread.html", entries=below, **shared),
                "modal": render_template("slack/modal.html", view=modal, **shared)
                if modal
                else "",
            }
            return {"version": self._workspace.version, "parts": drawn, **shared}

    def version(self) -> int:
        """Grows with every change, so that the script knows when to ask for parts."""
        return self._workspace.version

    def file(self, file_id: str) -> Response:
        return download(self._workspace, file_id)

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

    def _where(self) -> tuple[User, Channel, str]:
        try:
            user = self._workspace.user(request.args.get("user", "ana"))
            channel = self._workspace.channel(request.args.get("channel", "support"))
        except LookupError:
            abort(404)
        if user.id not in channel.members:
            channel = self._workspace.channel("support")
        thread = request.args.get("thread", "")
        if not any(
            message.ts == thread for message in self._workspace.messages[channel.id]
        ):
            thread = ""
        return user, channel, thread

    def _name_of(self, id_: str) -> str:
        if id_ in self._workspace.users:
            return self._workspace.users[id_].real_name
        if id_ in self._workspace.channels:
            return self._workspace.channels[id_].name
        return ""

    @staticmethod
    def _later(action: Callable[[], object]) -> None:
        """Slack's servers talk to the app while the person's screen goes on."""
        threading.Thread(target=action, daemon=True).start()


def blueprint(page: Page) -> Blueprint:
    """The page's addresses."""
    routes = Blueprint(
        "page",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    routes.add_app_template_filter(page.text.mrkdwn, "mrkdwn")
    routes.add_app_template_filter(page.text.plain, "plain")

    @routes.get("/")
    def workspace() -> Response:
        drawn = page.parts()
        parts = {name: Markup(html) for name, html in drawn.pop("parts").items()}  # noqa: S704 - drawn by templates that escape
        response = Response(render_template("slack/page.html", parts=parts, **drawn))
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @routes.get("/page/view")
    def view() -> Response:
        drawn = page.parts()
        return jsonify(version=drawn["version"], parts=drawn["parts"])

    @routes.get("/page/version")
    def version() -> Response:
        return jsonify(version=page.version())

    for name, act in (
        ("say", page.say),
        ("click", page.click),
        ("submit", page.submit),
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
        return page.file(file_id)

    return routes


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
