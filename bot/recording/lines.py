"""Snapshot JSON lines, as PostHog's API returns them, to expanded rrweb events.

Four shapes of line are in the wild (PostHog's replay-shared reads the same):
``[window_id, event]``; ``{"window_id", "data": [events]}``; the same with
``windowId``; and one event with ``windowId`` inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import BadInput, UnknownShape
from bot.recording import lossless
from bot.recording.expand import Undecodable, expand
from bot.recording.rrweb import LAST_MS, RrwebEvent

SNAPSHOT_LINE = "snapshot line"
"""The field an UnknownShape names where a line is JSON of another kind altogether."""

# Several compressed fields of the largest pages in one event.
MAX_LINE_BYTES = 128 * 1024 * 1024
# A day of the busiest page has a tenth of this.
MAX_EXPANDED_RECORDING = 4 * 1024**3
# posthog-js makes UUIDs; what is longer was made to fill an index.
_MAX_WINDOW_ID = 200


@dataclass(slots=True)
class Damage:
    """What could not be read: counted, reported, and never fatal by itself."""

    lines: int = 0
    events: int = 0
    may_expand_to: int = MAX_EXPANDED_RECORDING
    """How many bytes the compressed fields of all events may come to together."""

    @property
    def total(self) -> int:
        return self.lines + self.events

    def spend(self, expanded: int) -> None:
        """Raises BadInput where that is more than any recording holds."""
        self.may_expand_to -= expanded
        if self.may_expand_to < 0:
            raise BadInput(
                "the recording was made to fill the machine: its compressed fields"
                f" expand to more than {MAX_EXPANDED_RECORDING // 1024**3} GiB"
            )


def read_lines(
    lines: Iterable[bytes], *, recording: str, damage: Damage
) -> Iterator[RrwebEvent]:
    """The events of snapshot lines in order of arrival, expanded.

    Lines that are not JSON and events that nest without end, happened at no time or
    have broken compressed fields are counted in ``damage`` and left out, as PostHog's
    own player does. Raises UnknownShape where a line is of no known shape: that is a
    format we do not know, not damage.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            if len(line) > MAX_LINE_BYTES:
                raise ValueError("the line is too long")
            value = lossless.loads(line)
        except ValueError:
            damage.lines += 1
            continue
        yield from read_value(value, recording=recording, damage=damage)


def read_value(value: Any, *, recording: str, damage: Damage) -> Iterator[RrwebEvent]:
    """The events of one decoded line; see ``read_lines``."""
    window_id, events = _window_and_events(value, recording)
    for event in events:
        readable = _readable(event, recording, damage)
        if readable is None:
            damage.events += 1
        else:
            yield RrwebEvent(window_id, readable)


def _readable(event: Any, recording: str, damage: Damage) -> dict[str, Any] | None:
    """The event expanded, or None where it is damaged. Raises UnknownShape."""
    if not isinstance(event, dict):
        raise UnknownShape(recording, "event", type(event).__name__)
    for field in ("type", "timestamp"):
        number = event.get(field)
        if not isinstance(number, int | float) or isinstance(number, bool):
            raise UnknownShape(recording, field, type(number).__name__)
    if not 0 <= event["timestamp"] <= LAST_MS:
        return None
    try:
        expanded = expand(event, damage.spend)
    except Undecodable as error:
        if error.field == "cv":
            raise UnknownShape(recording, "cv", str(error)) from error
        return None
    return expanded if lossless.is_writable(expanded) else None


def _window_and_events(value: Any, recording: str) -> tuple[str, list[Any]]:
    if isinstance(value, list) and len(value) == 2:
        return _window(value[0], recording), [value[1]]
    if isinstance(value, dict):
        window = value.get("window_id", value.get("windowId"))
        if isinstance(value.get("data"), list) and "type" not in value:
            return _window(window, recording), value["data"]
        if "type" in value and "timestamp" in value:
            event = {k: v for k, v in value.items() if k not in _WINDOW_KEYS}
            return _window(window, recording), [event]
    raise UnknownShape(recording, SNAPSHOT_LINE, type(value).__name__)


_WINDOW_KEYS = frozenset({"window_id", "windowId"})


def _window(window: Any, recording: str) -> str:
    if window is None:
        return ""
    # PostHog's 2026 front end numbers windows 1, 2, 3 in its exports.
    if isinstance(window, str) or (
        isinstance(window, int) and not isinstance(window, bool)
    ):
        return str(window)[:_MAX_WINDOW_ID]
    raise UnknownShape(recording, "window id", type(window).__name__)


def without_repeats(events: Iterable[RrwebEvent]) -> Iterator[RrwebEvent]:
    """The events, each once: an ingestion retry puts the same ones into two blocks.

    Two are the same when all but rrweb's ``delay`` agrees. The same one several times
    running is no retry: recorders do send that, and it stays.
    """
    seen: set[bytes] = set()
    kept_last = b""
    for item in events:
        line = item.line
        if "delay" in item.event:
            same = {k: v for k, v in item.event.items() if k != "delay"}
            line = RrwebEvent(item.window_id, same).line
        digest = hashlib.blake2b(line, digest_size=16).digest()
        if digest in seen and digest != kept_last:
            kept_last = b""
            continue
        seen.add(digest)
        kept_last = digest
        yield item
