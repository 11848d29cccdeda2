"""The Support API's calls for files, and the addresses the files themselves have.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.calls import base_url
from bot.demo.zendesk.filing import store_upload
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.records import invalid, not_found, stamp

_SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def blueprint(account: Account, gate: Gate) -> Blueprint:
    api = Blueprint("files_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    @api.post("/uploads")
    def upload() -> ResponseReturnValue:
        filename = request.args.get("filename", "")
        if not filename or "/" in filename:
            raise invalid("filename", "Filename: is not a file name")
        content_type = request.content_type or "application/octet-stream"
        made = store_upload(account, filename, content_type, request.get_data())
        attachment = made.attachment(base_url())
        answer = jsonify(
            upload={
                "token": made.token,
                "expires_at": stamp(made.expires_at),
                "attachment": attachment,
                "attachments": [attachment],
            }
        )
        # JSON under another name, as recorded; with the Location it also carries.
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
        answer.headers["Location"] = str(attachment["url"])
        return answer, 201

    @api.delete("/uploads/<token>")
    def delete_upload(token: str) -> ResponseReturnValue:
        upload = account.uploads.get(token)
        if upload is None or upload.used:
            raise not_found()
        del account.uploads[token]
        return "", 204

    @api.get("/attachments/<int:attachment_id>")
    def show(attachment_id: int) -> ResponseReturnValue:
        return jsonify(
            attachment=account.attachment(attachment_id).attachment(base_url())
        )

    @api.put(
        "/tickets/<int:ticket_id>/comments/<int:comment_id>"
        "/attachments/<int:attachment_id>/redact"
    )
    def redact(
        ticket_id: int, comment_id: int, attachment_id: int
    ) -> ResponseReturnValue:
        ticket = account.ticket(ticket_id)
        if ticket.status == "closed":
            raise invalid("status", "Status: closed prevents ticket update")
        for comment in ticket.comments:
            for file in comment.uploads:
                if (comment.id, file.attachment_id) == (comment_id, attachment_id):
                    # The answer still tells of the file that was, as recorded.
                    answer = jsonify(attachment=file.attachment(base_url()))
                    file.redact()
                    return answer
        raise not_found()

    return api


def contents(account: Account) -> Blueprint:
    """The files, for whoever has their address, as on an account without private
    attachments; nothing in them can run on this origin."""
    pages = Blueprint("contents", __name__)

    @pages.get("/attachments/token/<content_token>/")
    def content(content_token: str) -> ResponseReturnValue:
        for upload in list(account.uploads.values()):
            if upload.content_token == content_token:
                answer = Response(upload.content, content_type=upload.content_type)
                shown = upload.content_type in _SHOWN_TYPES
                answer.headers.set(
                    "Content-Disposition",
                    "inline" if shown else "attachment",
                    filename=upload.filename,
                )
                answer.headers["Content-Security-Policy"] = "sandbox"
                answer.headers["X-Content-Type-Options"] = "nosniff"
                return answer
        raise not_found()

    return pages
