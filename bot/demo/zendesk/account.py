"""The stand-in's state: users, tickets, comments, audits, uploads; and its rules.

Every change goes through ``create_ticket`` or ``update_ticket``, which refuse what
Zendesk refuses and make one audit each. Who may call, how often, and what happens
afterwards (triggers, webhooks) is left to others.
"""

from __future__ import annotations

import itertools
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.zendesk.records import (
    Audit,
    Comment,
    Json,
    Refusal,
    Ticket,
    Upload,
    User,
    invalid,
    stamp,
)
from bot.demo.zendesk.sanitise import safe_html, text_of

MAX_COMMENTS = 5000
MAX_COMMENT_CHARACTERS = 65_535
UPLOAD_LIFE_SECONDS = 60 * 60
BLOCKED_EXTENSIONS: frozenset[str] = frozenset()

_TAG = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True)
class Change:
    """What just happened to a ticket: triggers and event subscriptions look at it."""

    kind: str
    """``Create`` or ``Change``, as in the trigger condition ``update_type``."""
    ticket: Ticket
    actor: User
    audit: Audit
    comment: Comment | None


@dataclass
class Account:
    """One Zendesk account in memory; safe to use from several threads."""

    clock: Callable[[], float]
    max_upload_bytes: int = 50 * 1024 * 1024
    blocked_extensions: frozenset[str] = BLOCKED_EXTENSIONS
    users: dict[int, User] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    forces_public: bool = False
    """An account whose own rules make every comment public."""
    empty_uploads: int = 0
    """Uploads that arrived without a byte: always a client's mistake."""
    on_change: Callable[[Change], None] = lambda change: None

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._ids = itertools.count(33_144_692_255_001, 128)
        self._ticket_ids = itertools.count(5158)

    def new_id(self) -> int:
        return next(self._ids)

    def now(self) -> str:
        return stamp(self.clock())

    def add_user(
        self,
        name: str,
        email: str | None,
        role: str = "end-user",
        *,
        verified: bool = True,
        external_id: str | None = None,
    ) -> User:
        with self.lock:
            user = User(
                id=self.new_id(),
                name=name,
                email=email,
                role=role,
                verified=verified,
                external_id=external_id,
                created_at=self.now(),
            )
            if email:
                user.add_identity(self.new_id(), email, verified=verified, primary=True)
            self.users[user.id] = user
            return user

    def user_by_email(self, email: str) -> User | None:
        with self.lock:
            return next(
                (u for u in self.users.values() if email in u.email_addresses()), None
            )

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as Zendesk would show it. Raises Refusal 404."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.deleted:
            raise Refusal(404, "RecordNotFound", "Not found")
        return ticket

    def create_ticket(
        self,
        requester: User,
        subject: str,
        description: str,
        *,
        submitter: User | None = None,
        public: bool = True,
        tags: tuple[str, ...] = (),
        custom_fields: dict[int, object] | None = None,
        channel: str = "web",
    ) -> Ticket:
        actor = submitter or requester
        if not description.strip():
            raise invalid("comment", "Description: cannot be blank")
        with self.lock:
            ticket = Ticket(
                id=next(self._ticket_ids),
                subject=subject.strip(),
                description=description,
                requester_id=requester.id,
                submitter_id=actor.id,
                created_at=self.now(),
                updated_at=self.now(),
                channel=channel,
                is_public=public,
                tags=list(tags),
                custom_fields=dict(custom_fields or {}),
            )
            audit = self._audit(ticket, actor, {}, channel)
            comment = self._comment(
                ticket, actor, audit, {"body": description, "public": public}
            )
            audit.add_create(self.new_id(), "subject", ticket.subject)
            self.tickets[ticket.id] = ticket
            ticket.audits.append(audit)
            change = Change("Create", ticket, actor, audit, comment)
        self.on_change(change)
        return ticket

    def update_ticket(
        self, actor: User, ticket_id: int, patch: Json, channel: str = "api"
    ) -> tuple[Ticket, Audit]:
        """Apply one ticket update as one audit, or nothing of it."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            self._check_update(ticket, patch)
            given = patch.get("comment")
            metadata = patch.get("metadata")
            audit = self._audit(
                ticket, actor, metadata if isinstance(metadata, dict) else {}, channel
            )
            comment = None
            if isinstance(given, dict):
                comment = self._comment(ticket, actor, audit, given)
            self._change_fields(ticket, audit, patch)
            if not audit.events:
                return ticket, audit
            ticket.audits.append(audit)
            ticket.updated_at = self.now()
            change = Change("Change", ticket, actor, audit, comment)
        self.on_change(change)
        return ticket, audit

    def take_tags(self, ticket_id: int, tags: list[str], actor: User) -> Ticket:
        return self.update_ticket(actor, ticket_id, {"tags": tags})[0]

    def add_upload(self, filename: str, content_type: str, content: bytes) -> Upload:
        with self.lock:
            if not content:
                self.empty_uploads += 1
                raise invalid("attachment", "Attachment: is empty")
            if len(content) > self.max_upload_bytes:
                raise Refusal(413, "RequestEntityTooLarge", "The file is too large")
            if filename.rpartition(".")[2].lower() in self.blocked_extensions:
                raise Refusal(422, "AttachmentUnprocessable", "File type not allowed")
            upload = Upload(
                token=secrets.token_urlsafe(18),
                attachment_id=self.new_id(),
                filename=filename,
                content_type=content_type,
                content=content,
                expires_at=self.clock() + UPLOAD_LIFE_SECONDS,
            )
            self.uploads[upload.token] = upload
            return upload

    def _check_update(self, ticket: Ticket, patch: Json) -> None:
        if ticket.status == "closed":
            raise invalid("status", "Status: closed prevents ticket update")
        if patch.get("safe_update") in (True, "true"):
            seen = patch.get("updated_stamp")
            if seen != ticket.updated_at:
                raise Refusal(
                    409,
                    "UpdateConflict",
                    f"Safe Update prevented the update due to outdated ticket data."
                    f" Ticket's updated_at is {ticket.updated_at}, not {seen}",
                )

    def _audit(
        self, ticket: Ticket, actor: User, metadata: Json, channel: str
    ) -> Audit:
        return Audit(
            id=self.new_id(),
            ticket_id=ticket.id,
            created_at=self.now(),
            author_id=actor.id,
            custom=metadata,
            channel=channel,
        )

    def _comment(
        self, ticket: Ticket, actor: User, audit: Audit, given: Json
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
        public = given.get("public", ticket.is_public)
        if not isinstance(public, bool):
            raise invalid("comment", "Public: is not a boolean")
        comment = Comment(
            id=self.new_id(),
            audit_id=audit.id,
            author_id=actor.id,
            body=text_of(inner),
            html_body=f'<div class="zd-comment" dir="auto">{inner}</div>',
            # An end user cannot write a private comment.
            public=public or self.forces_public or actor.role == "end-user",
            created_at=audit.created_at,
            custom=audit.custom,
            uploads=[self._take_upload(t) for t in _tokens(given.get("uploads"))],
            channel=audit.channel,
        )
        ticket.comments.append(comment)
        audit.add_comment(comment)
        return comment

    def _take_upload(self, token: str) -> Upload:
        upload = self.uploads.get(token)
        if upload is None or upload.used or upload.expires_at < self.clock():
            raise invalid("uploads", f"Upload: token {token[:6]}… is not valid")
        upload.used = True
        return upload

    def _change_fields(self, ticket: Ticket, audit: Audit, patch: Json) -> None:
        for name in ("subject", "status", "priority", "type", "external_id"):
            if name in patch and patch[name] != getattr(ticket, name):
                old, new = getattr(ticket, name), patch[name]
                setattr(ticket, name, new)
                audit.add_change(self.new_id(), name, new, old)
        tags = patch.get("tags")
        if tags is not None:
            words = " ".join(map(str, tags)) if isinstance(tags, list) else str(tags)
            new_tags = sorted({word.lower() for word in _TAG.findall(words)})
            if new_tags != sorted(ticket.tags):
                audit.add_change(self.new_id(), "tags", new_tags, list(ticket.tags))
                ticket.tags = new_tags
        fields = patch.get("custom_fields")
        for given in fields if isinstance(fields, list) else []:
            key, value = int(given["id"]), given.get("value")
            if ticket.custom_fields.get(key) != value:
                old = ticket.custom_fields.get(key)
                audit.add_change(self.new_id(), str(key), value, old)
                ticket.custom_fields[key] = value


def _tokens(uploads: object) -> list[str]:
    if isinstance(uploads, str):
        return [uploads]
    return [str(token) for token in uploads] if isinstance(uploads, list) else []


def _paragraphs(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        f"<p>{'<br>'.join(part.splitlines())}</p>" for part in escaped.split("\n\n")
    )
