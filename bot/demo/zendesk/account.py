"""An account that takes and makes tickets: one audit for each change, then a report.

Every change goes through ``create_ticket`` or ``update_ticket``, which refuse what
Zendesk refuses. Who may call, how often, and what happens afterwards (triggers,
webhooks) is left to others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.people import User
from bot.demo.zendesk.places import DEFAULT_BRAND_ID, DEFAULT_FORM_ID
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket
from bot.demo.zendesk.updates import change_fields, check_update
from bot.demo.zendesk.writing import write_comment

_WAITING = frozenset({"pending", "hold", "solved"})
"""A customer's comment opens these again."""


@dataclass(frozen=True, slots=True)
class Change:
    """What just happened to a ticket: triggers and event subscriptions look at it."""

    kind: str
    """``Create`` or ``Change``, as in the trigger condition ``update_type``; or
    ``Delete``, which no trigger hears of."""
    ticket: Ticket
    actor: User
    audit: Audit
    comment: Comment | None
    merged_into: int | None = None


@dataclass
class Account(State):
    """One Zendesk account in memory; safe to use from several threads."""

    on_change: Callable[[Change], None] = lambda change: None
    """Called with the lock held: what triggers change belongs to the same update."""

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
        status: str = "new",
        brand_id: int = DEFAULT_BRAND_ID,
        ticket_form_id: int = DEFAULT_FORM_ID,
        group_id: int | None = None,
        organization_id: int | None = None,
        assignee_id: int | None = None,
        email_cc_ids: tuple[int, ...] = (),
    ) -> Ticket:
        """A ticket with its first comment, in the requester's organisation unless told
        otherwise. Raises Refusal 422."""
        actor = submitter or requester
        if not description.strip():
            raise invalid("comment", "Description: cannot be blank")
        if requester.suspended:
            raise invalid("requester", f"Requester: {requester.name} is suspended")
        with self.lock:
            ticket = Ticket(
                id=self.new_ticket_id(),
                subject=subject.strip(),
                description=description,
                requester_id=requester.id,
                submitter_id=actor.id,
                created_at=self.now(),
                updated_at=self.now(),
                channel=channel,
                is_public=public,
                status=status,
                tags=list(tags),
                custom_fields=dict(custom_fields or {}),
                brand_id=brand_id,
                ticket_form_id=ticket_form_id,
                group_id=group_id,
                organization_id=organization_id or requester.organization_id,
                assignee_id=assignee_id,
                email_cc_ids=list(email_cc_ids),
            )
            audit = self._audit(ticket, actor, {}, channel)
            comment = write_comment(
                self, ticket, actor, audit, {"body": description, "public": public}
            )
            for name, value in ticket.created_with().items():
                audit.add_create(self.new_id(), name, value)
            self.tickets[ticket.id] = ticket
            ticket.audits.append(audit)
            self.on_change(Change("Create", ticket, actor, audit, comment))
        return ticket

    def update_ticket(
        self,
        actor: User,
        ticket_id: int,
        patch: Json,
        channel: str = "api",
        *,
        merged_into: int | None = None,
    ) -> tuple[Ticket, Audit]:
        """Apply one ticket update as one audit, or nothing of it."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            check_update(self, ticket, patch)
            given = patch.get("comment")
            metadata = patch.get("metadata")
            audit = self._audit(
                ticket, actor, metadata if isinstance(metadata, dict) else {}, channel
            )
            comment = None
            if isinstance(given, dict):
                comment = write_comment(self, ticket, actor, audit, given)
                if actor.role == "end-user" and ticket.status in _WAITING:
                    patch = {"status": "open", **patch}
            change_fields(self, ticket, audit, patch)
            if not audit.events:
                return ticket, audit
            ticket.audits.append(audit)
            ticket.updated_at = self.now()
            self.on_change(Change("Change", ticket, actor, audit, comment, merged_into))
        return ticket, audit

    def delete_ticket(self, actor: User, ticket_id: int) -> None:
        """Put the ticket where no call finds it any more."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            audit = self._audit(ticket, actor, {}, "web")
            audit.add_change(self.new_id(), "status", "deleted", ticket.status)
            ticket.audits.append(audit)
            ticket.status, ticket.deleted = "deleted", True
            ticket.updated_at = self.now()
            change = Change("Delete", ticket, actor, audit, None)
        self.on_change(change)

    def take_tags(self, ticket_id: int, tags: list[str], actor: User) -> Ticket:
        return self.update_ticket(actor, ticket_id, {"tags": tags})[0]

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
