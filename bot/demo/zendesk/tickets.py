"""Tickets as Zendesk's REST API shows them.

Keys are those of recorded answers; the values a courier never looks at are there too,
so that a client library meets whole objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.places import DEFAULT_BRAND_ID, DEFAULT_FORM_ID
from bot.demo.zendesk.records import Json, via

CUSTOM_STATUS_ID = 26_155_621_627_539


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
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    brand_id: int = DEFAULT_BRAND_ID
    ticket_form_id: int = DEFAULT_FORM_ID
    email_cc_ids: list[int] = field(default_factory=list)
    followup_ids: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[int, object] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    deleted: bool = False

    def created_with(self) -> Json:
        """What the first audit tells, name by name; ids are text there."""
        told: Json = {
            "subject": self.subject,
            "requester_id": str(self.requester_id),
            "priority": self.priority,
            "type": self.type,
            "status": self.status,
        }
        for name in ("assignee_id", "organization_id", "group_id"):
            if getattr(self, name) is not None:
                told[name] = str(getattr(self, name))
        if self.tags:
            told["tags"] = list(self.tags)
        return {
            **told,
            "brand_id": str(self.brand_id),
            "ticket_form_id": str(self.ticket_form_id),
            "custom_status_id": str(CUSTOM_STATUS_ID),
        }

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
            "assignee_id": self.assignee_id,
            "organization_id": self.organization_id,
            "group_id": self.group_id,
            "collaborator_ids": list(self.email_cc_ids),
            "follower_ids": [],
            "email_cc_ids": list(self.email_cc_ids),
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
            "custom_status_id": CUSTOM_STATUS_ID,
            "followup_ids": list(self.followup_ids),
            "ticket_form_id": self.ticket_form_id,
            "brand_id": self.brand_id,
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": False,
        }
