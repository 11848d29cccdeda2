"""What to write to a ticket for a result: tags, perhaps a note, ticket fields; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model import (
    Discussed,
    Failed,
    Note,
    NothingFound,
    Reason,
    ReplayFile,
    ReplayRequest,
    SharedReplay,
)
from integrations.zendesk.asked import REQUESTED
from integrations.zendesk.causes import LOOKS, Cause, cause_of
from integrations.zendesk.command import not_understood
from integrations.zendesk.note import (
    render,
    render_discussed,
    render_failed,
    render_file,
    render_nothing,
    render_shared,
)

ATTACHED, NONE, AMBIGUOUS, FAILED = OUTCOMES = (
    "replay_attached",
    "replay_none",
    "replay_ambiguous",
    "replay_failed",
)
"""The tags that tell how a ticket's request ended: one of them at a time."""

# They add to an answer that is there; nobody asked, so where there is nothing to add
# nothing is said.
_ADDED = LOOKS | {Cause.ENDED, Cause.SHARED}


@dataclass(frozen=True, slots=True)
class Answer:
    """A tag where there is something to tell by one, a note where ``html`` is not
    None."""

    tag: str | None
    html: str | None
    is_asked: bool = True
    """Whether it answers what the tag that asks may ask for."""

    def changes(self, have: Sequence[str]) -> bool:
        """Whether it is anything to a ticket with these tags."""
        return self.html is not None or set(self.tags(have)) != set(have)

    def tags(self, have: Sequence[str]) -> tuple[str, ...]:
        """The ticket's tags with ours, and without the one that asks; an update
        replaces them all.

        A later question that found nothing doesn't take away that there is a replay.
        """
        kept = tuple(tag for tag in have if tag != REQUESTED or not self.is_asked)
        if self.tag is None or ATTACHED in kept:
            return kept
        return (*(tag for tag in kept if tag not in OUTCOMES), self.tag)


Answerable = Note | NothingFound | Failed | SharedReplay | ReplayFile | Discussed
"""What a ticket can be told."""


def as_note(result: Answerable, request: ReplayRequest) -> Note | NothingFound | Failed:
    """A replay that somebody added as the note it becomes; anything else as it is."""
    look_back = request.look_back or timedelta(0)
    if isinstance(result, SharedReplay):
        return Note((), (result,), (), look_back)
    if isinstance(result, ReplayFile):
        return Note((), (), (result.recording,), look_back)
    if isinstance(result, Discussed):
        return Note((), (), (), look_back)
    return result


def compose(
    request_id: str,
    request: ReplayRequest,
    result: Answerable,
    *,
    note_when_nothing: bool,
    attached: str | None = None,
    picture_url: str | None = None,
) -> Answer:
    """The answer to a request.

    Where there is nothing to show, a new ticket is tagged in silence unless
    ``note_when_nothing``; an agent who asked is always told. ``attached`` names a file
    that the note carries, ``picture_url`` leads to an uploaded picture of the best
    replay.
    """
    cause = cause_of(request)
    suspended = "suspended" in request.reply_to.address
    by = request.reply_to.address.get("by", "")
    stray = not_understood(request.text) if cause is Cause.COMMAND else ""
    if isinstance(result, SharedReplay):
        shown = render_shared(
            result, request_id, by=by, attached=attached, picture_url=picture_url
        )
        return Answer(ATTACHED, shown)
    if isinstance(result, ReplayFile):
        words = request.terms.note
        return Answer(ATTACHED, render_file(result, request_id, by=by, note=words))
    if isinstance(result, Discussed):
        return Answer(None, render_discussed(result, request_id), is_asked=False)
    if isinstance(result, Note):
        shown = render(
            result,
            request_id,
            cause=cause,
            attached=attached,
            picture_url=picture_url,
            filters=request.filters,
            not_understood=stray,
        )
        return Answer(ATTACHED if result.replays else FAILED, shown)
    is_known = isinstance(result, NothingFound) and result.reason is Reason.NO_NEWS
    speaks = (
        cause is Cause.COMMAND
        or (cause is Cause.TAG and not is_known)
        or (note_when_nothing and not suspended and cause is Cause.CREATED)
    )
    if isinstance(result, Failed):
        tag, html = FAILED, render_failed(result, request_id)
    else:
        tag = AMBIGUOUS if result.reason is Reason.AMBIGUOUS else NONE
        html = render_nothing(
            result, request_id, suspended=suspended, not_understood=stray
        )
    is_quiet = cause in _ADDED and cause is not Cause.TAG
    return Answer(None if is_quiet or is_known else tag, html if speaks else None)
