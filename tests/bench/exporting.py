"""Export against the obvious way: json, gzip -9 and base64 of every event."""

from __future__ import annotations

import base64
import gzip
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bot.exporter import export
from bot.recording.files import open_recording
from tests import recorded

_RUNS = 3


def _ours(path: Path) -> int:
    recording = open_recording(path)
    with export(recording.events, source="file", damage=recording.damage) as exported:
        return exported.manifest.payload_bytes


def _obvious(path: Path) -> int:
    lines = []
    for line in gzip.decompress(path.read_bytes()).split(b"\n"):
        if not line:
            continue
        window, event = json.loads(line)
        lines.append(json.dumps([window, _expanded(event)]))
    packed = gzip.compress("\n".join(lines).encode(errors="surrogatepass"), 9)
    return len(base64.b64encode(packed))


def _expanded(event: dict) -> dict:
    if not event.pop("cv", None):
        return event
    data = event["data"]
    if isinstance(data, str):
        event["data"] = json.loads(gzip.decompress(data.encode("latin-1")))
        return event
    for field in ("texts", "attributes", "removes", "adds"):
        if isinstance(data.get(field), str):
            data[field] = json.loads(gzip.decompress(data[field].encode("latin-1")))
    return event


def _timed(work: Callable[[Path], int], path: Path) -> tuple[float, int]:
    times, size = [], 0
    for _ in range(_RUNS):
        began = time.perf_counter()
        size = work(path)
        times.append(time.perf_counter() - began)
    return statistics.median(times), size


def main() -> None:
    print("\nExport (median of 3; the obvious way: json, gzip -9, base64)")
    print(f"{'recording':15}{'seconds':>9}{'obvious':>9}{'ratio':>7}", end="")
    print(f"{'bytes':>10}{'obvious':>10}{'ratio':>7}")
    for name in recorded.NAMES:
        path = recorded.snapshots(name)
        seconds, size = _timed(_ours, path)
        base_seconds, base_size = _timed(_obvious, path)
        print(f"{name:15}{seconds:9.3f}{base_seconds:9.3f}", end="")
        print(f"{seconds / base_seconds:7.2f}{size:10}{base_size:10}", end="")
        print(f"{size / base_size:7.2f}")
