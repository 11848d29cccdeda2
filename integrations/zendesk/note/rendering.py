"""The notes, each from top to bottom; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.model import (
    Failed,
    Filters,
    Note,
    NothingFound,
    Reason,
    ReplayFile,
    SharedReplay,
    told_silence,
)
from integrations.zendesk.causes import Cause
from integrations.zendesk.note.best import Shown, facts, picture, troubles, watch
from integrations.zendesk.note.choice import explained
from integrations.zendesk.note.discussed import discussed, others_discussed
from integrations.zendesk.note.doubts import owners, warnings
from integrations.zendesk.note.frame import (
    AGAIN,
    expiry,
    misread,
    reference,
    searched,
    within,
)
from integrations.zendesk.note.lines import (
    MAX_LINES,
    joined,
    listed,
    owner,
    person_name,
    recording_line,
    replay_line,
)
from integrations.zendesk.text import code, safe

_HEADINGS: Mapping[Cause, str] = {
    Cause.REOPENED: "New session since the last note",
    Cause.REQUESTER: "Session replay of the new requester",
    Cause.ENDED: "The session that was going on has ended",
}
_HEADING = "Session replay"


def render(
    note: Note,
    request_id: str,
    *,
    cause: Cause = Cause.CREATED,
    picture_url: str | None = None,
    attached: str | None = None,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    not_understood: str = "",
) -> str:
    """The note with the best replay on top.

    ``picture_url`` leads to a picture of it that was uploaded for this note, and
    ``attached`` names a file that the note carries. ``filters`` are those that the
    sessions were chosen by, ``not_understood`` what else an agent wrote.
    """
    blocks: list[str] = []
    if note.replays:
        blocks += _best(note, _HEADINGS.get(cause, _HEADING), picture_url, attached)
    else:
        found = "A session was found, but could not"
        if len(note.unavailable) + len(note.others) > 1:
            found = "Sessions were found, but none could"
        blocks.append(f"<h3>{found} be exported</h3>")
        blocks += [f"<p>{each}</p>" for each in warnings(note)]
    if not_understood:
        blocks.insert(1, misread(not_understood))
    blocks += _rest(note)
    if silence := told_silence(note.silent):
        blocks.append(f"<p>{silence}</p>")
    return within(
        blocks,
        expiry(each.link for each in note.replays),
        searched(note.identifiers, note.look_back, filters),
        reference(request_id),
    )


def render_shared(
    replay: SharedReplay,
    request_id: str,
    *,
    by: str = "",
    attached: str | None = None,
    picture_url: str | None = None,
) -> str:
    """One replay that a person added to the ticket, and what they say of it."""
    shown = Shown.of(replay)
    blocks = [
        *_added(shown, by),
        _quoted(replay.note),
        watch(shown),
        f"<p>{facts(shown)}</p>",
        *picture(shown, picture_url),
        _attached(attached) if attached else "",
        *discussed(replay.discussed),
        *troubles(shown),
    ]
    return within(blocks, expiry([replay.link]), reference(request_id))


def render_file(
    file: ReplayFile, request_id: str, *, by: str = "", note: str = ""
) -> str:
    """One replay that a person attached to the ticket as a file, and what they say of
    it."""
    shown = Shown.of(file)
    blocks = [
        *_added(shown, by),
        _quoted(note),
        _attached(file.filename),
        f"<p>{facts(shown)}</p>",
        *troubles(shown),
    ]
    return within(blocks, reference(request_id))


def render_nothing(
    result: NothingFound,
    request_id: str,
    *,
    suspended: bool = False,
    not_understood: str = "",
) -> str:
    """Why there is no replay, and what to try. For a ``suspended`` requester nobody was
    looked for."""
    explanation, advice = result.explanation, result.advice
    if suspended:
        explanation = "The requester is suspended in Zendesk, so nobody was looked for."
        advice = "Name somebody after the command to look for them."
    elif result.reason is Reason.NO_IDENTIFIER:
        explanation = (
            "Nothing in this ticket says whose sessions to look for: no address of the"
            " requester's own, user id, session id or PostHog link."
        )
        advice = "Name somebody after the command, such as jane@example.com."
    blocks = [
        "<h3>No session replay</h3>",
        f"<p>{safe(explanation, 600)}</p>",
        f"<p>{safe(advice.replace('`', ''), 600)}</p>",
    ]
    if not_understood:
        blocks.insert(1, misread(not_understood))
    names = [person_name(each) for each in result.people]
    if result.reason is Reason.AMBIGUOUS:
        blocks.append(listed(names))
    elif names:
        blocks.append(f"<p>Known as {', '.join(names[:MAX_LINES])}.</p>")
    return within(
        blocks, searched(result.identifiers, None), AGAIN, reference(request_id)
    )


def render_failed(result: Failed, request_id: str) -> str:
    """What went wrong, in the words meant for the conversation."""
    blocks = [
        "<h3>The session replay could not be fetched</h3>",
        f"<p>{safe(result.plain, 600)}</p>",
    ]
    again = "" if result.is_final else AGAIN
    return within(blocks, again, reference(result.reference or request_id))


def _best(
    note: Note, heading: str, picture_url: str | None, attached: str | None
) -> Iterator[str]:
    shown = Shown.of(note.replays[0])
    yield _heading(heading, shown)
    yield from (f"<p>{each}</p>" for each in warnings(note))
    yield watch(shown, note.about)
    yield f"<p>{facts(shown)}</p>"
    if note.properties:
        told = (f"{safe(k, 40)}: {safe(v, 80)}" for k, v in note.properties.items())
        yield f"<p>{joined(told)}</p>"
    if why := explained(note):
        yield f"<p>{why}</p>"
    yield from picture(shown, picture_url)
    if attached:
        yield _attached(attached)
    yield from discussed(note.discussed.get(shown.recording.id, ()))
    yield from troubles(shown)


def _rest(note: Note) -> Iterator[str]:
    who, by = len(owners(note)) > 1, note.found_by
    if more := note.replays[1:]:
        yield "<h4>More replays</h4>"
        yield listed(
            replay_line(each, who=who, by=by.get(each.recording.id)) for each in more
        )
    if note.others:
        yield "<h4>Other sessions</h4>"
        yield listed(
            recording_line(each, who=who, by=by.get(each.id)) for each in note.others
        )
    if note.unavailable:
        yield "<h4>Could not be exported</h4>"
        yield listed(
            recording_line(each, who=who, by=by.get(each.id), reason=reason)
            for each, reason in note.unavailable
        )
    yield from others_discussed(note)


def _added(shown: Shown, by: str) -> Iterator[str]:
    yield _heading(_HEADING, shown)
    if by:
        yield f"<p>Added by {safe(by, 80)}.</p>"


def _quoted(note: str) -> str:
    return f"<blockquote>{safe(note, 600)}</blockquote>" if note.strip() else ""


def _heading(words: str, shown: Shown) -> str:
    name = owner(shown.recording)
    return f"<h3>{words}{f': {name}' if name else ''}</h3>"


def _attached(filename: str) -> str:
    return f"<p>The file {code(filename)} is attached; it plays offline.</p>"
