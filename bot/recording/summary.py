"""What happened in a recording, counted event by event in one pass.

Duration, active time, pages, clicks, errors, requests, and the moments worth opening
at. Memory grows with what is unusual in a recording, not with its length.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from bot.model import (
    ErrorLine,
    Mark,
    Page,
    RequestLine,
    Summary,
    WindowCount,
)
from bot.recording.activity import ActivityCounts
from bot.recording.clicks import RageClicks
from bot.recording.console import console_entry
from bot.recording.moments import choose_start, key_moment
from bot.recording.network import NetworkEntry, network_entries
from bot.recording.rrweb import (
    ACTIVE_SOURCES,
    CLICK,
    CUSTOM,
    FULL_SNAPSHOT,
    INPUT,
    META,
    MOUSE_INTERACTION,
    PAGE_TAGS,
    RrwebEvent,
)
from bot.recording.turns import Turns

# PostHog calls a period inactive when nothing active happened for this long.
_ACTIVE_GAP_MS = 5000
# What a summary holds at most, whatever the recording does: it is kept in a row, and
# read for every opening of a link. Counts are always those of all.
_MAX_TEXT = 300
_MAX_URL = 2000
_MAX_LINES = 200
_MAX_PAGES = 1000
_MAX_WINDOWS = 1000
_MAX_LEVELS = 20
_MAX_MARKS = 500
_MAX_MARKS_KEPT = 20 * _MAX_MARKS


@dataclass(slots=True)
class _Repeated:
    count: int
    first_ms: int
    uncaught: bool = False


@dataclass(slots=True)
class SummaryBuilder:
    """Add every event of a recording, then ``build`` once."""

    platform: str = "web"
    events: int = 0
    first_ms: float | None = None
    last_ms: float | None = None
    _windows: Counter[str] = field(default_factory=Counter)
    _active_ms: float = 0
    _last_active_ms: float | None = None
    _viewport: tuple[int, int] | None = None
    _pages: list[tuple[str, int]] = field(default_factory=list)
    _page_of: dict[str, str] = field(default_factory=dict)
    _clicks: int = 0
    _rage: RageClicks = field(default_factory=RageClicks)
    _inputs: int = 0
    _full_snapshots: int = 0
    _console: Counter[str] = field(default_factory=Counter)
    _errors: dict[str, _Repeated] = field(default_factory=dict)
    _exceptions: int = 0
    _requests: dict[tuple[str, int, str], NetworkEntry] = field(default_factory=dict)
    _marks: list[tuple[int, str, str]] = field(default_factory=list)
    _first_action_ms: float | None = None
    _turns: Turns = field(default_factory=Turns)
    _activity: ActivityCounts = field(default_factory=ActivityCounts)

    def add(self, item: RrwebEvent) -> None:
        moment = item.timestamp_ms
        self.events += 1
        self._windows[item.window_id] += 1
        self.first_ms = moment if self.first_ms is None else min(self.first_ms, moment)
        self.last_ms = moment if self.last_ms is None else max(self.last_ms, moment)
        self._note_activity(item)
        self._turns.add(item)
        self._activity.add(item)
        if item.type == META:
            self._note_meta(item)
        elif item.type == FULL_SNAPSHOT:
            self._full_snapshots += 1
            self.platform = "mobile" if "wireframes" in item.data else self.platform
        elif item.type == CUSTOM and item.tag in PAGE_TAGS:
            payload = item.data.get("payload")
            if isinstance(payload, dict):
                self._note_page(item, payload.get("href"))
        elif item.source == INPUT:
            self._inputs += 1
            self._note_action(moment)
        elif item.source == MOUSE_INTERACTION and item.data.get("type") == CLICK:
            self._clicks += 1
            self._note_action(moment)
            x, y = item.data.get("x"), item.data.get("y")
            if isinstance(x, int | float) and isinstance(y, int | float):
                self._rage.add(item.window_id, x, y, moment)
        self._note_console(item)
        for entry in network_entries(item):
            known = self._requests.get(entry.identity)
            if known is None or known.method is None:
                # Without its bodies, of which a recording can hold gigabytes.
                self._requests[entry.identity] = replace(entry, raw={})

    def _note_action(self, moment: float) -> None:
        if self._first_action_ms is None:
            self._first_action_ms = moment

    def _note_activity(self, item: RrwebEvent) -> None:
        if item.type not in (FULL_SNAPSHOT, META) and item.source not in ACTIVE_SOURCES:
            return
        if self._last_active_ms is not None:
            gap = item.timestamp_ms - self._last_active_ms
            if 0 < gap <= _ACTIVE_GAP_MS:
                self._active_ms += gap
        self._last_active_ms = max(item.timestamp_ms, self._last_active_ms or 0)

    def _note_meta(self, item: RrwebEvent) -> None:
        width, height = item.data.get("width"), item.data.get("height")
        if (
            self._viewport is None
            and isinstance(width, int | float)
            and isinstance(height, int | float)
        ):
            self._viewport = (int(width), int(height))
        self._note_page(item, item.data.get("href"))

    def _note_page(self, item: RrwebEvent, href: object) -> None:
        if not isinstance(href, str) or not href:
            return
        if self._page_of.get(item.window_id) == href:
            return
        self._page_of[item.window_id] = href
        if len(self._pages) < _MAX_PAGES:
            self._pages.append((href[:_MAX_URL], int(item.timestamp_ms)))

    def _note_console(self, item: RrwebEvent) -> None:
        entry = console_entry(item)
        if entry is None:
            return
        level = entry.level[:_MAX_TEXT]
        is_usual = level in self._console or len(self._console) < _MAX_LEVELS
        self._console[level if is_usual else "log"] += 1
        if not entry.is_error:
            return
        message = entry.message[:_MAX_TEXT]
        self._exceptions += entry.is_uncaught
        known = self._errors.get(message)
        if known is not None:
            known.count += 1
        elif len(self._errors) < _MAX_LINES:
            self._errors[message] = _Repeated(1, entry.timestamp_ms, entry.is_uncaught)
        if len(self._marks) < _MAX_MARKS_KEPT:
            kind = "exception" if entry.is_uncaught else "console_error"
            self._marks.append((entry.timestamp_ms, kind, message[:120]))

    def build(self) -> Summary:
        """The summary. Raises ValueError where no event was added."""
        if self.first_ms is None or self.last_ms is None:
            raise ValueError("no events")
        start_ms, end_ms = int(self.first_ms), int(self.last_ms)
        requests = sorted(self._requests.values(), key=lambda entry: entry.started_ms)
        failing = [entry for entry in requests if entry.is_failing]
        slow = [entry for entry in requests if entry.is_slow]
        marks = self._all_marks(start_ms, failing)
        return Summary(
            start=_time(start_ms),
            end=_time(end_ms),
            duration_ms=end_ms - start_ms,
            active_ms=int(self._active_ms),
            events=self.events,
            windows=tuple(
                WindowCount(*pair)
                for pair in islice(self._windows.items(), _MAX_WINDOWS)
            ),
            platform=self.platform,
            viewport=self._viewport,
            browser=None,
            os=None,
            pages=tuple(
                Page(url, max(0, at - start_ms))
                for url, at in sorted(self._pages, key=lambda page: page[1])
            ),
            clicks=self._clicks,
            rage_clicks=len(self._rage.at_ms),
            input_events=self._inputs,
            full_snapshots=self._full_snapshots,
            console=dict(self._console),
            exceptions=self._exceptions,
            network_requests=len(requests),
            network_failing=len(failing),
            network_slow=len(slow),
            errors=tuple(
                ErrorLine(
                    text, one.count, max(0, one.first_ms - start_ms), one.uncaught
                )
                for text, one in sorted(
                    self._errors.items(), key=lambda pair: pair[1].first_ms
                )
            ),
            failing=_grouped(failing, start_ms),
            slow=_grouped(slow, start_ms),
            marks=marks,
            turns=self._turns.build(start_ms),
            activity=self._activity.build(start_ms, end_ms),
            start_at_ms=choose_start(
                key_moment(marks),
                None
                if self._first_action_ms is None
                else int(self._first_action_ms) - start_ms,
                end_ms - start_ms,
            ),
        )

    def _all_marks(
        self, start_ms: int, failing: list[NetworkEntry]
    ) -> tuple[Mark, ...]:
        marks = [
            *self._marks,
            *((at, "rage_click", "rage click") for at in self._rage.at_ms),
            *((at, "page", _place(url)) for url, at in self._pages),
            *(
                (
                    entry.started_ms,
                    "network_failure",
                    f"{(entry.method or 'GET')[:20]} {_place(entry.url)}"
                    f" {entry.status or 'failed'}",
                )
                for entry in failing
            ),
        ]
        return tuple(
            Mark(max(0, at - start_ms), kind, label)
            for at, kind, label in sorted(marks)[:_MAX_MARKS]
        )


def _grouped(entries: list[NetworkEntry], start_ms: int) -> tuple[RequestLine, ...]:
    """One line for each method, place and status; the query does not tell apart."""
    groups: dict[tuple[str, str, int | None], list[NetworkEntry]] = {}
    for entry in entries:
        place = entry.url.split("#")[0].split("?")[0][:_MAX_TEXT]
        method = (entry.method or "GET")[:_MAX_TEXT]
        groups.setdefault((method, place, entry.status), []).append(entry)
    return tuple(
        RequestLine(
            method=method,
            url=url,
            status=status,
            count=len(group),
            at_ms=max(0, group[0].started_ms - start_ms),
            duration_ms=_longest(group),
        )
        for (method, url, status), group in islice(groups.items(), _MAX_LINES)
    )


def _longest(entries: list[NetworkEntry]) -> int | None:
    known = [entry.duration_ms for entry in entries if entry.duration_ms is not None]
    return round(max(known)) if known else None


def _place(url: str) -> str:
    """A URL's path, or its host and path where it is a request elsewhere."""
    try:
        return (urlsplit(url).path or "/")[:120]
    except ValueError:
        return url[:120]


def _time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms)
