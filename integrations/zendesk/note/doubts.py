"""What a note warns of: that the sessions it shows may be somebody else's; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.identifiers import distinct
from bot.model import Identifier, Note, Recording
from integrations.zendesk.note.lines import owner
from integrations.zendesk.text import safe
from integrations.zendesk.ways import Way

_SHARED = "is a shared mailbox: these may be the sessions of somebody else who uses it"
_CLAIMS = "Zendesk has not confirmed that the requester owns"
_MOST_NAMED = 3
_MOST_SHOWN = 80
_LONGEST = 400

_WARNINGS: Mapping[str, tuple[str, str, str]] = {
    Way.CLAIMED: ("Not verified", f"{_CLAIMS} ", "."),
    Way.SHARED: ("Shared mailbox", "", f" {_SHARED}."),
    Way.SHARED_CLAIMED: (
        "Shared mailbox, not verified",
        "",
        f" {_SHARED}, and {_CLAIMS} it.",
    ),
    Way.CC: ("In copy", "", " is not the requester, but in copy of this ticket."),
}


def recordings_of(note: Note) -> list[Recording]:
    """Every recording that a note names."""
    return [
        *(one.recording for one in note.replays),
        *note.others,
        *(one for one, _ in note.unavailable),
    ]


def owners(note: Note) -> list[str]:
    """Whose sessions a note shows, each person once. One customer may have several
    profiles and addresses, and several colleagues one address: names tell them apart.
    """
    people: dict[str, str] = {}
    for one in recordings_of(note):
        person = one.person
        name = (person.name.strip() or person.id) if person else one.distinct_id
        people.setdefault((name or "").casefold(), owner(one))
    return [name for name in people.values() if name]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why sessions may be somebody else's, in plain words, and in one or two."""

    title: str
    words: str


def doubts(led: Iterable[Identifier]) -> Iterator[Doubt]:
    """Those of the identifiers that led to sessions."""
    for one in distinct(led):
        if one.known_by in _WARNINGS:
            title, before, after = _WARNINGS[one.known_by]
        elif one.is_doubtful:
            title, before = "Not verified", ""
            after = f" is only {one.known_by}."
        else:
            continue
        is_long = len(one.value) > _MOST_SHOWN
        value = f"{one.value[:_MOST_SHOWN]}…" if is_long else one.value
        yield Doubt(title, f"{before}{value}{after}")


def warnings(note: Note) -> Iterator[str]:
    """A line for each reason to doubt whose sessions these are."""
    shown = recordings_of(note)
    led = [note.found_by[one.id] for one in shown if one.id in note.found_by]
    for one in doubts(led):
        yield f"<strong>{one.title}:</strong> {safe(one.words, _LONGEST)}"
    if len(names := owners(note)) > 1:
        rest = len(names) - _MOST_NAMED
        *first, last = names[:_MOST_NAMED] + ([f"{rest} more"] if rest > 0 else [])
        yield (
            "<strong>Several people:</strong> these sessions are of"
            f" {', '.join(first)} and {last}."
        )
