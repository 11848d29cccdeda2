"""What people do in the account, and what can be read of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import Ticket


class TicketPlaces(TypedDict, total=False):
    """Where a ticket belongs, and who else is on it; named as in the API."""

    status: str
    channel: str
    brand_id: int
    ticket_form_id: int
    group_id: int | None
    organization_id: int | None
    assignee_id: int | None
    email_cc_ids: tuple[int, ...]


class Deeds:
    """Customers and one agent at work in ``account``, beside the bot's own agent."""

    account: Account
    agent: User
    bot: User

    def create_ticket(
        self,
        requester_email: str,
        subject: str,
        description: str,
        *,
        submitter: User | None = None,
        public: bool = True,
        tags: tuple[str, ...] = (),
        custom_fields: Mapping[int, object] | None = None,
        **more: Unpack[TicketPlaces],
    ) -> int:
        """A new ticket by whoever has this address; unknown people become users,
        unverified, as with mail. The ticket's id. Raises Refusal where the requester
        is suspended."""
        ticket = self.account.create_ticket(
            self.account.writer(requester_email),
            subject,
            description,
            submitter=submitter,
            public=public,
            tags=tags,
            custom_fields=dict(custom_fields or {}),
            **more,
        )
        return ticket.id

    def add_comment(
        self, ticket: int, body: str, *, by: User | None = None, public: bool = True
    ) -> Comment:
        """A comment by ``by``, or by the agent."""
        comment: Json = {"body": body, "public": public}
        self.change(ticket, by=by, comment=comment)
        return self.comments(ticket)[-1]

    def change(self, ticket: int, *, by: User | None = None, **fields: object) -> Audit:
        """Change a ticket's fields, named as in the API, as the agent or as ``by``."""
        return self.account.update_ticket(by or self.agent, ticket, fields, "web")[1]

    def solve(self, ticket: int) -> None:
        self.change(ticket, status="solved")

    def close(self, ticket: int) -> None:
        self.account.update_ticket(self.agent, ticket, {"status": "closed"}, "rule")

    def delete(self, ticket: int) -> None:
        self.account.delete_ticket(self.agent, ticket)

    def reopen(self, ticket: int, body: str = "It happened again.") -> Comment:
        """The requester writes once more, which opens a waiting or solved ticket."""
        requester = self.account.users[self.tickets[ticket].requester_id]
        return self.add_comment(ticket, body, by=requester)

    def change_requester(self, ticket: int, user: User) -> None:
        self.change(ticket, requester_id=user.id)

    def tag(self, ticket: int, *tags: str) -> None:
        """The agent adds tags to the ticket's own."""
        self.change(ticket, tags=[*self.tickets[ticket].tags, *tags])

    def suspend(self, user: User) -> None:
        """No new ticket or comment of theirs is taken; what they wrote stays."""
        user.suspended = True

    def merge(self, source: int, into: int) -> None:
        """Close ``source`` in favour of ``into``; both say so in an internal note."""
        merged = self.tickets[source]
        told = f"Request #{source} “{merged.subject}” was closed and merged into this"
        text = f"{told} request.\n\n{merged.description}"
        self.add_comment(into, text, public=False).merged = source
        comment: Json = {
            "body": f"This request was closed and merged into request #{into}.",
            "public": False,
        }
        tags = [*merged.tags, "closed_by_merge"]
        patch: Json = {"comment": comment, "status": "closed", "tags": tags}
        self.account.update_ticket(self.agent, source, patch, "web", merged_into=into)

    @property
    def tickets(self) -> dict[int, Ticket]:
        return self.account.tickets

    def comments(self, ticket: int) -> list[Comment]:
        return self.account.tickets[ticket].comments

    def notes(self, ticket: int) -> list[Comment]:
        """What the bot's own agent wrote."""
        return [c for c in self.comments(ticket) if c.author_id == self.bot.id]

    def audits(self, ticket: int) -> list[Audit]:
        return self.account.tickets[ticket].audits
