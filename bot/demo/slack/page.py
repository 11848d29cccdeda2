"""The page that looks like a Slack workspace, for a person to try the courier in.

Serves what ``screen`` draws, and passes on to ``hands`` what the person does. A small
script swaps parts when the workspace changes. The page loads
nothing from elsewhere, and its policy forbids that. Its endpoints take JSON only, which
other sites cannot send without asking first.
"""

from __future__ import annotations

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
from bot.demo.slack.hands import Hands
from bot.demo.slack.model import Json
from bot.demo.slack.people import People
from bot.demo.slack.screen import Place, Screen

# Image blocks of a demo come from the courier on this machine; nothing else may load.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: http://127.0.0.1:* http://localhost:*;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


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
    routes.add_app_template_filter(screen.rich_text.html, "rich_text")
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
        ("open", hands.open),
        ("shortcut", hands.shortcut),
        ("suggest", hands.suggest),
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
            named.get("tab", ""),
        )
    except LookupError:
        abort(404)


def _taking_json(act: Callable[[Json], Json | None]) -> Callable[[], Response]:
    def take() -> Response:
        if request.mimetype != "application/json":
            abort(415)
        body = request.get_json()
        try:
            answer = act(body)
        except (KeyError, LookupError, ValueError):
            abort(400)
        return Response(status=204) if answer is None else jsonify(answer)

    return take
