"""Expands the partly compressed events that posthog-js sends (``cv: "2024-10"``).

Which fields are compressed, and how, is posthog-js's own affair
(lazy-loaded-session-recorder.ts) and was seen in every recording it makes: gzip bytes,
one code point 0-255 per byte, of the field's JSON.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from bot.recording import lossless
from bot.recording.rrweb import FULL_SNAPSHOT, INCREMENTAL, MUTATION, STYLE_SHEET_RULE

KNOWN_COMPRESSION = "2024-10"

# A page of 100,000 nodes makes a snapshot of some 10 MB; this stops a bomb, not a page.
MAX_EXPANDED_BYTES = 64 * 1024 * 1024
# The same page has a third of these; an event has up to four such fields.
MAX_EXPANDED_VALUES = 2_000_000

_COMPRESSED_FIELDS = {
    MUTATION: ("texts", "attributes", "removes", "adds"),
    STYLE_SHEET_RULE: ("adds", "removes"),
}


class Undecodable(ValueError):
    """A compressed field that cannot be expanded; ``field`` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


def expand(
    event: dict[str, Any], note: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """The event with every compressed field decoded and ``cv`` dropped.

    An event without ``cv`` is returned as it is. Raises Undecodable. ``note`` is told
    how many bytes each field came to, before anything is made of them.
    """
    if "cv" not in event:
        return event
    if event["cv"] != KNOWN_COMPRESSION:
        raise Undecodable("cv", f"unknown compression {event['cv']!r:.40}")
    expanded = {key: value for key, value in event.items() if key != "cv"}
    data = expanded.get("data")
    if expanded.get("type") == FULL_SNAPSHOT:
        if isinstance(data, str):
            expanded["data"] = _decode("data", data, note)
    elif expanded.get("type") == INCREMENTAL and isinstance(data, dict):
        source = data.get("source")
        fields = _COMPRESSED_FIELDS.get(source, ()) if isinstance(source, int) else ()
        expanded["data"] = {
            key: _decode(f"data.{key}", value, note)
            if key in fields and isinstance(value, str) and value
            else value
            for key, value in data.items()
        }
    return expanded


def _decode(field: str, text: str, note: Callable[[int], None] | None) -> Any:
    try:
        packed = text.encode("latin-1")
    except UnicodeEncodeError as error:
        # Something on the way re-encoded the text; the bytes cannot be had back.
        raise Undecodable(field, "re-encoded on the way") from error
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(packed, MAX_EXPANDED_BYTES)
    except zlib.error as error:
        raise Undecodable(field, "not gzip") from error
    if unpacker.unconsumed_tail:
        raise Undecodable(field, f"more than {MAX_EXPANDED_BYTES} bytes")
    if not unpacker.eof:
        raise Undecodable(field, "cut short")
    if note is not None:
        note(len(plain))
    try:
        return lossless.loads(plain, max_values=MAX_EXPANDED_VALUES)
    except ValueError as error:
        raise Undecodable(field, "not JSON, or too much of it") from error
