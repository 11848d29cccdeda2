"""The stand-in's records and how Zendesk's REST API shows each of them.

Keys are those of recorded answers of the Support API; the values a courier never
looks at are there too, so that a client library meets whole objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

Json = dict[str, object]


class Refusal(Exception):
    """An error answer: status and body as Zendesk gives them."""

    def __init__(
        self, status: int, error: str, description: str, details: Json | None = None
    ) -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status = status
        self.body: Json = {"error": error, "description": description}
        if details is not None:
            self.body["details"] = details


def invalid(name: str, description: str) -> Refusal:
    """The 422 that Zendesk answers to a record it cannot accept."""
    return Refusal(
        422,
        "RecordInvalid",
        "Record validation errors",
        {name: [{"description": description, "error": "InvalidValue"}]},
    )


def stamp(seconds: float) -> str:
    """Seconds since 1970 as Zendesk writes times: UTC, whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class User:
    id: int
    name: str
    email: str | None
    role: str
    verified: bool
    external_id: str | None
    created_at: str
    identities: list[Json] = field(default_factory=list)
    user_fields: Json = field(default_factory=dict)
    suspended: bool = False

    def add_identity(
        self, identity_id: int, value: str, *, verified: bool, primary: bool = False
    ) -> None:
        self.identities.append(
            {
                "id": identity_id,
                "user_id": self.id,
                "type": "email",
                "value": value,
                "verified": verified,
                "primary": primary,
                "created_at": self.created_at,
                "updated_at": self.created_at,
                "undeliverable_count": 0,
                "deliverable_state": "deliverable",
            }
        )

    def email_addresses(self) -> list[str]:
        return [str(each["value"]) for each in self.identities]

    def show(self, base: str) -> Json:
        return {
            "id": self.id,
            "url": f"{base}/api/v2/users/{self.id}.json",
            "name": self.name,
            "email": self.email,
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "time_zone": "Etc/UTC",
            "iana_time_zone": "Etc/UTC",
            "phone": None,
            "shared_phone_number": None,
            "photo": None,
            "locale_id": 1,
            "locale": "en-US",
            "organization_id": None,
            "role": self.role,
            "verified": self.verified,
            "external_id": self.external_id,
            "tags": [],
            "alias": None,
            "active": True,
            "shared": False,
            "shared_agent": False,
            "last_login_at": None,
            "two_factor_auth_enabled": False,
            "signature": None,
            "details": None,
            "notes": None,
            "role_type": None,
            "custom_role_id": None,
            "moderator": self.role != "end-user",
            "ticket_restriction": "requested" if self.role == "end-user" else None,
            "only_private_comments": False,
            "restricted_agent": False,
            "suspended": self.suspended,
            "default_group_id": None,
            "report_csv": False,
            "user_fields": dict(self.user_fields),
        }


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


@dataclass
class Ticket:
    id: int
    subject: str
    description: str
    requester_id: int
    submitter_id: int
    created_at: str
    updated_at: str
    channel: str
    is_public: bool
    status: str = "new"
    priority: str | None = None
    type: str | None = None
    external_id: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[int, object] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    deleted: bool = False

    def show(self, base: str) -> Json:
        fields = [{"id": k, "value": v} for k, v in self.custom_fields.items()]
        return {
            "url": f"{base}/api/v2/tickets/{self.id}.json",
            "id": self.id,
            "external_id": self.external_id,
            "via": via(self.channel),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "generated_timestamp": 0,
            "type": self.type,
            "subject": self.subject,
            "raw_subject": self.subject,
            "description": self.description,
            "priority": self.priority,
            "status": self.status,
            "recipient": None,
            "requester_id": self.requester_id,
            "submitter_id": self.submitter_id,
            "assignee_id": None,
            "organization_id": None,
            "group_id": None,
            "collaborator_ids": [],
            "follower_ids": [],
            "email_cc_ids": [],
            "forum_topic_id": None,
            "problem_id": None,
            "has_incidents": False,
            "is_public": self.is_public,
            "due_at": None,
            "tags": list(self.tags),
            "custom_fields": fields,
            "fields": fields,
            "satisfaction_rating": None,
            "sharing_agreement_ids": [],
            "custom_status_id": 26155621627539,
            "followup_ids": [],
            "ticket_form_id": 26155621471251,
            "brand_id": 26155621587603,
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": False,
        }


def via(channel: str) -> Json:
    return {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}
