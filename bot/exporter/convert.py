"""A recording's events in the formats that other tools open.

rrweb arrays, snapshot lines, PostHog's JSON export, HAR 1.2 and console JSON lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.exporter.har import har
from bot.recording import lossless
from bot.recording.console import console_entry
from bot.recording.rrweb import RrwebEvent

# What PostHog's importer accepts (file-playback/types.ts).
_POSTHOG_EXPORT_VERSION = "2023-04-28"


def rrweb_json(
    events: Iterable[RrwebEvent], recording_id: str | None
) -> Iterator[bytes]:
    """A JSON array of rrweb events in order of arrival, each with its ``windowId``."""
    separator = b"["
    for item in events:
        yield separator + lossless.dumps({**item.event, "windowId": item.window_id})
        separator = b",\n"
    yield b"[]\n" if separator == b"[" else b"]\n"


def snapshot_lines(
    events: Iterable[RrwebEvent], recording_id: str | None
) -> Iterator[bytes]:
    """``[window_id, event]`` a line, as PostHog's snapshots API returns, expanded."""
    for item in events:
        yield lossless.dumps([item.window_id, item.event]) + b"\n"


def posthog_json(
    events: Iterable[RrwebEvent], recording_id: str | None
) -> Iterator[bytes]:
    """PostHog's own "Export to JSON", which its file playback opens.

    Its player neither sorts nor numbers windows when it imports, so events come sorted
    by time and windows numbered by first appearance, as its 2026 front end writes them.
    """
    numbers: dict[str, int] = {}
    snapshots = []
    for item in sorted(events, key=lambda item: item.timestamp_ms):
        number = numbers.setdefault(item.window_id, len(numbers) + 1)
        snapshots.append({"windowId": number, **item.event})
    document: dict[str, Any] = {
        "version": _POSTHOG_EXPORT_VERSION,
        "data": {"id": recording_id or "", "person": None, "snapshots": snapshots},
    }
    yield lossless.dumps(document) + b"\n"


def har_json(events: Iterable[RrwebEvent], recording_id: str | None) -> Iterator[bytes]:
    """HAR 1.2 of the recording's requests."""
    yield lossless.dumps(har(events)) + b"\n"


def console_lines(
    events: Iterable[RrwebEvent], recording_id: str | None
) -> Iterator[bytes]:
    """One JSON object a console line: timestamp_ms, level, message, trace."""
    for item in events:
        entry = console_entry(item)
        if entry is not None:
            yield (
                lossless.dumps(
                    {
                        "timestamp_ms": entry.timestamp_ms,
                        "window_id": item.window_id,
                        "level": entry.level,
                        "message": entry.message,
                        "trace": list(entry.trace),
                    }
                )
                + b"\n"
            )


Converter = Callable[[Iterable[RrwebEvent], str | None], Iterator[bytes]]

CONVERTERS: dict[str, tuple[str, Converter]] = {
    "rrweb": (".rrweb.json", rrweb_json),
    "posthog-json": ("-ph-recording.json", posthog_json),
    "har": (".har", har_json),
    "console": (".console.jsonl", console_lines),
    "snapshots": (".snapshots.jsonl", snapshot_lines),
}
"""By the name on the command line: the file's ending and what writes it."""
