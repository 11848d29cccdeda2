"""Lines that describe a recording: when, where, what went wrong. Pure.

Counts come from the summary where the recording's events were read, and from the
source's own numbers where they were not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from bot.model import ErrorLine, Person, Recording, RequestLine, Summary
from integrations.slack.text import (
    code,
    count,
    length,
    moment,
    name,
    offset,
    path,
    plain,
)

SHOWN_PEOPLE = 3

_OPENS_AT = re.compile(r"#t=(\d{1,7})")

Line = TypeVar("Line", ErrorLine, RequestLine)


def who(people: Iterable[Person]) -> str:
    """Whose recordings they are: *Jane Doe* `jane@example.com`, and two more."""
    everyone = list(people)
    shown = [_person(person) for person in everyone[:SHOWN_PEOPLE]]
    if len(everyone) > SHOWN_PEOPLE:
        shown.append(f"{len(everyone) - SHOWN_PEOPLE} more")
    return ", ".join(shown)


def owner(recording: Recording) -> str:
    """Whose recording it is, as far as the source says."""
    if recording.person:
        return _person(recording.person)
    return code(recording.distinct_id) if recording.distinct_id else "somebody"


def owner_name(recording: Recording) -> str:
    """The same in plain words, for a notification or a file's title."""
    person = recording.person
    return (person.name if person else recording.distinct_id) or "somebody"


def when(recording: Recording, summary: Summary | None) -> str:
    """When it started, how long it is, how much of that somebody was active."""
    whole = recording.duration
    active = recording.active
    if summary:
        whole = timedelta(milliseconds=summary.duration_ms)
        active = timedelta(milliseconds=summary.active_ms)
    lasted = length(whole)
    if active is not None and whole - active >= timedelta(seconds=1):
        lasted += f" ({length(active)} active)"
    running = " · still recording" if recording.ongoing else ""
    return f"*{moment(recording.start)}* · {lasted}{running}"


def where(recording: Recording, summary: Summary | None) -> str:
    """The browser, system and device: Chrome 156 on Linux, Desktop."""
    browser = (summary and summary.browser) or recording.browser
    os = (summary and summary.os) or recording.os
    platform = "" if recording.platform == "web" else recording.platform
    parts = [
        " on ".join(plain(part, 30) for part in (browser, os) if part),
        plain(recording.device or "", 30),
        plain(platform, 20),
    ]
    return ", ".join(filter(None, parts))


def headline(recording: Recording, summary: Summary | None) -> str:
    """When, how long and on what, in one line."""
    parts = [when(recording, summary), where(recording, summary)]
    return " · ".join(filter(None, parts))


def pages(recording: Recording, summary: Summary | None, shown: int = 4) -> str:
    """The way through the site: /cart → /checkout, and how many pages more."""
    if summary and summary.pages:
        urls: tuple[str, ...] = tuple(page.url for page in summary.pages)
    else:
        urls = recording.urls or tuple(filter(None, [recording.start_url]))
    paths = list(_without_repeats(path(url) for url in urls))
    # The number of one page more would take the place of its name.
    shown += len(paths) == shown + 1
    way = " → ".join(plain(each, 40) for each in paths[:shown])
    return f"{way} + {count(len(paths) - shown, 'page')}" if paths[shown:] else way


def troubles(recording: Recording, summary: Summary | None) -> str:
    """How much went wrong, or that nothing did where that is known."""
    if summary:
        numbers = [
            (summary.console.get("error", 0), "console error"),
            (summary.exceptions, "exception"),
            (summary.network_failing, "failed request"),
            (summary.rage_clicks, "rage click"),
        ]
    else:
        numbers = [
            (recording.console_error_count or 0, "console error"),
            (recording.exception_count or 0, "exception"),
        ]
    told = " · ".join(count(number, what) for number, what in numbers if number)
    if told or not (summary or recording.console_error_count is not None):
        return told
    return "No errors"


def errors(summary: Summary, shown: int = 3) -> str:
    """The errors' texts, with how often and when first, most frequent first."""
    ranked = _ranked(summary.errors)
    lines = [f"• {_error(line)}" for line in ranked[:shown]]
    return "\n".join(lines + _rest(len(ranked) - shown, "error"))


def worst(summary: Summary) -> str:
    """The most frequent error alone, for a list of many recordings."""
    return "".join(_error(line) for line in _ranked(summary.errors)[:1])


def failures(summary: Summary, shown: int = 3) -> str:
    """The requests that failed, with status, how often and when first."""
    ranked = _ranked(summary.failing)
    lines = [
        f"• {code(f'{line.method} {path(line.url)}', 60)} {_status(line)}"
        f"{_times(line.count)} at {offset(line.at_ms)}"
        for line in ranked[:shown]
    ]
    return "\n".join(lines + _rest(len(ranked) - shown, "failed request"))


def landing(watch_url: str, summary: Summary) -> str:
    """Where in the recording the link opens, and why there."""
    named = _OPENS_AT.search(watch_url)
    at_s = int(named[1]) if named else 0
    if not at_s:
        return ""
    opens = f"Opens at {offset(at_s * 1000)}"
    troubled = any(mark.kind != "page" for mark in summary.marks)
    if troubled and at_s == summary.start_at_ms // 1000:
        return f"{opens}, shortly before the trouble"
    return opens


def _person(person: Person) -> str:
    email = person.email or ""
    if email and email != person.name:
        return f"{name(person.name)} {code(email)}"
    return name(person.name or person.id)


def _error(line: ErrorLine) -> str:
    uncaught = ", uncaught" if line.uncaught else ""
    times = _times(line.count)
    return f"{code(line.message, 90)}{times} at {offset(line.at_ms)}{uncaught}"


def _ranked(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.count, line.at_ms))


def _status(line: RequestLine) -> str:
    return "network failure" if line.status is None else str(line.status)


def _times(number: int) -> str:
    return f" ×{number:,}" if number > 1 else ""


def _rest(number: int, what: str) -> list[str]:
    return [f"• and {count(number, f'other {what}')}"] if number > 0 else []


def _without_repeats(paths: Iterable[str]) -> Iterator[str]:
    last = None
    for each in paths:
        if each != last:
            yield each
        last = each
