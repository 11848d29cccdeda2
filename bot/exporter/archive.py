"""A recording as a plain zip: every other format in it, for whoever has only a zip
tool at hand.

Kept apart from the portable replay, which holds the events once and packed better.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from bot.exporter.convert import CONVERTERS
from bot.recording import lossless
from bot.recording.rrweb import RrwebEvent
from bot.recording.spool import Spool

_IN_MEMORY_BYTES = 16 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
# The earliest a zip can say: the same recording makes the same bytes on any day.
_MADE = (1980, 1, 1, 0, 0, 0)

_ENTRIES = {
    "events.jsonl": "snapshots",
    "rrweb.json": "rrweb",
    "posthog.json": "posthog-json",
    "console.jsonl": "console",
    "requests.har": "har",
}
_README = """\
A session recording, made by Replay Courier.

events.jsonl   every rrweb event, [window id, event] a line, in order of arrival
rrweb.json     the same as one array, each event with its windowId
posthog.json   PostHog's "Export to JSON", for its file playback
console.jsonl  the console, one line an object
requests.har   the requests as HAR 1.2, for a browser's network panel
manifest.json  what is known of the recording (only where it was exported)

replay-courier export turns events.jsonl into a replay that plays in a browser.
"""


def archive(
    events: Iterable[RrwebEvent],
    recording_id: str | None,
    manifest: Mapping[str, Any] | None = None,
) -> Iterator[bytes]:
    """The zip, piece by piece; the same bytes for the same events."""
    with (
        Spool() as spool,
        tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as out,
    ):
        for _ in spool.fill(events):
            pass
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            _add(made, "README.txt", [_README.encode()])
            if manifest is not None:
                _add(made, "manifest.json", [lossless.dumps(manifest), b"\n"])
            for name, format_ in _ENTRIES.items():
                _, write = CONVERTERS[format_]
                _add(made, name, write(spool.arrived(), recording_id))
        yield from _read(out)


def _add(made: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    # Whoever unpacks it must not be stopped at 2 GiB.
    with made.open(entry, "w", force_zip64=True) as out:
        for piece in pieces:
            out.write(piece)


def _read(out: IO[bytes]) -> Iterator[bytes]:
    out.seek(0)
    while piece := out.read(_PIECE_BYTES):
        yield piece
