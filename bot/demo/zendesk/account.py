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
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket
from bot.demo.zendesk.updates import change_fields, check_update
from bot.demo.zendesk.writing import write_comment


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
class Account(State):
    """One Zendesk account in memory; safe to use from several threads."""

    on_change: Callable[[Change], None] = lambda change: None

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
                id=self.new_ticket_id(),
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
            comment = write_comment(
                self, ticket, actor, audit, {"body": description, "public": public}
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
            check_update(ticket, patch)
            given = patch.get("comment")
            metadata = patch.get("metadata")
            audit = self._audit(
                ticket, actor, metadata if isinstance(metadata, dict) else {}, channel
            )
            comment = None
            if isinstance(given, dict):
                comment = write_comment(self, ticket, actor, audit, given)
            change_fields(self, ticket, audit, patch)
            if not audit.events:
                return ticket, audit
            ticket.audits.append(audit)
            ticket.updated_at = self.now()
            change = Change("Change", ticket, actor, audit, comment)
        self.on_change(change)
        return ticket, audit

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
