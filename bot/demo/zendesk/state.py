"""What one account holds, and how things in it are found."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.zendesk.people import User
from bot.demo.zendesk.places import (
    DEFAULT_BRAND_ID,
    DEFAULT_FORM_ID,
    DEFAULT_GROUP_ID,
    Brand,
    Group,
    Organization,
    TicketForm,
)
from bot.demo.zendesk.records import Json, not_found, stamp
from bot.demo.zendesk.tickets import Ticket
from bot.demo.zendesk.uploads import Upload

BLOCKED_EXTENSIONS: frozenset[str] = frozenset()


@dataclass
class State:
    """One account's records in memory; whoever changes them holds ``lock``."""

    clock: Callable[[], float]
    max_upload_bytes: int = 50 * 1024 * 1024
    blocked_extensions: frozenset[str] = BLOCKED_EXTENSIONS
    users: dict[int, User] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    brands: dict[int, Brand] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    forms: dict[int, TicketForm] = field(default_factory=dict)
    organizations: dict[int, Organization] = field(default_factory=dict)
    custom_roles: dict[int, str] = field(default_factory=dict)
    """Which tickets agents of each role see, in the words of ``ticket_access``."""
    forces_public: bool = False
    """An account whose own rules make every comment public."""
    search_lag_seconds: float = 0.0
    """How far behind the search index is; Zendesk's is, by minutes."""
    keeps_images: bool = True
    """Whether comments may show pictures; otherwise they are attachments like any."""
    empty_uploads: int = 0
    """Uploads that arrived without a byte: always a client's mistake."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._ids = itertools.count(33_144_692_255_001, 128)
        self._ticket_ids = itertools.count(5158)
        now, form = self.now(), DEFAULT_FORM_ID
        self.brands[DEFAULT_BRAND_ID] = Brand(DEFAULT_BRAND_ID, "Acme", now, [form])
        self.groups[DEFAULT_GROUP_ID] = Group(DEFAULT_GROUP_ID, "Support", now)
        self.forms[form] = TicketForm(form, "Default Ticket Form", now)

    def new_id(self) -> int:
        return next(self._ids)

    def new_ticket_id(self) -> int:
        return next(self._ticket_ids)

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
        organization_id: int | None = None,
        user_fields: Json | None = None,
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
                organization_id=organization_id,
                user_fields=dict(user_fields or {}),
            )
            if email:
                user.add_identity(self.new_id(), email, verified=verified, primary=True)
            self.users[user.id] = user
            return user

    def add_brand(self, name: str) -> Brand:
        brand = Brand(self.new_id(), name, self.now(), [DEFAULT_FORM_ID])
        return self.brands.setdefault(brand.id, brand)

    def add_group(self, name: str) -> Group:
        group = Group(self.new_id(), name, self.now())
        return self.groups.setdefault(group.id, group)

    def add_form(self, name: str) -> TicketForm:
        form = TicketForm(self.new_id(), name, self.now())
        return self.forms.setdefault(form.id, form)

    def add_organization(self, name: str) -> Organization:
        made = Organization(self.new_id(), name, self.now())
        return self.organizations.setdefault(made.id, made)

    def user_by_email(self, email: str) -> User | None:
        with self.lock:
            return next(
                (u for u in self.users.values() if email in u.email_addresses()), None
            )

    def writer(self, email: str) -> User:
        """Whoever writes from this address; unknown people become users, unverified,
        as with mail."""
        with self.lock:
            return self.user_by_email(email) or self.add_user(
                email.partition("@")[0], email, verified=False
            )

    def attachment(self, attachment_id: int) -> Upload:
        """The file, uploaded or attached. Raises Refusal 404."""
        for upload in self.uploads.values():
            if upload.attachment_id == attachment_id:
                return upload
        raise not_found()

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as Zendesk would show it. Raises Refusal 404."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.deleted:
            raise not_found()
        return ticket
