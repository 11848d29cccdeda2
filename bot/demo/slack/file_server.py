"""The two addresses of a file: where its bytes go in, and where they come out.

Imitates the upload step of docs.slack.dev/messaging/working-with-files and the
``url_private`` of its file objects.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from bot.demo.slack.faults import Faults
from bot.demo.slack.model import File
from bot.demo.slack.presenting import file_json
from bot.demo.slack.workspace import TEAM_ID, Workspace


def blueprint(workspace: Workspace, faults: Faults) -> Blueprint:
    files = Blueprint("files", __name__)

    @files.post("/upload/v1/<ticket>")
    def upload(ticket: str) -> Response:
        # slack_sdk sends raw bytes labelled as a form: read them before any parsing.
        multipart = request.mimetype == "multipart/form-data"
        content = b"" if multipart else request.get_data(parse_form_data=False)
        if multipart:
            content = b"".join(part.read() for part in request.files.values())
        fault = faults.take("upload")
        if fault is not None and not fault.applied:
            return faults.answer(fault)
        with workspace.lock:
            file = next(
                (file for file in workspace.files.values() if file.ticket == ticket),
                None,
            )
            if file is None or file.content is not None or file.deleted:
                abort(404)
            if len(content) != file.size:
                return Response("length mismatch", 400, mimetype="text/plain")
            file.content = content
        if fault is not None:
            return faults.answer(fault)
        return Response(f"OK - {len(content)}", mimetype="text/plain")

    @files.get(f"/files-pri/{TEAM_ID}-<file_id>/<path:name>")
    def private(file_id: str, name: str) -> Response:
        """The bytes, for a token that may read files."""
        value = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = workspace.tokens.get(value)
        if token is None or token.revoked or "files:read" not in token.scopes:
            abort(403)
        return download(workspace, file_id)

    return files


def download(workspace: Workspace, file_id: str) -> Response:
    """The file as an attachment: what it holds never runs on this address."""
    file: File | None = workspace.files.get(file_id)
    if file is None or file.deleted or file.content is None:
        abort(404)
    response = Response(file.content, mimetype=file_json(workspace, file)["mimetype"])
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
