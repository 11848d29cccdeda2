"""A ticket's comments and audits as the REST API shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.records import Json, via
from bot.demo.zendesk.uploads import Upload

# Where a change came from; Zendesk guesses the place from the address.
_SYSTEM: Json = {
    "client": "stand-in",
    "ip_address": "127.0.0.1",
    "location": "Loopback",
    "latitude": 0.0,
    "longitude": 0.0,
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
    merged: int | None = None
    """The ticket whose words it repeats."""

    def show(self, base: str, *, inline_images: bool = False) -> Json:
        """Pictures in the text count as attachments only where ``inline_images`` asks
        for them."""
        listed = [each for each in self.uploads if inline_images or not each.inline]
        return {
            "id": self.id,
            "type": "Comment",
            "author_id": self.author_id,
            "body": self.body,
            "html_body": self.html_body,
            "plain_body": self.body,
            "public": self.public,
            "attachments": [upload.attachment(base) for upload in listed],
            "audit_id": self.audit_id,
            "via": via(self.channel, self.merged),
            "created_at": self.created_at,
            "metadata": {"system": dict(_SYSTEM), "custom": dict(self.custom)},
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
    uploads: list[Upload] = field(default_factory=list)

    def add_comment(self, comment: Comment) -> None:
        self.uploads = comment.uploads
        self.events.append(
            {
                "id": comment.id,
                "type": "Comment",
                "author_id": comment.author_id,
                "body": comment.body,
                "html_body": comment.html_body,
                "plain_body": comment.body,
                "public": comment.public,
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

    def show(self, base: str) -> Json:
        files = [upload.attachment(base) for upload in self.uploads]
        return {
            "id": self.id,
            "ticket_id": self.ticket_id,
            "created_at": self.created_at,
            "author_id": self.author_id,
            "metadata": {"system": dict(_SYSTEM), "custom": dict(self.custom)},
            "events": [
                {**event, "attachments": files}
                if event["type"] == "Comment"
                else dict(event)
                for event in self.events
            ],
            "via": via(self.channel),
        }
