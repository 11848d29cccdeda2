"""What the words of a ticket name: addresses, user ids, sessions and replays; pure.

Customers are taken at their own words only: what they quote was written by others.
Of what agents write, sessions and PostHog links count, and never an address: they name
all sorts of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.identifiers import read_prose
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.records import Comment, Ticket, User
from integrations.zendesk.ways import Way, known_by

# Where mail programs begin to repeat what was written before.
_HISTORY = re.compile(
    r"^\s*(?:"
    r"-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht)\b.*"
    r"|_{10,}"
    r"|(?:on|am|le|el)\b.{5,200}\b(?:wrote|schrieb|a écrit|escribió)\b.{0,200}:"
    r"|##- .{1,200} -##"
    r")\s*$",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """The text without the lines it quotes, and the messages it carries along."""
    kept: list[str] = []
    for line in text.splitlines():
        if _HISTORY.match(line[:500]):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def of_requester(
    ticket: Ticket, requester: User, comments: Sequence[Comment]
) -> Iterator[Identifier]:
    """What subject, description and the requester's public comments name.

    What a customer mentions may be anybody's, unless it is one recording and nothing
    else; an agent who opened the ticket knows.
    """
    texts = [(Way.SUBJECT, ticket.subject), (Way.DESCRIPTION, ticket.description)]
    if not requester.is_staff:
        texts = [(way, own_words(text)) for way, text in texts]
    texts += [
        (Way.COMMENT, own_words(each.text))
        for each in comments
        if each.is_public and each.author_id == requester.id
    ]
    for way, text in texts:
        for one in read_prose(text):
            is_sure = one.kind is IdentifierKind.RECORDING or requester.is_staff
            yield known_by(way, one, is_doubtful=not is_sure)


def of_others(
    comment: Comment,
) -> Iterator[Identifier]:
    """The sessions and PostHog links that somebody else's comment names."""
    for one in read_prose(own_words(comment.text)):
        if one.kind is not IdentifierKind.EMAIL:
            yield known_by(Way.AGENT, one)
