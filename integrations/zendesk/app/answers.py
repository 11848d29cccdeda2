"""What the page is told for a result, as plain data; pure.

Texts out of recordings are hostile. They travel as data, and the page shows them as
text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.model import (
    Channel,
    Failed,
    Found,
    Identifier,
    NothingFound,
    Person,
    Reason,
    Recording,
    SharedReplay,
    Summary,
    told_silence,
)
from integrations.zendesk.note.doubts import doubts
from integrations.zendesk.note.lines import errors_of
from integrations.zendesk.text import clock

Answer = dict[str, Any]

_PAGES = 3
_MAX_TEXT = 160


def found(result: Found, ticket_people: bool) -> Answer:
    """A page of recordings, most relevant first. With ``ticket_people`` they are those
    of whom the ticket is about, and what speaks against that is told."""
    named = len(result.people) > 1
    led = [result.found_by.get(one.id) for one in result.recordings]
    return {
        "state": "found",
        "of_ticket": ticket_people,
        "people": [_person(one) for one in result.people],
        "doubts": _doubts(filter(None, led)) if ticket_people else [],
        "recordings": [
            _recording(one, result.summaries.get(one.id), named=named)
            for one in result.recordings
        ],
        "why": result.why if not result.offset else "",
        "offset": result.offset,
        "total": result.total,
        "more": result.more,
        "silence": told_silence(result.silent),
        "days": _days(result.look_back),
    }


def nothing(result: NothingFound, ticket_people: bool) -> Answer:
    """Why there is nothing, and whom to choose from where several fit. With
    ``ticket_people`` they are whom the ticket may be about."""
    is_choice = result.reason is Reason.AMBIGUOUS
    return {
        "state": "nothing",
        "explanation": result.explanation,
        "advice": result.advice,
        "people": [_person(one) for one in result.people] if is_choice else [],
        "doubts": _doubts(result.identifiers) if ticket_people and is_choice else [],
    }


def shared(result: SharedReplay, play: str | None) -> Answer:
    """A link; ``play`` is where it opens in a frame, if it does."""
    start = result.watch_url.partition("#")[2]
    return {
        "state": "shared",
        "watch": result.watch_url,
        "play": play and f"{play}#{start}",
        "expires": result.link.expires_at.isoformat(),
        "discussed": [
            {"url": one.url, "at": one.at.isoformat()} for one in result.discussed
        ],
    }


def channels(result: Iterable[Channel]) -> Answer:
    return {
        "state": "channels",
        "channels": [{"id": one.id, "name": one.name} for one in result],
    }


def failed(result: Failed) -> Answer:
    return {
        "state": "failed",
        "plain": result.plain,
        "reference": result.reference,
        "final": result.is_final,
    }


def _recording(recording: Recording, summary: Summary | None, *, named: bool) -> Answer:
    length, active = recording.duration, recording.active
    if summary:
        length = timedelta(milliseconds=summary.duration_ms)
        active = timedelta(milliseconds=summary.active_ms)
    pages = list(_paths(recording, summary))
    return {
        "id": recording.id,
        "start": recording.start.isoformat(),
        "seconds": int(length.total_seconds()),
        "active": None if active is None else int(active.total_seconds()),
        "ongoing": recording.ongoing,
        "person": _person(recording.person) if named and recording.person else None,
        "pages": pages[:_PAGES],
        "more_pages": max(0, len(pages) - _PAGES),
        "device": _device(recording, summary),
        "errors": _errors(recording, summary),
        "failed": None if summary is None else summary.network_failing,
        "rage": 0 if summary is None else summary.rage_clicks,
        "worst": "" if summary is None else _worst(summary),
    }


def _doubts(led: Iterable[Identifier]) -> list[str]:
    return [f"{one.title}: {one.words}" for one in doubts(led)]


def _errors(recording: Recording, summary: Summary | None) -> int | None:
    """None where nobody counted them yet."""
    if summary is not None:
        return errors_of(summary)
    # What was thrown is written to the console as well, so the two are not added.
    counted = (recording.console_error_count, recording.exception_count)
    known = [one for one in counted if one is not None]
    return max(known, default=None)


def _worst(summary: Summary) -> str:
    """The most frequent error, and when it first came."""
    if not summary.errors:
        return ""
    line = min(summary.errors, key=lambda one: (-one.count, one.at_ms))
    times = f" ×{line.count}" if line.count > 1 else ""
    return f"{_cut(line.message)}{times} at {clock(line.at_ms)}"


def _device(recording: Recording, summary: Summary | None) -> str:
    browser = (summary and summary.browser) or recording.browser
    system = (summary and summary.os) or recording.os
    platform = None if recording.platform == "web" else recording.platform
    parts = [" on ".join(filter(None, (browser, system))), recording.device, platform]
    return ", ".join(_cut(part, 40) for part in parts if part)


def _paths(recording: Recording, summary: Summary | None) -> Iterator[str]:
    """The way through the site, without what may hold secrets."""
    if summary and summary.pages:
        urls: tuple[str, ...] = tuple(page.url for page in summary.pages)
    else:
        urls = recording.urls or tuple(filter(None, [recording.start_url]))
    last = None
    for url in urls:
        path = _path(url)
        if path != last:
            yield path
        last = path


def _path(url: str) -> str:
    try:
        return _cut(urlsplit(url).path or "/", 60)
    except ValueError:
        return "?"


def _person(person: Person) -> dict[str, str]:
    return {
        "id": person.id,
        "name": _cut(person.name or person.email or person.id, 80),
        "email": _cut(person.email or "", 120),
    }


def _days(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 86_400))


def _cut(text: str, limit: int = _MAX_TEXT) -> str:
    whole = " ".join(text[: 4 * limit].split())
    return whole if len(whole) <= limit else f"{whole[: limit - 1]}…"
