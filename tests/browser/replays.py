"""Portable replays for the tests of the browser: real ones, and ones made by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from bot.exporter import columns, export
from bot.exporter.manifest import Manifest
from bot.exporter.page import file_page
from bot.recording.files import open_recording

SAMPLES = Path(__file__).parents[2] / "bot" / "viewer" / "samples"
POSTHOG = Path(__file__).parents[1] / "recordings" / "posthog"
START_MS = 1_795_431_700_000


@dataclass(frozen=True)
class Replay:
    manifest: Manifest
    segments: list[bytes]


def exported(tmp_path: Path, lines: bytes) -> Replay:
    source = tmp_path / "snapshots.jsonl"
    source.write_bytes(lines)
    return of_file(source)


def of_file(path: Path) -> Replay:
    events = open_recording(path).events
    made = export(events, source="file", person="jane.doe@example.com")
    with made.payload:
        return Replay(made.manifest, list(made.segments()))


def checkout(tmp_path: Path) -> Replay:
    packed = (SAMPLES / "checkout.zst").read_bytes()
    content = zstandard.ZstdDecompressor().decompress(packed, max_output_size=10**7)
    return exported(tmp_path, columns.join(content))


def written(tmp_path: Path, replay: Replay) -> Path:
    file = tmp_path / "a.replay.html"
    file.write_bytes(b"".join(file_page(replay.manifest, replay.segments)))
    return file


def lines(*events: tuple[str, int, int, dict[str, Any]]) -> bytes:
    """Snapshot lines of (window, type, ms since the start, data)."""
    return b"".join(
        json.dumps(
            [window, {"type": kind, "timestamp": START_MS + at_ms, "data": data}]
        ).encode()
        + b"\n"
        for window, kind, at_ms, data in events
    )


def document(*body: dict[str, Any]) -> dict[str, Any]:
    """The data of a full snapshot of a page with this body."""
    html = element(2, "html", {}, element(3, "head"), element(4, "body", {}, *body))
    node = {"type": 0, "id": 1, "childNodes": [html]}
    return {"node": node, "initialOffset": {"top": 0, "left": 0}}


def element(
    node_id: int,
    tag: str,
    attributes: dict[str, Any] | None = None,
    *children: dict[str, Any],
) -> dict[str, Any]:
    return {
        "type": 2,
        "id": node_id,
        "tagName": tag,
        "attributes": attributes or {},
        "childNodes": list(children),
    }


def words(node_id: int, text: str) -> dict[str, Any]:
    return {"type": 3, "id": node_id, "textContent": text}


def meta(href: str) -> dict[str, Any]:
    return {"href": href, "width": 800, "height": 600}


def click(node_id: int) -> dict[str, Any]:
    return {"source": 2, "type": 2, "id": node_id, "x": 5, "y": 5}


def plugin(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"plugin": f"rrweb/{name}@1", "payload": payload}
