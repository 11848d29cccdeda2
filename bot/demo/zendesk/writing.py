"""Comments and the files on them, as a ticket takes or refuses them."""

from __future__ import annotations

import secrets

from bot.demo.zendesk.conversation import Audit, Comment, Upload
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, Refusal, invalid
from bot.demo.zendesk.sanitise import safe_html, text_of
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket

MAX_COMMENTS = 5000
MAX_COMMENT_CHARACTERS = 65_535
UPLOAD_LIFE_SECONDS = 60 * 60


def store_upload(
    state: State, filename: str, content_type: str, content: bytes
) -> Upload:
    with state.lock:
        if not content:
            state.empty_uploads += 1
            raise invalid("attachment", "Attachment: is empty")
        if len(content) > state.max_upload_bytes:
            raise Refusal(413, "RequestEntityTooLarge", "The file is too large")
        if filename.rpartition(".")[2].lower() in state.blocked_extensions:
            raise Refusal(422, "AttachmentUnprocessable", "File type not allowed")
        upload = Upload(
            token=secrets.token_urlsafe(18),
            attachment_id=state.new_id(),
            filename=filename,
            content_type=content_type,
            content=content,
            expires_at=state.clock() + UPLOAD_LIFE_SECONDS,
        )
        state.uploads[upload.token] = upload
        return upload


def write_comment(
    state: State, ticket: Ticket, actor: User, audit: Audit, given: Json
) -> Comment:
    html, body = given.get("html_body"), given.get("body")
    if isinstance(html, str) and html.strip():
        inner = safe_html(html)
    elif isinstance(body, str) and body.strip():
        inner = safe_html(_paragraphs(body))
    else:
        raise invalid("comment", "Comment: cannot be blank")
    source = html if isinstance(html, str) and html.strip() else body
    if len(str(source)) > MAX_COMMENT_CHARACTERS:
        raise invalid("comment", "Comment: is too long (maximum is 65535)")
    if len(ticket.comments) >= MAX_COMMENTS:
        raise invalid("comment", "Comment: limit of 5000 reached")
    if actor.suspended:
        raise invalid("author", f"Author: {actor.name} is suspended")
    public = given.get("public", ticket.is_public)
    if not isinstance(public, bool):
        raise invalid("comment", "Public: is not a boolean")
    comment = Comment(
        id=state.new_id(),
        audit_id=audit.id,
        author_id=actor.id,
        body=text_of(inner),
        html_body=f'<div class="zd-comment" dir="auto">{inner}</div>',
        # An end user cannot write a private comment.
        public=public or state.forces_public or actor.role == "end-user",
        created_at=audit.created_at,
        custom=audit.custom,
        uploads=_take_uploads(state, given.get("uploads")),
        channel=audit.channel,
    )
    ticket.comments.append(comment)
    audit.add_comment(comment)
    return comment


def _take_uploads(state: State, given: object) -> list[Upload]:
    """The files of these tokens, used up; all of them or, refused, none."""
    tokens = [given] if isinstance(given, str) else given
    found = []
    for token in tokens if isinstance(tokens, list) else []:
        upload = state.uploads.get(str(token))
        if upload is None or upload.used or upload.expires_at < state.clock():
            raise invalid("uploads", f"Upload: token {str(token)[:6]}… is not valid")
        found.append(upload)
    for upload in found:
        upload.used = True
    return found


def _paragraphs(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        f"<p>{'<br>'.join(part.splitlines())}</p>" for part in escaped.split("\n\n")
    )
