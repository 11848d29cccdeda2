"""What an agent reads: a result as the HTML of an internal note; pure.

Zendesk publishes no list of the tags a comment keeps, so the note uses few, without
attributes but ``href``, and reads well with none:
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from bot.model import (
    Failed,
    Identifier,
    Note,
    NothingFound,
    Person,
    Reason,
    Recording,
    SharedReplay,
    Summary,
)
from integrations.zendesk.doubts import warnings
from integrations.zendesk.text import (
    address,
    clock,
    code,
    counted,
    length,
    link,
    safe,
    times,
    when,
)

MAX_CHARACTERS = 30_000
"""Zendesk takes some 65,000; long notes are not read anyway."""

SHORT_ID = 8
"""As much of a request's id as anybody reads out."""

MAX_PAGES = 6
MAX_ERRORS = 5
MAX_REQUESTS = 5
MAX_LINES = 8
_SOURCES = {"posthog": "Open in PostHog"}
CUT = "<p><em>The rest was cut: this note is long enough.</em></p>"


def render(
    note: Note,
    request_id: str,
    *,
    attached: str | None = None,
) -> str:
    """The note with the best replay on top.

    ``attached`` names a file it carries.
    """
    blocks: list[str] = []
    if note.replays:
        blocks += _best(note.replays[0], attached)
    else:
        blocks.append("<h3>Session replays found, but none could be exported</h3>")
    blocks += [f"<p>{each}</p>" for each in warnings(note)]
    if rest := note.replays[1:]:
        blocks.append("<h4>More replays</h4>")
        blocks.append(_list(_replay_line(replay) for replay in rest))
    if note.others:
        blocks.append("<h4>Other sessions</h4>")
        blocks.append(_list(_recording_line(each) for each in note.others))
    if note.unavailable:
        blocks.append("<h4>Could not be exported</h4>")
        blocks.append(
            _list(
                _recording_line(each, safe(reason)) for each, reason in note.unavailable
            )
        )
    return _cut(blocks, _footer(note, request_id))


def render_nothing(
    result: NothingFound, request_id: str, *, suspended: bool = False
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
        f"<p>{safe(advice, 600)}</p>",
    ]
    if result.people:
        blocks.append(_list(_person(each) for each in result.people))
    searched = _searched(result.identifiers)
    return _cut(blocks, f"<p><em>{searched}{_reference(request_id)}</em></p>")


def render_failed(result: Failed, request_id: str) -> str:
    """What went wrong, in the words meant for the conversation."""
    blocks = [
        "<h3>The session replay could not be fetched</h3>",
        f"<p>{safe(result.plain, 600)}</p>",
    ]
    reference = safe(result.reference or request_id)
    return _cut(blocks, f"<p><em>Reference: {reference}</em></p>")


def _best(replay: SharedReplay, attached: str | None) -> Iterator[str]:
    recording, summary = replay.recording, replay.summary
    who = _person(recording.person) if recording.person else ""
    yield f"<h3>Session replay{f' of {who}' if who else ''}</h3>"
    opening = ""
    if summary.start_at_ms > 0:
        opening = f", opening at {clock(summary.start_at_ms)}"
    watch = link(replay.watch_url, "Watch the replay")
    yield f"<p><strong>{watch}</strong>{opening}</p>"
    yield f"<p>{_facts(recording, summary)}</p>"
    if attached:
        yield f"<p>The file {code(attached)} is attached; it plays offline.</p>"
    if summary.errors:
        lines = [
            f"{clock(each.at_ms)} {code(each.message)}{times(each.count)}"
            f"{' (uncaught)' if each.uncaught else ''}"
            for each in summary.errors
        ]
        yield "<h4>Errors</h4>"
        yield _list(lines, MAX_ERRORS)
    if summary.failing:
        lines = [
            f"{clock(each.at_ms)} {safe(each.method, 12)} {address(each.url)}"
            f" {each.status or 'no answer'}{times(each.count)}"
            for each in summary.failing
        ]
        yield "<h4>Failed requests</h4>"
        yield _list(lines, MAX_REQUESTS)
    if not summary.errors and not summary.failing:
        yield "<p>No console errors and no failed requests.</p>"
    if summary.pages:
        lines = [f"{clock(each.at_ms)} {address(each.url)}" for each in summary.pages]
        yield "<h4>Pages visited</h4>"
        yield _list(lines, MAX_PAGES)


def _facts(recording: Recording, summary: Summary) -> str:
    agent = " on ".join(
        part for part in (summary.browser, summary.os or recording.os) if part
    )
    screen = f"{summary.viewport[0]}×{summary.viewport[1]}" if summary.viewport else ""
    device = summary.platform if summary.platform != "web" else recording.device
    rage = counted(summary.rage_clicks, "rage click") if summary.rage_clicks else ""
    facts = [
        when(summary.start),
        length(timedelta(milliseconds=summary.duration_ms)),
        safe(agent, 80),
        safe(device or "", 40),
        screen,
        counted(summary.clicks, "click"),
        rage,
    ]
    return " · ".join(fact for fact in facts if fact)


def _replay_line(replay: SharedReplay) -> str:
    recording, summary = replay.recording, replay.summary
    troubles = [
        counted(len(summary.errors), "error") if summary.errors else "",
        counted(summary.network_failing, "failed request")
        if summary.network_failing
        else "",
    ]
    found = ", ".join(each for each in troubles if each) or "no errors"
    duration = length(timedelta(milliseconds=summary.duration_ms))
    watch = link(replay.watch_url, "Watch")
    who = f"{_person(recording.person)} · " if recording.person else ""
    return f"{who}{when(summary.start)} · {duration} · {found} · {watch}"


def _recording_line(recording: Recording, reason: str = "") -> str:
    who = f"{_person(recording.person)} · " if recording.person else ""
    line = f"{who}{when(recording.start)} · {length(recording.duration)}"
    if recording.console_error_count:
        line += f" · {counted(recording.console_error_count, 'console error')}"
    if recording.ongoing:
        line += " · still recording"
    if reason:
        line += f" · {reason}"
    if recording.url:
        label = _SOURCES.get(recording.source, "Open at the source")
        line += f" · {link(recording.url, label)}"
    return line


def _person(person: Person) -> str:
    name, email = person.name.strip(), person.email
    if email and email != name:
        return safe(f"{name} ({email})" if name else email, 120)
    return safe(name or person.id, 120)


def _footer(note: Note, request_id: str) -> str:
    expiry = min((each.link.expires_at for each in note.replays), default=None)
    parts = [
        f"The links stop working on {when(expiry)}. " if expiry else "",
        _searched(note.identifiers),
        f"Looked back {counted(max(1, note.look_back.days), 'day')}. ",
        _reference(request_id),
    ]
    return f"<p><em>{''.join(parts)}</em></p>"


def _searched(identifiers: Sequence[Identifier]) -> str:
    if not identifiers:
        return ""
    shown = ", ".join(safe(each.value, 80) for each in identifiers[:4])
    more = f" and {len(identifiers) - 4} more" if len(identifiers) > 4 else ""
    return f"Searched for {shown}{more}. "


def _reference(request_id: str) -> str:
    return f"Replay Courier, request {safe(request_id[:SHORT_ID])}"


def _list(lines: Iterable[str], limit: int = MAX_LINES) -> str:
    every = list(lines)
    shown = "".join(f"<li>{line}</li>" for line in every[:limit])
    more = len(every) - limit
    return f"<ul>{shown}{f'<li>and {more} more</li>' if more > 0 else ''}</ul>"


def _cut(blocks: Sequence[str], footer: str) -> str:
    """The blocks that fit, whole; the footer always."""
    room = MAX_CHARACTERS - len(footer) - len(CUT)
    kept: list[str] = []
    for block in blocks:
        room -= len(block)
        if room < 0:
            return "".join((*kept, CUT, footer))
        kept.append(block)
    return "".join((*kept, footer))
