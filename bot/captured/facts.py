"""What a session's index says, of parts that come in any order and any number of times.

Each block says what its events say, and the session what its analytics events say. The
index is what all of them come to: whichever came first, it is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from bot.model import CapturedEvent, CapturedSnapshots
from bot.recording.console import console_entry
from bot.recording.network import network_entries
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

# PostHog calls a period inactive when nothing active happened for this long.
_ACTIVE_GAP_MS = 5000
# What a row holds at most, whatever was sent.
_MAX_URL = 2000
_MAX_PAGES = 200
_MAX_NAMES = 1000
_MAX_STRETCHES = 10_000

Stretch = tuple[int, int]
Visit = tuple[int, str, str]
Said = tuple[int, str]


class Facts(msgspec.Struct, omit_defaults=True):
    """What some of a session's events say; JSON in a row. Times are epoch ms."""

    events: int = 0
    clicks: int = 0
    keypresses: int = 0
    console_errors: int = 0
    uncaught: int = 0
    failed: list[str] = []
    """Requests that failed, by digests: a recorder may tell of one twice."""
    exceptions: list[str] = []
    """``$exception`` events, by digests of their ids."""
    active: list[Stretch] = []
    pages: list[Visit] = []
    """When, in which window, where."""
    visitor: Said | None = None
    """The last distinct id."""
    browser: Said | None = None
    os: Said | None = None
    device: Said | None = None
    platform: str = ""

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @property
    def active_ms(self) -> int:
        return sum(end - start for start, end in self.active)

    @property
    def urls(self) -> list[str]:
        """The pages in the order they were visited; reloading is no other visit."""
        found: list[str] = []
        shown: dict[str, str] = {}
        for _, window, url in self.pages:
            if shown.get(window) != url:
                shown[window] = url
                found.append(url)
        return found[:_MAX_PAGES]


def facts_of_json(text: str) -> Facts:
    return msgspec.json.decode(text, type=Facts)


def facts_of_snapshots(item: CapturedSnapshots, events: Iterable[RrwebEvent]) -> Facts:
    """What the rrweb events of one item say."""
    found = Facts(platform=_platform(item))
    moments, failed = [], set()
    for event in events:
        at = int(event.timestamp_ms)
        found.events += 1
        if event.type in (FULL_SNAPSHOT, META) or event.source in ACTIVE_SOURCES:
            moments.append(at)
        if event.source == INPUT:
            found.keypresses += 1
        elif event.source == MOUSE_INTERACTION:
            found.clicks += event.data.get("type") == CLICK
        if url := _page(event):
            found.pages.append((at, item.window_id, url))
        if entry := console_entry(event):
            found.console_errors += entry.is_error
            found.uncaught += entry.is_uncaught
        failed |= {
            _digest(repr(one.identity))
            for one in network_entries(event)
            if one.is_failing
        }
        found.visitor = max(found.visitor or (at, ""), (at, item.distinct_id))
    found.failed = sorted(failed)
    found.active = _joined((at, at) for at in moments)
    return merged([found])


def facts_of_event(item: CapturedEvent) -> Facts:
    """What an analytics event says of its session."""
    at = int(item.at.timestamp() * 1000)
    said = item.properties
    found = Facts()
    url = said.get("$current_url") or said.get("$screen_name")
    if item.name in ("$pageview", "$screen") and isinstance(url, str):
        window = said.get("$window_id")
        found.pages = [(at, str(window or item.session_id), url[:_MAX_URL])]
    if item.name == "$exception":
        found.exceptions = [_digest(item.uuid)]
    found.browser = _said(at, said.get("$browser"))
    found.os = _said(at, said.get("$os"))
    found.device = _said(at, said.get("$device_type"))
    return found


def merged(parts: Iterable[Facts]) -> Facts:
    """What all of them say together."""
    every = list(parts)
    return Facts(
        events=sum(one.events for one in every),
        clicks=sum(one.clicks for one in every),
        keypresses=sum(one.keypresses for one in every),
        console_errors=sum(one.console_errors for one in every),
        uncaught=sum(one.uncaught for one in every),
        failed=_names(one.failed for one in every),
        exceptions=_names(one.exceptions for one in every),
        active=_joined(stretch for one in every for stretch in one.active),
        pages=sorted({visit for one in every for visit in one.pages})[:_MAX_NAMES],
        visitor=max((one.visitor for one in every if one.visitor), default=None),
        browser=min((one.browser for one in every if one.browser), default=None),
        os=min((one.os for one in every if one.os), default=None),
        device=min((one.device for one in every if one.device), default=None),
        platform=max((one.platform for one in every), default=""),
    )


def _names(several: Iterable[list[str]]) -> list[str]:
    return sorted({name for names in several for name in names})[:_MAX_NAMES]


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that are no further apart than what counts as inactive are one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start - found[-1][1] <= _ACTIVE_GAP_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found[:_MAX_STRETCHES]


def _page(event: RrwebEvent) -> str:
    href: Any = None
    if event.type == META:
        href = event.data.get("href")
    elif event.type == CUSTOM and event.tag in PAGE_TAGS:
        payload = event.data.get("payload")
        href = payload.get("href") if isinstance(payload, dict) else None
    return _text(href)[:_MAX_URL]


def _text(value: object) -> str:
    """The text as every database takes it: no NUL, no half of an emoji."""
    if not isinstance(value, str):
        return ""
    return value.encode(errors="replace").decode().replace("\0", "\ufffd")


def _said(at: int, value: object) -> Said | None:
    text = _text(value)[:100]
    return (at, text) if text else None


def _platform(item: CapturedSnapshots) -> str:
    if item.source == "web":
        return "web"
    return item.library.removeprefix("posthog-")[:40] or item.source[:40]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
