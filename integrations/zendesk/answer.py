"""What to write to a ticket for a result: a tag, perhaps a note, and our marker; pure.

The marker travels in the update's metadata, so that whoever reads the audits later
can tell which request an update answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import Failed, Note, NothingFound, Reason, ReplayRequest
from integrations.zendesk.address import is_command, purpose
from integrations.zendesk.note import render, render_failed, render_nothing
from integrations.zendesk.records import Audit

ATTACHED, NONE, AMBIGUOUS, FAILED = OUTCOMES = (
    "replay_attached",
    "replay_none",
    "replay_ambiguous",
    "replay_failed",
)
"""The tags that tell how a ticket's request ended: one of them at a time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Always a tag and a marker; a note where ``html`` is not None."""

    tag: str
    html: str | None
    marker: Mapping[str, str]

    def tags(self, have: Sequence[str]) -> tuple[str, ...]:
        """The ticket's tags with ours; an update replaces them all.

        A later question that found nothing doesn't take away that there is a replay.
        """
        if ATTACHED in have:
            return tuple(have)
        return (*(tag for tag in have if tag not in OUTCOMES), self.tag)


def compose(
    request_id: str,
    request: ReplayRequest,
    result: Note | NothingFound | Failed,
    *,
    note_when_nothing: bool,
    attached: str | None = None,
) -> Answer:
    """The answer to a request.

    Where there is nothing to show, a new ticket is tagged in silence unless
    ``note_when_nothing``; an agent who asked is always told.
    """
    suspended = "suspended" in request.reply_to.address
    speaks = (note_when_nothing and not suspended) or is_command(request)
    html: str | None
    if isinstance(result, Failed):
        tag, html = FAILED, render_failed(result, request_id)
    elif isinstance(result, NothingFound):
        tag = AMBIGUOUS if result.reason is Reason.AMBIGUOUS else NONE
        html = render_nothing(result, request_id, suspended=suspended)
    else:
        tag, speaks = ATTACHED if result.replays else FAILED, True
        html = render(result, request_id, attached=attached)
    marker = {
        "request": request_id,
        "for": purpose(request),
        "kind": "failed" if isinstance(result, Failed) else "answer",
    }
    return Answer(tag, html if speaks else None, marker)


def answers(
    audit: Audit, request_id: str, request: ReplayRequest, *, failures: bool
) -> bool:
    """Whether this update answered the request, or the same cause by another way.

    One that only told of a failure counts with ``failures`` alone: trying again may
    still bring the replay.
    """
    marker = audit.marker
    if marker.get("kind") == "failed" and not failures:
        return False
    cause = purpose(request)
    return marker.get("request") == request_id or (
        bool(cause) and marker.get("for") == cause
    )
