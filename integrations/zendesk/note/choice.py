"""Why a note has this replay on top, in a sentence or two; pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import IdentifierKind, Note, Summary
from integrations.zendesk.text import counted, length, safe

_MESSAGE = "the customer's message"


def explained(note: Note) -> str:
    """What puts the best first, and how near the report it is."""
    best = note.replays[0]
    by = note.found_by.get(best.recording.id)
    total = len(note.replays) + len(note.others) + len(note.unavailable)
    if by is not None and by.kind is IdentifierKind.RECORDING:
        how = f" ({safe(by.known_by, 60)})" if by.known_by else ""
        chosen = f"Shown because this session itself was named{how}."
    elif note.why:
        chosen = f"Shown first of {counted(total, 'session')}: {safe(note.why)}."
    elif total == 1 and by is not None:
        chosen = "The only session found."
    else:
        chosen = ""
    message = "" if _MESSAGE in note.why else f" {_MESSAGE}"
    going_on = (
        "It was still going on when this was written." if best.recording.ongoing else ""
    )
    near = _nearness(note.about, best.summary, message)
    return " ".join(filter(None, (chosen, near, going_on)))


def _nearness(about: datetime | None, summary: Summary, message: str) -> str:
    if about is None:
        return ""
    if summary.start > about:
        return f"It began {length(summary.start - about)} after{message}."
    if summary.end < about:
        return f"It ended {length(about - summary.end)} before{message}."
    return f"It was going on {f'at the time of{message}' if message else 'then'}."
