"""What a note warns of: that the sessions it shows may be somebody else's; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.identifiers import distinct
from bot.model import IdentifierKind, Note
from integrations.zendesk.text import safe
from integrations.zendesk.ways import Way

_SHARED = "is a shared mailbox: these may be the sessions of somebody else who uses it"
_CLAIMS = "Zendesk has not confirmed that the requester owns"

_WARNINGS: Mapping[str, tuple[str, str]] = {
    Way.CLAIMED: ("Not verified", _CLAIMS + " {}."),
    Way.SHARED: ("Shared mailbox", "{} " + _SHARED + "."),
    Way.SHARED_CLAIMED: (
        "Shared mailbox, not verified",
        "{} " + _SHARED + ", and " + _CLAIMS + " it.",
    ),
    Way.CC: ("In copy", "{} is not the requester, but in copy of this ticket."),
}


def warnings(note: Note) -> Iterator[str]:
    """A line for each identifier that says little about whose sessions these are, where
    a replay or session was found by it."""
    for one in distinct(note.found_by.values()):
        if one.known_by in _WARNINGS:
            title, text = _WARNINGS[one.known_by]
        elif one.is_doubtful and one.kind is IdentifierKind.EMAIL:
            title, text = "Not verified", "{} is only " + one.known_by + "."
        else:
            continue
        yield f"<strong>{title}:</strong> {text.format(safe(one.value, 80))}"
