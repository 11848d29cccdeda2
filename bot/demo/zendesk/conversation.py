"""A ticket's comments and audits, and the files on them, as the REST API shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.records import Json, via


@dataclass
class Upload:
    token: str
    attachment_id: int
    filename: str
    content_type: str
    content: bytes
    expires_at: float
    used: bool = False

    def attachment(self, base: str) -> Json:
        url = f"{base}/attachments/token/{self.token[:12]}/?name={self.filename}"
        return {
            "id": self.attachment_id,
            "file_name": self.filename,
            "content_type": self.content_type,
            "content_url": url,
            "mapped_content_url": url,
            "url": f"{base}/api/v2/attachments/{self.attachment_id}.json",
            "size": len(self.content),
            "width": None,
            "height": None,
            "inline": False,
            "deleted": False,
            "malware_access_override": False,
            "malware_scan_result": "not_scanned",
            "thumbnails": [],
        }


@dataclass
class Comment:
    id: int
    audit_id: int
    author_id: int
    body: str
    html_body: str
    public: bool
    created_at: str
    custom: Json
    uploads: list[Upload]
    channel: str

    def show(self, base: str) -> Json:
        return {
            "id": self.id,
            "type": "Comment",
            "author_id": self.author_id,
            "body": self.body,
            "html_body": self.html_body,
            "plain_body": self.body,
            "public": self.public,
            "attachments": [upload.attachment(base) for upload in self.uploads],
            "audit_id": self.audit_id,
            "via": via(self.channel),
            "created_at": self.created_at,
            "metadata": {"system": {}, "custom": dict(self.custom)},
        }


@dataclass
class Audit:
    id: int
    ticket_id: int
    created_at: str
    author_id: int
    custom: Json
    channel: str
    events: list[Json] = field(default_factory=list)

    def add_comment(self, comment: Comment) -> None:
        self.events.append(
            {
                "id": comment.id,
                "type": "Comment",
                "author_id": comment.author_id,
                "body": comment.body,
                "html_body": comment.html_body,
                "plain_body": comment.body,
                "public": comment.public,
                "attachments": [],
                "audit_id": self.id,
            }
        )

    def add_create(self, event_id: int, name: str, value: object) -> None:
        self.events.append(
            {"id": event_id, "type": "Create", "field_name": name, "value": value}
        )

    def add_change(self, event_id: int, name: str, value: object, old: object) -> None:
        self.events.append(
            {
                "id": event_id,
                "type": "Change",
                "field_name": name,
                "value": value,
                "previous_value": old,
            }
        )

    def add_ccs(self, event_id: int, value: list[str], old: list[str]) -> None:
        self.events.append(
            {
                "id": event_id,
                "type": "EmailCcChange",
                "current_email_ccs": value,
                "previous_email_ccs": old,
            }
        )

    def show(self) -> Json:
        return {
            "id": self.id,
            "ticket_id": self.ticket_id,
            "created_at": self.created_at,
            "author_id": self.author_id,
            "metadata": {"system": {}, "custom": dict(self.custom)},
            "events": [dict(event) for event in self.events],
            "via": via(self.channel),
        }
