"""In which ways a ticket names its customer, in the words a note tells them with."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bot.model import Identifier


class Way(StrEnum):
    """What says that an identifier is the customer's."""

    FIELD = "ticket field"
    USER_FIELD = "user field"
    EXTERNAL_ID = "external id"
    VERIFIED = "verified address"
    CLAIMED = "address not verified"
    """Of a requester who has not shown to own it: anybody can mail as anybody."""
    SHARED = "shared mailbox"
    """An address that several people read and write with."""
    SHARED_CLAIMED = "shared mailbox, not verified"
    SUBJECT = "mentioned in the subject"
    DESCRIPTION = "mentioned in the description"
    COMMENT = "mentioned in a comment"
    AGENT = "named by an agent"
    COMMAND = "named in the command"
    CC = "in copy"


DOUBTFUL = frozenset({Way.CLAIMED, Way.SHARED, Way.SHARED_CLAIMED, Way.CC})


def known_by(
    way: Way, identifier: Identifier, *, is_doubtful: bool = False
) -> Identifier:
    """The identifier, and how it came to be taken for the customer's."""
    doubtful = is_doubtful or way in DOUBTFUL
    return replace(identifier, known_by=str(way), is_doubtful=doubtful)
