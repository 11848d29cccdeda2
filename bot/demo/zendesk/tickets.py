"""Tickets as Zendesk's REST API shows them.

Keys are those of recorded answers; the values a courier never looks at are there too,
so that a client library meets whole objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.records import Json, via


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
