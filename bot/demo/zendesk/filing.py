"""Taking files in, and handing them to the one comment that names their tokens."""

from __future__ import annotations

import secrets

from bot.demo.zendesk.records import Refusal, invalid
from bot.demo.zendesk.state import State
from bot.demo.zendesk.uploads import Upload

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
            content_token=secrets.token_urlsafe(18),
            attachment_id=state.new_id(),
            filename=filename,
            content_type=content_type,
            content=content,
            expires_at=state.clock() + UPLOAD_LIFE_SECONDS,
        )
        state.uploads[upload.token] = upload
        return upload


def take_uploads(state: State, given: object) -> list[Upload]:
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
