"""Export against the obvious way: json, gzip -9 and base64 of every event."""

from __future__ import annotations

import base64
import functools
import gzip
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.exporter import export
from bot.exporter.page import file_page
from bot.recording.files import open_recording
from tests import recorded
from tests.bench import long

_RUNS = 5
_LONG_TIMES = 20
_MIB = 1024 * 1024


def ours(path: Path) -> int:
    """Bytes of the file without the viewer: manifest, and segments as they stand."""
    recording = open_recording(path)
    with export(recording.events, source="file", damage=recording.damage) as exported:
        pieces = file_page(exported.manifest, exported.segments())
        return sum(map(len, pieces)) - _viewer_bytes()


def obvious(path: Path) -> bytes:
    """Every event as a line of JSON, compressed and made text."""
    lines = []
    for line in gzip.decompress(path.read_bytes()).split(b"\n"):
        if not line:
            continue
        window, event = json.loads(line)
        lines.append(json.dumps([window, _expanded(event)]))
    packed = gzip.compress("\n".join(lines).encode(errors="surrogatepass"), 9)
    return base64.b64encode(packed)


@functools.cache
def _viewer_bytes() -> int:
    """A file's bytes around manifest and segments, which are the obvious file's too."""
    with export(recorded.events("static-simple"), source="file") as exported:
        whole = b"".join(file_page(exported.manifest, []))
    manifest = whole[whole.index(b'id="replay-manifest"') :]
    return len(whole) - manifest.index(b"</script>")


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
    print(f"\nExport (median of {_RUNS}; the obvious way: json, gzip -9, base64)")
    print(f"{'recording':15}{'seconds':>9}{'obvious':>9}{'times':>7}", end="")
    print(f"{'bytes':>10}{'obvious':>10}{'ratio':>7}")
    for name in recorded.NAMES:
        path = recorded.snapshots(name)
        seconds, size = _timed(ours, path)
        base_seconds, base_size = _timed(lambda path: len(obvious(path)), path)
        print(f"{name:15}{seconds:9.3f}{base_seconds:9.3f}", end="")
        print(f"{base_seconds / seconds:6.1f}x{size:10}{base_size:10}", end="")
        print(f"{size / base_size:7.2f}")
    print(f"the viewer itself: {_viewer_bytes()} bytes as carried")
    _long()


def _long() -> None:
    """What a recording of half a gigabyte takes, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "long.jsonl.gz"
        long.write(source, recorded.snapshots("dashboard"), _LONG_TIMES)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.exporting", source],
            check=True,
            capture_output=True,
            text=True,
        )
    print(done.stdout, end="")


def _measure(source: Path) -> None:
    began = time.perf_counter()
    recording = open_recording(source)
    with export(recording.events, source="file") as exported:
        expanded = sum(one.expanded_bytes for one in exported.manifest.segments)
        size = sum(map(len, file_page(exported.manifest, exported.segments())))
    seconds = time.perf_counter() - began
    print(
        f"{expanded / _MIB:.0f} MiB of events: {seconds:.1f} s, a file of"
        f" {size / _MIB:.1f} MiB, {_peak_bytes() / _MIB:.0f} MiB of memory at most"
    )


def _peak_bytes() -> int:
    """The most memory that this program had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS
    # Linux counts the parent's memory at the fork into what getrusage says.
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(line) * 1024


if __name__ == "__main__":
    _measure(Path(sys.argv[1]))
