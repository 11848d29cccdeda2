"""Who a ticket is about: identifiers out of what Zendesk knows, most trusted first.

A field our customer's own form filled in, then what the account knows of the person,
then the addresses they have shown to own. Anybody can write to support in another's
name, so an address that is only claimed, shared or mentioned counts where nothing
better is known, and so does a user id. Session ids and replay links in the text always
count: they are hard to come by otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from bot.errors import NotFound
from bot.identifiers import distinct, read_prose
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.mailboxes import is_machine, is_shared
from integrations.zendesk.mentions import of_others, of_requester
from integrations.zendesk.records import Comment, Ticket, User
from integrations.zendesk.ways import Way, known_by

MAX_CCS = 5

MAX_UUIDS = 5
"""Pasted logs are full of them, and each is several questions to a source."""


class Directory(Protocol):
    """What is asked of the account, and only where it matters."""

    def me(self) -> User: ...

    def user(self, user_id: int) -> User: ...

    def verified_emails(self, user_id: int) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What an account knows its customers by; see the settings ZENDESK_FIELD_ID,
    ZENDESK_USER_FIELD, ZENDESK_INCLUDE_CCS and ZENDESK_SHARED_MAILBOXES."""

    field_ids: tuple[int, ...] = ()
    user_field: str | None = None
    include_ccs: bool = False
    shared_mailboxes: tuple[str, ...] = ()


NO_RULES = Rules()

_OF_TICKET = frozenset({Way.SUBJECT, Way.DESCRIPTION})


@dataclass(frozen=True, slots=True)
class Identified:
    """Each identifier says by what it is known. Of a suspended requester there are
    none: what comes from them is spam until an agent says otherwise."""

    identifiers: tuple[Identifier, ...]
    is_suspended: bool = False


def identify(
    ticket: Ticket,
    requester: User,
    comments: Sequence[Comment],
    *,
    directory: Directory,
    rules: Rules = NO_RULES,
) -> Identified:
    """Everything that may name the customer.

    A requester who is staff wrote the ticket for somebody else, so only the field and
    the text count then.
    """
    if requester.suspended:
        return Identified((), is_suspended=True)
    asked = _Asked(ticket, requester, directory, rules)
    found = [*asked.fields()]
    if not requester.is_staff:
        found += asked.known_of_requester()
        found += () if found else asked.claimed()
    is_proven = any(not one.is_doubtful for one in found)
    others = [*asked.others(comments)]
    # What an agent names as well is no doubt any more.
    own = [
        one for one in asked.own(comments) if not (one.is_doubtful and one in others)
    ]
    mentioned = distinct((*own, *others))
    uuids = [one for one in mentioned if one.kind is IdentifierKind.UUID][:MAX_UUIDS]
    for one in mentioned:
        if one.kind is IdentifierKind.EMAIL:
            if not is_proven and not is_machine(one.value):
                found.append(asked.perhaps_shared(one))
        elif one.kind is IdentifierKind.DISTINCT_ID and one.is_doubtful:
            if not is_proven:
                found.append(one)
        elif one.kind is not IdentifierKind.UUID or one in uuids:
            found.append(one)
    found = _best(found)
    if rules.include_ccs:
        found += asked.in_copy()
    return Identified(distinct(found))


@dataclass(frozen=True, slots=True)
class _Asked:
    ticket: Ticket
    requester: User
    directory: Directory
    rules: Rules
    _staff: dict[int, bool] = field(default_factory=dict)

    def fields(self) -> Iterator[Identifier]:
        for each in self.rules.field_ids:
            if each in self.ticket.custom_fields:
                yield known_by(Way.FIELD, _of_id(self.ticket.custom_fields[each]))

    def known_of_requester(self) -> list[Identifier]:
        requester, found = self.requester, list[Identifier]()
        if value := requester.user_fields.get(self.rules.user_field or ""):
            found.append(known_by(Way.USER_FIELD, _of_id(value)))
        if requester.external_id:
            found.append(known_by(Way.EXTERNAL_ID, _of_id(requester.external_id)))
        verified = self.directory.verified_emails(requester.id)
        found += [
            self.perhaps_shared(known_by(Way.VERIFIED, _email(each)))
            for each in verified
            if not is_machine(each)
        ]
        return found

    def claimed(self) -> Iterator[Identifier]:
        if self.requester.email and not is_machine(self.requester.email):
            claimed = known_by(Way.CLAIMED, _email(self.requester.email))
            yield self.perhaps_shared(claimed, Way.SHARED_CLAIMED)

    def perhaps_shared(self, one: Identifier, way: Way = Way.SHARED) -> Identifier:
        shared = is_shared(one.value, self.rules.shared_mailboxes)
        return known_by(way, one) if shared else one

    def others(self, comments: Iterable[Comment]) -> Iterator[Identifier]:
        """What agents' comments name. Our own notes are full of links of ours."""
        for comment in comments:
            if comment.author_id == self.requester.id and comment.is_public:
                continue
            named = [*of_others(comment)]
            if named and self._is_agent(comment):
                yield from named

    def own(self, comments: Sequence[Comment]) -> list[Identifier]:
        """What the requester's words name; the ticket's where they opened it."""
        named = [*of_requester(self.ticket, self.requester, comments)]
        of_ticket = [one for one in named if one.known_by in _OF_TICKET]
        if of_ticket and self._is_anothers(comments):
            return [one for one in named if one.known_by not in _OF_TICKET]
        return named

    def _is_anothers(self, comments: Sequence[Comment]) -> bool:
        """Whether the ticket was opened by another customer than its requester now."""
        first = next(iter(comments), None)
        if first is None or first.created_at > self.ticket.created_at:
            return False
        author = first.author_id
        return author != self.requester.id and not self._is_staff(author)

    def in_copy(self) -> Iterator[Identifier]:
        """The own addresses of customers who get copies of the ticket's mails."""
        return islice(self._in_copy(), MAX_CCS)

    def _in_copy(self) -> Iterator[Identifier]:
        others = [one for one in self.ticket.email_cc_ids if one != self.requester.id]
        for user_id in others[:MAX_CCS]:
            person = self._person(user_id)
            if person is None or person.is_staff or person.suspended:
                continue
            for each in self.directory.verified_emails(user_id):
                if not is_machine(each) and not is_shared(
                    each, self.rules.shared_mailboxes
                ):
                    yield known_by(Way.CC, _email(each))

    def _is_agent(self, comment: Comment) -> bool:
        author = comment.author_id
        if author not in self._staff:
            # Not whether it is private: so is what strangers mail to a ticket.
            is_ours = author == self.directory.me().id
            self._staff[author] = not is_ours and self._is_staff(author)
        return self._staff[author]

    def _is_staff(self, user_id: int) -> bool:
        person = self._person(user_id)
        return person is not None and person.is_staff

    def _person(self, user_id: int) -> User | None:
        """None where they were deleted for good, which leaves what they wrote."""
        try:
            return self.directory.user(user_id)
        except NotFound:
            return None


def _best(found: Sequence[Identifier]) -> list[Identifier]:
    """Without the shared mailboxes where there is anything else."""
    own = [one for one in found if not one.known_by.startswith(Way.SHARED)]
    return own or list(found)


def _email(address: str) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, address)


def _of_id(value: str) -> Identifier:
    known = read_prose(value)
    return (
        known[0] if len(known) == 1 else Identifier(IdentifierKind.DISTINCT_ID, value)
    )
