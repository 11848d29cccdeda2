"""A long recording takes time to export, not memory."""

from __future__ import annotations

import re
import subprocess
import sys

from tests import recorded
from tests.bench import long


def test_what_an_export_needs_does_not_grow_with_the_recording(tmp_path):
    """A process of its own reads ninety megabytes of events within two hundred."""
    source = tmp_path / "long.jsonl.gz"
    long.write(source, recorded.snapshots("dashboard"), times=4)

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.exporting", source],
        cwd=recorded.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    events, memory = map(int, re.findall(r"(\d+) MiB of", done.stdout))
    assert events > 90
    assert memory < 200
