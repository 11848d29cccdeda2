"""What people do in the account, and what can be read of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import Ticket


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
    ) -> int:
        """A new ticket by whoever has this address; unknown people become users,
        unverified, as with mail. The ticket's id."""
        requester = self.account.user_by_email(requester_email)
        if requester is None:
            name = requester_email.partition("@")[0]
            requester = self.account.add_user(name, requester_email, verified=False)
        ticket = self.account.create_ticket(
            requester,
            subject,
            description,
            submitter=submitter,
            public=public,
            tags=tags,
            custom_fields=dict(custom_fields or {}),
        )
        return ticket.id

    def add_comment(
        self, ticket: int, body: str, *, by: User | None = None, public: bool = True
    ) -> Comment:
        """A comment by ``by``, or by the agent."""
        comment: Json = {"body": body, "public": public}
        author = by or self.agent
        self.account.update_ticket(author, ticket, {"comment": comment}, "web")
        return self.comments(ticket)[-1]

    def solve(self, ticket: int) -> None:
        self.account.update_ticket(self.agent, ticket, {"status": "solved"}, "web")

    def close(self, ticket: int) -> None:
        self.account.update_ticket(self.agent, ticket, {"status": "closed"}, "rule")

    def delete(self, ticket: int) -> None:
        self.account.ticket(ticket).deleted = True

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
