"""rrweb's numbers by name, and one decoded event with the window it belongs to.

Names and numbers are rrweb's (``EventType``, ``IncrementalSource``,
``MouseInteractions`` of @rrweb/types).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.recording import lossless

FULL_SNAPSHOT = 2
INCREMENTAL = 3
META = 4
CUSTOM = 5
PLUGIN = 6

MUTATION = 0
MOUSE_MOVE = 1
MOUSE_INTERACTION = 2
SCROLL = 3
VIEWPORT_RESIZE = 4
INPUT = 5
TOUCH_MOVE = 6
MEDIA_INTERACTION = 7
STYLE_SHEET_RULE = 8
CANVAS_MUTATION = 9
FONT = 10
DRAG = 12
STYLE_DECLARATION = 13
SELECTION = 14
ADOPTED_STYLE_SHEET = 15

CLICK = 2

# What PostHog counts as activity of the user: MouseMove, MouseInteraction, Scroll,
# ViewportResize, Input, TouchMove, MediaInteraction, Drag.
ACTIVE_SOURCES = frozenset({1, 2, 3, 4, 5, 6, 7, 12})

# What these did is in the next full snapshot of the same window.
IN_NEXT_SNAPSHOT = frozenset(
    {
        *(MUTATION, SCROLL, INPUT, MEDIA_INTERACTION, CANVAS_MUTATION),
        *(STYLE_SHEET_RULE, STYLE_DECLARATION, ADOPTED_STYLE_SHEET),
    }
)

CONSOLE_PLUGIN = "rrweb/console@1"
NETWORK_PLUGIN = "rrweb/network@1"

# posthog-js's custom events that say where the page has gone.
PAGE_TAGS = frozenset({"$pageview", "$url_changed"})

# The end of the year 9999 in epoch ms, the last that a date can say.
LAST_MS = 253_402_300_799_999


@dataclass(frozen=True, slots=True)
class RrwebEvent:
    """One decoded rrweb event, expanded, as it arrived.

    ``window_id`` tells the browser tabs of a session apart; each has its own ids.
    """

    window_id: str
    event: dict[str, Any]
    _line: bytes | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def line(self) -> bytes:
        """``[window_id, event]`` as one line of JSON, written once: the next event is
        as likely to be a megabyte as to be a click."""
        if self._line is None:
            line = lossless.dumps([self.window_id, self.event]) + b"\n"
            object.__setattr__(self, "_line", line)
        return self._line  # type: ignore[return-value]

    @property
    def type(self) -> int:
        kind: int = self.event["type"]
        return kind

    @property
    def timestamp_ms(self) -> int | float:
        moment: int | float = self.event["timestamp"]
        return moment

    @property
    def data(self) -> dict[str, Any]:
        """The event's data; empty where a recorder sent something else."""
        data = self.event.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def tag(self) -> str:
        """A custom event's name; empty where it has none."""
        tag = self.data.get("tag")
        return tag if isinstance(tag, str) else ""

    @property
    def source(self) -> int | None:
        """rrweb's IncrementalSource, or None where it is no incremental event."""
        if self.type != INCREMENTAL:
            return None
        source = self.data.get("source")
        return source if isinstance(source, int) else None
