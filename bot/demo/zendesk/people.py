"""Users as Zendesk's REST API shows them, whole, so that clients meet every key."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.records import Json


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
    """Zendesk takes no new ticket of a suspended user; the old ones stay."""
    organization_id: int | None = None
    ticket_restriction: str | None = None
    """Which tickets an agent sees: ``groups``, ``organization``, ``assigned``, all."""
    custom_role_id: int | None = None
    group_ids: list[int] = field(default_factory=list)

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
            "organization_id": self.organization_id,
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
            "custom_role_id": self.custom_role_id,
            "moderator": self.role != "end-user",
            "ticket_restriction": "requested"
            if self.role == "end-user"
            else self.ticket_restriction,
            "only_private_comments": False,
            "restricted_agent": False,
            "suspended": self.suspended,
            "default_group_id": None,
            "report_csv": False,
            "user_fields": dict(self.user_fields),
        }
