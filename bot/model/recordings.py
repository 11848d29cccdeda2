"""Whom people ask for, and what is known of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SOURCE_NAMES = {
    "posthog": "PostHog",
    "capture": "the capture store",
    "archive": "the archive",
}
"""What people call the sources of recordings."""


def told_silence(silent: Sequence[str]) -> str:
    """That sources did not answer, in a line; empty where all did."""
    if not silent:
        return ""
    names = " and ".join(SOURCE_NAMES.get(one, one) for one in silent)
    return f"{names[:1].upper()}{names[1:]} did not answer: there may be more."


class IdentifierKind(StrEnum):
    """What a human gave us to find someone by."""

    EMAIL = "email"
    DISTINCT_ID = "distinct_id"
    UUID = "uuid"
    """Looks like a UUID: a session id, a person's UUID or a distinct id."""
    RECORDING = "recording"
    """A recording named for certain: by a replay URL, or chosen from a list."""
    PERSON = "person"
    """A person chosen from a list, by the source's own id."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing a human gave us to find someone; ``origin`` is a pasted URL's host."""

    kind: IdentifierKind
    value: str
    origin: str | None = None
    known_by: str = field(default="", compare=False)
    """What says, in a few words, that it is the person's: ``verified address``."""
    is_doubtful: bool = field(default=False, compare=False)
    """It may be somebody else's, and what is found by it too."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the source thinks it is. ``properties`` holds text, number and bool only."""

    id: str
    name: str
    email: str | None = None
    distinct_ids: tuple[str, ...] = ()
    properties: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """Metadata of one session recording; ``id`` is PostHog's ``$session_id``.

    Counts are the source's own and may be missing (None) where it does not say.
    """

    id: str
    source: str
    start: datetime
    duration: timedelta
    end: datetime | None = None
    active: timedelta | None = None
    distinct_id: str | None = None
    person: Person | None = None
    start_url: str | None = None
    urls: tuple[str, ...] = ()
    click_count: int | None = None
    keypress_count: int | None = None
    console_error_count: int | None = None
    exception_count: int | None = None
    platform: str = "web"
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    ongoing: bool = False
    is_cut: bool = False
    """Whether it grew too large, and its source left out what came then."""
    expires_at: datetime | None = None
    url: str | None = None
    """Where the source itself plays it; needs a login there."""
    sources: tuple[str, ...] = field(default=(), compare=False)
    """Everywhere it was found; ``source`` gives its events best."""


@dataclass(frozen=True, slots=True)
class RecordingsPage:
    """Some of all the recordings of a source."""

    recordings: tuple[Recording, ...]
    after: str | None
    """What brings the next page; None at the end."""
    unread: tuple[str, ...] = ()
    """What was listed and could not be read, each in words for the administrator."""


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A console error or uncaught exception, deduplicated by its text."""

    message: str
    count: int
    at_ms: int
    uncaught: bool


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Failed or slow requests to one place; ``status`` None is a network failure."""

    method: str
    url: str
    status: int | None
    count: int
    at_ms: int
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth seeing: console_error, exception, network_failure, rage_click,
    page."""

    at_ms: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class WindowCount:
    window_id: str
    events: int


@dataclass(frozen=True, slots=True)
class WindowTurn:
    """From ``at_ms`` after the start on, this window was the one in use."""

    window_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What the user did over time: counts of equal parts of the recording's length."""

    actions: tuple[int, ...]
    """Moves, clicks, scrolls, key presses and the like."""
    clicks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened in a recording, counted from its events."""

    start: datetime
    end: datetime
    duration_ms: int
    active_ms: int
    events: int
    windows: tuple[WindowCount, ...]
    platform: str
    viewport: tuple[int, int] | None
    browser: str | None
    os: str | None
    pages: tuple[Page, ...]
    clicks: int
    rage_clicks: int
    input_events: int
    full_snapshots: int
    console: Mapping[str, int]
    exceptions: int
    network_requests: int
    network_failing: int
    network_slow: int
    errors: tuple[ErrorLine, ...]
    failing: tuple[RequestLine, ...]
    slow: tuple[RequestLine, ...]
    marks: tuple[Mark, ...]
    start_at_ms: int
    """Where it is worth opening: some 20 s before the key moment, never blindly 0."""
    turns: tuple[WindowTurn, ...] = ()
    activity: Activity | None = field(default=None, compare=False)
    """None where it is not kept: in portable files, and replays of earlier versions.
    Of the same events, so no difference between two summaries."""
