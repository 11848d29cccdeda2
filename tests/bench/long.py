"""A long recording: a real one, again and again, each time a little later."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

_TIME = re.compile(rb'("timestamp":)(\d{13})')
# A second longer than the recording that is repeated.
_APART_MS = 68_300


def snapshot_lines(source: Path, times: int) -> Iterator[bytes]:
    """Snapshot lines as PostHog's API returns them."""
    lines = [
        line + b"\n"
        for line in gzip.decompress(source.read_bytes()).split(b"\n")
        if line
    ]
    for number in range(times):
        later = number * _APART_MS
        for line in lines:
            yield _TIME.sub(
                lambda found, by=later: b"%s%d" % (found[1], int(found[2]) + by), line
            )


def write(target: Path, source: Path, times: int) -> None:
    """The same as a file, gzipped."""
    with gzip.open(target, "wb", 1) as out:
        out.writelines(snapshot_lines(source, times))
