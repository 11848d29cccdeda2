"""What tickets are sorted by: brands, groups, forms and customers' organisations."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.zendesk.records import Json

DEFAULT_BRAND_ID = 26_155_621_587_603
DEFAULT_FORM_ID = 26_155_621_471_251
DEFAULT_GROUP_ID = 26_155_621_490_131


@dataclass
class Brand:
    id: int
    name: str
    created_at: str
    form_ids: list[int] = field(default_factory=list)

    def show(self, base: str) -> Json:
        return {
            "url": f"{base}/api/v2/brands/{self.id}.json",
            "id": self.id,
            "name": self.name,
            "brand_url": base,
            "subdomain": "acme",
            "host_mapping": None,
            "has_help_center": True,
            "help_center_state": "enabled",
            "active": True,
            "default": self.id == DEFAULT_BRAND_ID,
            "is_deleted": False,
            "logo": None,
            "ticket_form_ids": list(self.form_ids),
            "signature_template": "{{agent.signature}}",
            "created_at": self.created_at,
            "updated_at": self.created_at,
        }


@dataclass
class Group:
    id: int
    name: str
    created_at: str

    def show(self, base: str) -> Json:
        return {
            "url": f"{base}/api/v2/groups/{self.id}.json",
            "id": self.id,
            "is_public": True,
            "name": self.name,
            "description": "",
            "default": self.id == DEFAULT_GROUP_ID,
            "deleted": False,
            "created_at": self.created_at,
            "updated_at": self.created_at,
        }


@dataclass
class TicketForm:
    id: int
    name: str
    created_at: str
    field_ids: list[int] = field(default_factory=list)
    active: bool = True

    def show(self, base: str) -> Json:
        return {
            "url": f"{base}/api/v2/ticket_forms/{self.id}.json",
            "id": self.id,
            "name": self.name,
            "raw_name": self.name,
            "display_name": self.name,
            "raw_display_name": self.name,
            "end_user_visible": True,
            "position": 1,
            "ticket_field_ids": list(self.field_ids),
            "active": self.active,
            "default": self.id == DEFAULT_FORM_ID,
            "in_all_brands": True,
            "restricted_brand_ids": [],
            "end_user_conditions": [],
            "agent_conditions": [],
            "created_at": self.created_at,
            "updated_at": self.created_at,
        }


@dataclass
class Organization:
    id: int
    name: str
    created_at: str
    external_id: str | None = None
    domain_names: list[str] = field(default_factory=list)

    def show(self, base: str) -> Json:
        return {
            "url": f"{base}/api/v2/organizations/{self.id}.json",
            "id": self.id,
            "name": self.name,
            "shared_tickets": False,
            "shared_comments": False,
            "external_id": self.external_id,
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "domain_names": list(self.domain_names),
            "details": None,
            "notes": None,
            "group_id": None,
            "tags": [],
            "organization_fields": {},
        }


Place = Brand | Group | Organization
