"""Who a ticket is about: identifiers out of what Zendesk knows, most trusted first.

A field our customer's own form filled in, then the person's external id, then the
addresses they have shown to own. Anybody can write to support in another's name, so an
address that is only claimed or mentioned counts where nothing better is known. Session
ids and replay links in the text always count: they are hard to come by otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.identifiers import read_prose
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.records import Comment, Ticket, User


@dataclass(frozen=True, slots=True)
class Identified:
    """``unverified`` is an address among the identifiers that is only claimed."""

    identifiers: tuple[Identifier, ...]
    unverified: str | None


def identify(
    ticket: Ticket,
    requester: User,
    comments: Sequence[Comment],
    *,
    field_id: int | None,
    verified_emails: Callable[[], Sequence[str]],
) -> Identified:
    """Everything that may name the customer.

    A requester who is staff wrote the ticket for somebody else, so only the field and
    the text count then. ``verified_emails`` is asked only where it matters.
    """
    found: list[Identifier] = []
    unverified = None
    if field_id is not None and field_id in ticket.custom_fields:
        found.append(_of_id(ticket.custom_fields[field_id]))
    if not requester.is_staff:
        if requester.external_id:
            found.append(_of_id(requester.external_id))
        verified = verified_emails()
        found += [Identifier(IdentifierKind.EMAIL, each) for each in verified]
        if requester.email and not found:
            unverified = requester.email
            found.append(Identifier(IdentifierKind.EMAIL, requester.email))
    texts = [ticket.subject, ticket.description]
    texts += [
        each.text
        for each in comments
        if each.is_public and each.author_id == requester.id
    ]
    proven = bool(found) and unverified is None
    for text in texts:
        found += [
            each
            for each in read_prose(text)
            if not (proven and each.kind is IdentifierKind.EMAIL)
        ]
    return Identified(_distinct(found), unverified)


def _of_id(value: str) -> Identifier:
    known = read_prose(value)
    return (
        known[0] if len(known) == 1 else Identifier(IdentifierKind.DISTINCT_ID, value)
    )


def _distinct(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    kept: dict[tuple[IdentifierKind, str], Identifier] = {}
    for each in found:
        exact = each.kind is IdentifierKind.DISTINCT_ID
        kept.setdefault((each.kind, each.value if exact else each.value.lower()), each)
    return tuple(kept.values())
