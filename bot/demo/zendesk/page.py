"""The stand-in's page: a customer's request form beside an agent's workspace.

The page asks for the whole state twice a second; the account is small. Notes were cut
to safe HTML when they were stored, and the page's CSP runs nothing but its own script.
"""

from __future__ import annotations

import re
from importlib.resources import files

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, Refusal, invalid
from bot.demo.zendesk.tickets import Ticket

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
# However this page was reached: its policy lets it show pictures of its own origin.
_OWN_PICTURE = re.compile(r'(?<=<img src=")https?://[^/"]+(/attachments/token/)')
_ASSETS = {
    "page.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}


def blueprint(account: Account, agent: User, bot: User) -> Blueprint:
    pages = Blueprint("page", __name__)

    @pages.get("/")
    def index() -> ResponseReturnValue:
        return _asset("page.html")

    @pages.get("/demo/<name>")
    def asset(name: str) -> ResponseReturnValue:
        if name not in _ASSETS:
            raise Refusal(404, "RecordNotFound", "Not found")
        return _asset(name)

    @pages.get("/demo/state")
    def state() -> ResponseReturnValue:
        with account.lock:
            tickets = [t for t in account.tickets.values() if not t.deleted]
            people = [u for u in account.users.values() if u.role == "end-user"]
            return jsonify(
                agent=agent.name,
                people=[{"name": u.name, "email": u.email} for u in people],
                tickets=[_shown(t) for t in reversed(tickets)],
            )

    @pages.post("/demo/tickets")
    def create() -> ResponseReturnValue:
        asked = _asked()
        requester = account.user_by_email(str(asked.get("requester", "")))
        if requester is None:
            raise invalid("requester", "Requester: is not a customer")
        subject, text = str(asked.get("subject", "")), str(asked.get("description", ""))
        if not subject.strip():
            raise invalid("subject", "Subject: cannot be blank")
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

    def _asked() -> Json:
        body = request.get_json(silent=True)
        return body if isinstance(body, dict) else {}

    def _shown(ticket: Ticket) -> Json:
        requester = account.users[ticket.requester_id]
        return {
            "id": ticket.id,
            "subject": ticket.subject,
            "status": ticket.status,
            "created_at": ticket.created_at,
            "tags": ticket.tags,
            "channel": ticket.channel,
            "requester": {"name": requester.name, "email": requester.email},
            "comments": [
                {
                    "id": each.id,
                    "author": account.users[each.author_id].name,
                    "staff": account.users[each.author_id].role != "end-user",
                    "bot": each.author_id == bot.id,
                    "public": each.public,
                    "html": _OWN_PICTURE.sub(r"\1", each.html_body),
                    "created_at": each.created_at,
                    "files": [
                        {
                            "name": file.filename,
                            "size": len(file.content),
                            "url": file.path,
                        }
                        for file in each.uploads
                        if not file.inline
                    ],
                }
                for each in ticket.comments
            ],
        }

    return pages


def _asset(name: str) -> Response:
    content = files("bot.demo.zendesk").joinpath(name).read_bytes()
    answer = Response(content, content_type=_ASSETS[name])
    answer.headers["Content-Security-Policy"] = CSP
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
