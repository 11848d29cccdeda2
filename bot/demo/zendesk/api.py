"""The Support API's ticket and user calls, over the account.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/introduction/
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.calls import base_url, json_body
from bot.demo.zendesk.conversation import Comment
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.paging import page_of
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, invalid, not_found
from bot.demo.zendesk.sideloads import side_loaded
from bot.demo.zendesk.updates import tags_of


def blueprint(account: Account, gate: Gate) -> Blueprint:
    api = Blueprint("api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    @api.get("/tickets/<int:ticket_id>")
    def show_ticket(ticket_id: int) -> ResponseReturnValue:
        ticket = account.ticket(ticket_id)
        beside = side_loaded(account, [ticket], "users")
        return jsonify(ticket=ticket.show(base_url()), **beside)

    @api.post("/tickets")
    def create_ticket() -> ResponseReturnValue:
        asked = json_body("ticket")
        comment = asked.get("comment")
        if not isinstance(comment, dict):
            raise invalid("comment", "Description: cannot be blank")
        made = account.create_ticket(
            _requester(asked),
            str(asked.get("subject") or ""),
            str(comment.get("body") or ""),
            submitter=g.user,
            public=comment.get("public") is not False,
            tags=tuple(tags_of(asked.get("tags"))),
            channel="api",
        )
        audit = made.audits[0].show(base_url())
        return jsonify(ticket=made.show(base_url()), audit=audit), 201

    def _requester(asked: Json) -> User:
        given = asked.get("requester")
        if isinstance(given, dict):
            email = str(given.get("email") or "")
            known = account.user_by_email(email)
            return known or account.add_user(str(given.get("name") or email), email)
        user_id = asked.get("requester_id", g.user.id)
        if user_id not in account.users:
            raise invalid("requester", "Requester: is not a user")
        return account.users[int(str(user_id))]

    @api.put("/tickets/<int:ticket_id>")
    def update_ticket(ticket_id: int) -> ResponseReturnValue:
        ticket, audit = account.update_ticket(g.user, ticket_id, json_body("ticket"))
        return jsonify(ticket=ticket.show(base_url()), audit=audit.show(base_url()))

    @api.delete("/tickets/<int:ticket_id>")
    def delete_ticket(ticket_id: int) -> ResponseReturnValue:
        account.delete_ticket(g.user, ticket_id)
        return "", 204

    @api.get("/tickets/<int:ticket_id>/comments")
    def list_comments(ticket_id: int) -> ResponseReturnValue:
        inline = request.args.get("include_inline_images") == "true"
        comments = list(account.ticket(ticket_id).comments)
        # Comments can be asked for in either order; audits come oldest first, always.
        if request.args.get("sort") == "-created_at":
            comments.reverse()

        def show(comment: Comment) -> Json:
            return comment.show(base_url(), inline_images=inline)

        return page_of("comments", comments, show)

    @api.put("/tickets/<int:ticket_id>/comments/<int:comment_id>/make_private")
    def make_private(ticket_id: int, comment_id: int) -> ResponseReturnValue:
        for comment in account.ticket(ticket_id).comments:
            if comment.id == comment_id:
                comment.public = False
                return jsonify({})
        raise not_found()

    @api.get("/tickets/<int:ticket_id>/audits")
    def list_audits(ticket_id: int) -> ResponseReturnValue:
        audits = list(account.ticket(ticket_id).audits)
        return page_of("audits", audits, lambda audit: audit.show(base_url()))

    @api.put("/tickets/<int:ticket_id>/tags")
    def add_tags(ticket_id: int) -> ResponseReturnValue:
        have = account.ticket(ticket_id).tags
        return _set_tags(ticket_id, [*have, *_given_tags()])

    @api.post("/tickets/<int:ticket_id>/tags")
    def set_tags(ticket_id: int) -> ResponseReturnValue:
        return _set_tags(ticket_id, _given_tags()), 201

    @api.delete("/tickets/<int:ticket_id>/tags")
    def delete_tags(ticket_id: int) -> ResponseReturnValue:
        gone = set(_given_tags())
        have = account.ticket(ticket_id).tags
        _set_tags(ticket_id, [tag for tag in have if tag not in gone])
        return "", 204

    def _given_tags() -> list[str]:
        body = request.get_json(silent=True)
        tags = body.get("tags") if isinstance(body, dict) else None
        if not isinstance(tags, list):
            raise invalid("tags", "Tags: is not a list")
        return [str(tag) for tag in tags]

    def _set_tags(ticket_id: int, tags: list[str]) -> Response:
        ticket = account.take_tags(ticket_id, tags, g.user)
        return jsonify(tags=list(ticket.tags))

    @api.get("/users/me")
    def me() -> ResponseReturnValue:
        shown = g.user.show(base_url())
        return jsonify(user={**shown, "authenticity_token": secrets.token_urlsafe()})

    @api.get("/users/<int:user_id>")
    def show_user(user_id: int) -> ResponseReturnValue:
        user = account.users.get(user_id)
        if user is None:
            raise not_found()
        return jsonify(user=user.show(base_url()))

    @api.get("/users/<int:user_id>/identities")
    def identities(user_id: int) -> ResponseReturnValue:
        user = account.users.get(user_id)
        if user is None:
            raise not_found()
        rows = [dict(each) for each in user.identities]
        return jsonify(
            identities=rows, next_page=None, previous_page=None, count=len(rows)
        )

    return api
