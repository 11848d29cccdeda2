"""The stand-in's page: a customer's request form beside an agent's workspace.

The page asks for the whole state twice a second; the account is small. Notes were cut
to safe HTML when they were stored, and the page's CSP runs nothing but its own script.
"""

from __future__ import annotations

from importlib.resources import files
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk import page_state
from bot.demo.zendesk.admin import Admin
from bot.demo.zendesk.apps import InstalledApp
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, invalid, not_found
from bot.demo.zendesk.rules import macro_patch
from bot.demo.zendesk.updates import tags_of

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; base-uri 'none'; form-action {app}; frame-src {app}"
)
_ASSETS = {
    "page.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "sidebar.css": "text/css; charset=utf-8",
    "sidebar.js": "text/javascript; charset=utf-8",
}


def blueprint(admin: Admin, agent: User, bot: User, sidebar: InstalledApp) -> Blueprint:
    pages = Blueprint("page", __name__)
    account = admin.account

    @pages.get("/")
    def index() -> ResponseReturnValue:
        return asset("page.html")

    @pages.get("/agent/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> ResponseReturnValue:
        account.ticket(ticket_id)
        return asset("page.html")

    @pages.get("/demo/<name>")
    def asset(name: str) -> ResponseReturnValue:
        if name not in _ASSETS:
            raise not_found()
        return _asset(name, _origin(sidebar.url) if sidebar.url else "'none'")

    @pages.post("/demo/sidebar")
    def frame() -> ResponseReturnValue:
        if not sidebar.url:
            return jsonify({})
        return jsonify(sidebar.frame(agent.id, request.host_url.rstrip("/")))

    @pages.get("/demo/state")
    def state() -> ResponseReturnValue:
        return jsonify(page_state.state(admin, agent, bot))

    @pages.post("/demo/tickets")
    def create() -> ResponseReturnValue:
        asked = _asked()
        address = str(asked.get("requester", "")).strip().lower()
        if "@" not in address:
            raise invalid("requester", "Requester: is not an e-mail address")
        subject, text = str(asked.get("subject", "")), str(asked.get("description", ""))
        if not subject.strip():
            raise invalid("subject", "Subject: cannot be blank")
        requester = account.writer(address)
        ticket = account.create_ticket(requester, subject, text, tags=("web_form",))
        return jsonify(id=ticket.id), 201

    @pages.post("/demo/tickets/<int:ticket_id>/comments")
    def comment(ticket_id: int) -> ResponseReturnValue:
        asked = _asked()
        given: Json = {"body": asked.get("body"), "public": asked.get("public") is True}
        account.update_ticket(agent, ticket_id, {"comment": given}, "web")
        return jsonify({}), 201

    @pages.post("/demo/tickets/<int:ticket_id>/status")
    def status(ticket_id: int) -> ResponseReturnValue:
        asked = _asked().get("status")
        if asked not in ("open", "pending", "solved"):
            raise invalid("status", "Status: is invalid")
        account.update_ticket(agent, ticket_id, {"status": asked}, "web")
        return jsonify({})

    @pages.post("/demo/tickets/<int:ticket_id>/reply")
    def reply(ticket_id: int) -> ResponseReturnValue:
        """The customer writes once more, which opens a solved ticket again."""
        requester = account.users[account.ticket(ticket_id).requester_id]
        given: Json = {"body": _asked().get("body"), "public": True}
        account.update_ticket(requester, ticket_id, {"comment": given}, "web")
        return jsonify({}), 201

    @pages.post("/demo/tickets/<int:ticket_id>/tags")
    def tags(ticket_id: int) -> ResponseReturnValue:
        asked = _asked()
        gone = tags_of(asked.get("remove"))
        kept = [each for each in account.ticket(ticket_id).tags if each not in gone]
        patch: Json = {"tags": [*kept, *tags_of(asked.get("add"))]}
        account.update_ticket(agent, ticket_id, patch, "web")
        return jsonify({})

    @pages.post("/demo/tickets/<int:ticket_id>/macro")
    def macro(ticket_id: int) -> ResponseReturnValue:
        title = _asked().get("title")
        for each in admin.macros.values():
            if each["title"] == title:
                patch = macro_patch(each, account.ticket(ticket_id).tags)
                account.update_ticket(agent, ticket_id, patch, "web")
                return jsonify({})
        raise invalid("macro", "Macro: is not there")

    def _asked() -> Json:
        body = request.get_json(silent=True)
        return body if isinstance(body, dict) else {}

    return pages


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _asset(name: str, app: str) -> Response:
    content = files("bot.demo.zendesk").joinpath(name).read_bytes()
    answer = Response(content, content_type=_ASSETS[name])
    answer.headers["Content-Security-Policy"] = CSP.format(app=app)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
