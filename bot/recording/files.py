"""Recordings in files, by content and never by name: which format, whose, what events.

Reads snapshots JSON lines (plain or gzip), PostHog's JSON export (2023-04-28 and
2022-12-02), and a bare array of rrweb events. Portable replays are the exporter's.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bot.errors import BadInput, UnknownShape
from bot.recording import lossless
from bot.recording.lines import (
    MAX_LINE_BYTES,
    SNAPSHOT_LINE,
    Damage,
    read_lines,
    read_value,
)
from bot.recording.rrweb import RrwebEvent

# Formats that are one JSON value are in memory whole, and then once more decoded.
MAX_DOCUMENT_BYTES = 512 * 1024 * 1024
MAX_DOCUMENT_VALUES = 20_000_000

# Recordings in plain JSON pack some twenty to one; only what is made of nothing packs
# better than this. Small files may do as they like.
_MOST_TIMES = 200
_PLAIN_BYTES = 64 * 1024 * 1024
_MAX_BLANK_LINES = 100_000

_GZIP = b"\x1f\x8b"
_MIB = 1024 * 1024
_EXPECTED = (
    "snapshot JSON lines, PostHog's JSON export, an array of rrweb events, or a"
    " portable replay"
)


@dataclass(slots=True)
class RecordingFile:
    """A recording read from a file; ``events`` can be walked once."""

    events: Iterator[RrwebEvent]
    recording_id: str | None = None
    person_name: str | None = None
    damage: Damage = field(default_factory=Damage)


def open_recording(path: Path) -> RecordingFile:
    """The recording in a file. Raises BadInput saying what the file is instead.

    JSON lines are streamed; the two whole-document formats are read at once.
    """
    try:
        stream = _plain(path)
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    try:
        start = _start(path, stream)
        if _is_document(start):
            return _document(path, _all(path, stream))
    except BadInput:
        stream.close()
        raise
    damage = Damage()
    events = _streamed(path, stream, damage)
    return RecordingFile(events, damage=damage)


def _plain(path: Path) -> io.BufferedReader:
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
    if packed:
        return io.BufferedReader(gzip.open(path))
    return path.open("rb")


def _start(path: Path, stream: io.BufferedReader) -> bytes:
    try:
        start = stream.peek(4096)[:4096]
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} is cut short or damaged: {error}") from error
    if not start:
        raise BadInput(f"{path} is empty")
    if start.lstrip()[:1] not in (b"{", b"["):
        raise _no_recording(path)
    return start


def _no_recording(path: Path) -> BadInput:
    return BadInput(f"{path} is no recording: expected {_EXPECTED}")


def _is_document(start: bytes) -> bool:
    """Whether one JSON value spans the file, rather than one a line."""
    head = start.lstrip()
    if head[:1] == b"[":
        # A line ["<window id>", {…}] starts with a string; an array of events not.
        return head[1:].lstrip()[:1] in (b"{", b"]")
    # PostHog's exports say their version before anything else; lines never do.
    return re.match(rb'\{\s*"(version|data)"\s*:\s*["{]', head) is not None


def _all(path: Path, stream: IO[bytes]) -> bytes:
    with stream:
        try:
            content = stream.read(MAX_DOCUMENT_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"{path} is cut short or damaged: {error}") from error
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BadInput(
            f"{path} holds more than {MAX_DOCUMENT_BYTES // _MIB} MiB of JSON in one"
            " piece; export the recording as snapshot JSON lines, which are streamed"
        )
    return content


def _streamed(
    path: Path, stream: io.BufferedReader, damage: Damage
) -> Iterator[RrwebEvent]:
    found = 0
    with stream:
        try:
            lines = _lines(path, stream)
            for event in read_lines(lines, recording=path.name, damage=damage):
                found += 1
                yield event
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"{path} is cut short or damaged: {error}") from error
        except UnknownShape as error:
            if found or error.field != SNAPSHOT_LINE:
                raise
            raise _no_recording(path) from error
    if not found:
        raise BadInput(
            f"{path} holds no readable event ({damage.total} damaged): expected"
            f" {_EXPECTED}"
        )


def _lines(path: Path, stream: IO[bytes]) -> Iterator[bytes]:
    """The lines; a few bytes of gzip can hold one that no memory holds, or more than
    anybody waits for."""
    most = max(_PLAIN_BYTES, path.stat().st_size * _MOST_TIMES)
    blank = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        most -= len(line)
        blank += line == b"\n"
        if blank > _MAX_BLANK_LINES:
            raise BadInput(f"{path} holds more than {_MAX_BLANK_LINES} empty lines")
        if len(line) > MAX_LINE_BYTES:
            raise BadInput(
                f"{path} holds a line of more than {MAX_LINE_BYTES // _MIB} MiB, which"
                " no recording has"
            )
        if most < 0:
            raise BadInput(
                f"{path} unpacks to more than {_MOST_TIMES} times its size, which no"
                " recording does"
            )
        yield line


def _document(path: Path, content: bytes) -> RecordingFile:
    try:
        document = lossless.loads(content, max_values=MAX_DOCUMENT_VALUES)
    except ValueError as error:
        raise BadInput(f"{path} is not whole JSON: {error}") from error
    damage = Damage()
    if isinstance(document, list):
        return RecordingFile(_events(document, path.name, damage), damage=damage)
    version = document.get("version") if isinstance(document, dict) else None
    data = document.get("data") if isinstance(document, dict) else None
    if version == "2023-04-28" and isinstance(data, dict):
        snapshots = data.get("snapshots")
    elif version == "2022-12-02" and isinstance(data, dict):
        snapshots = _by_window(path.name, data.get("snapshotsByWindowId"))
    else:
        raise UnknownShape(path.name, "version", repr(version)[:60])
    if not isinstance(snapshots, list):
        raise UnknownShape(path.name, "data.snapshots", type(snapshots).__name__)
    person = data.get("person")
    return RecordingFile(
        _events(snapshots, path.name, damage),
        recording_id=_text(data.get("id")),
        person_name=_text(person.get("name")) if isinstance(person, dict) else None,
        damage=damage,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _events(items: list[Any], name: str, damage: Damage) -> Iterator[RrwebEvent]:
    if not items:
        raise BadInput(f"{name} holds no events")
    for item in items:
        yield from read_value(item, recording=name, damage=damage)


def _by_window(name: str, windows: Any) -> list[Any]:
    if not isinstance(windows, dict):
        raise UnknownShape(name, "data.snapshotsByWindowId", type(windows).__name__)
    flat = [
        [window, event]
        for window, events in windows.items()
        if isinstance(events, list)
        for event in events
    ]
    return sorted(flat, key=_time_of)


def _time_of(pair: list[Any]) -> float:
    event = pair[1]
    time = event.get("timestamp") if isinstance(event, dict) else None
    return time if isinstance(time, int | float) else 0.0
