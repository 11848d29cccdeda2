"""The calls we make of Zendesk's tickets, in our own words and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zenpy.lib.api_objects import Comment as ZenpyComment
from zenpy.lib.api_objects import Ticket as ZenpyTicket

from bot.errors import SettingsError
from integrations.zendesk.connection import Connection
from integrations.zendesk.credentials import (
    TIMEOUT_SECONDS,
    ApiToken,
    OAuthClient,
)
from integrations.zendesk.failures import in_our_errors
from integrations.zendesk.history import found, newest
from integrations.zendesk.limits import Limits
from integrations.zendesk.records import (
    Audit,
    Comment,
    Field,
    Ticket,
    Upload,
    User,
)

MARKER = "replay_courier"
"""Our key in an update's metadata, which Zendesk keeps with the audit."""


def connect(
    subdomain: str,
    *,
    oauth_client_id: str | None = None,
    oauth_client_secret: str | None = None,
    email: str | None = None,
    api_token: str | None = None,
    url: str | None = None,
    limits: Limits | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> Zendesk:
    """The account of ``subdomain``, by OAuth client or, without one, by API token.

    ``url`` replaces the account's own address; an answer is waited for ``timeout``
    seconds. Raises SettingsError where neither pair is whole.
    """
    base_url = (url or f"https://{subdomain}.zendesk.com").rstrip("/")
    if oauth_client_id and oauth_client_secret:
        oauth = OAuthClient(base_url, oauth_client_id, oauth_client_secret)
        return Zendesk(subdomain, oauth, base_url, timeout=timeout, limits=limits)
    if email and api_token:
        token = ApiToken(email, api_token)
        return Zendesk(subdomain, token, base_url, timeout=timeout, limits=limits)
    raise SettingsError(
        "Zendesk needs ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET"
    )


class Zendesk(Connection):
    """What is read from and written to one account's tickets."""

    _me: User | None = None

    def me(self) -> User:
        """The agent we act as; asked once."""
        if self._me is None:
            with in_our_errors("reading who we are"):
                self._me = User.read(self.zenpy.users.me().to_dict())
        return self._me

    def ticket(self, ticket_id: str) -> Ticket:
        with in_our_errors(f"reading ticket {ticket_id}"):
            return Ticket.read(self.zenpy.tickets(id=ticket_id).to_dict())

    def user(self, user_id: int) -> User:
        with in_our_errors(f"reading user {user_id}"):
            return User.read(self.zenpy.users(id=user_id).to_dict())

    def verified_emails(self, user_id: int) -> tuple[str, ...]:
        """The addresses this person has shown to own, the primary one first."""
        with in_our_errors(f"reading the identities of user {user_id}"):
            rows = [each.to_dict() for each in self.zenpy.users.identities(id=user_id)]
            rows.sort(key=lambda row: row.get("primary") is not True)
            return tuple(
                str(row["value"])
                for row in rows
                if row.get("type") == "email" and row.get("verified") is True
            )

    def comments(self, ticket_id: str) -> list[Comment]:
        """The newest comments, oldest first."""
        with in_our_errors(f"reading the comments of ticket {ticket_id}"):
            rows = newest(self._get, f"tickets/{ticket_id}/comments", "comments")
            return [Comment.read(each) for each in rows]

    def audits(self, ticket_id: str) -> list[Audit]:
        """The newest updates of the ticket, oldest first."""
        with in_our_errors(f"reading the audits of ticket {ticket_id}"):
            rows = newest(self._get, f"tickets/{ticket_id}/audits", "audits")
            return [Audit.read(each, MARKER) for each in rows]

    def search_tickets(self, query: str, *, most: int = 1000) -> list[Ticket]:
        """The tickets of a search, oldest first; Zendesk's index lags by minutes."""
        with in_our_errors("searching for tickets"):
            rows = found(self._get, f"type:ticket {query}", most=most)
            return [Ticket.read(each) for each in rows]

    def fields(self) -> list[Field]:
        """The ticket fields that are in use."""
        with in_our_errors("reading the ticket fields"):
            fields = [Field.read(each.to_dict()) for each in self.zenpy.ticket_fields()]
            return [each for each in fields if each.is_active]

    def update(
        self,
        ticket: Ticket,
        *,
        tags: tuple[str, ...],
        marker: Mapping[str, str],
        html: str | None = None,
        uploads: tuple[str, ...] = (),
        fields: Mapping[int, str | int] | None = None,
    ) -> Audit:
        """Tags, marker, ticket fields by their ids and, given ``html``, an internal
        note, all at once or not at all. Raises Conflict where the ticket is no longer
        as it was read."""
        changes: dict[str, Any] = {
            "id": ticket.id,
            "tags": list(tags),
            "metadata": {MARKER: dict(marker)},
            "safe_update": True,
            "updated_stamp": ticket.stamp,
        }
        if fields:
            # Those not named keep what they hold.
            changes["custom_fields"] = [
                {"id": each, "value": value} for each, value in fields.items()
            ]
        if html is not None:
            # Left out, ``public`` would be what the ticket's first comment was.
            comment: dict[str, Any] = {"html_body": html, "public": False}
            if uploads:
                comment["uploads"] = list(uploads)
            changes["comment"] = ZenpyComment(**comment)
        with in_our_errors(f"writing to ticket {ticket.id}"):
            answer = self.zenpy.tickets.update(ZenpyTicket(**changes))
            return Audit.read(answer.audit.to_dict(), MARKER)

    def make_private(self, ticket_id: int, comment_id: int) -> None:
        """Hide a comment from the customer; it cannot be undone."""
        path = f"tickets/{ticket_id}/comments/{comment_id}/make_private"
        self.call("PUT", path, f"hiding comment {comment_id} of ticket {ticket_id}")

    def upload(self, filename: str, content_type: str, content: bytes) -> Upload:
        """A file to be attached by a note written soon after."""
        with in_our_errors(f"uploading {filename}"):
            made = self.zenpy.attachments.upload(
                content, target_name=filename, content_type=content_type
            )
            return Upload(str(made.token), str(made.attachment.content_url))
