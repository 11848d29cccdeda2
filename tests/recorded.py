"""The recordings that tests read: made by the real posthog-js in a real browser."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.recording.files import open_recording
from bot.recording.rrweb import RrwebEvent

ROOT = Path(__file__).parents[1]
_HERE = ROOT / "tests" / "recordings"
_SNAPSHOTS = ROOT / "bot" / "demo" / "posthog" / "recordings"

NAMES = ("checkout", "dashboard", "static-simple")
POSTHOG_FILES = sorted((_HERE / "posthog").iterdir())


def snapshots(name: str) -> Path:
    """The snapshots of a recording, as PostHog's API returned them, gzipped."""
    return _SNAPSHOTS / f"{name}.jsonl.gz"


@dataclass(frozen=True)
class SentRequest:
    """One HTTP request of posthog-js, as it came to the capture host."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    """By their names in lower case."""
    body: bytes
    at: datetime


def requests(name: str) -> list[SentRequest]:
    """All that posthog-js sent for a recording, in order of arrival. There is one more
    than the recordings: ``static-simple-other-encodings``."""
    lines = gzip.decompress((_HERE / f"{name}.requests.jsonl.gz").read_bytes())
    return [
        SentRequest(
            method=one["method"],
            path=one["path"],
            query=one["query"],
            headers={key.lower(): value for key, value in one["headers"]},
            body=base64.b64decode(one["body_b64"]),
            at=datetime.fromtimestamp(one["t"], UTC),
        )
        for one in map(json.loads, lines.split(b"\n")[:-1])
    ]


def facts(name: str) -> dict[str, Any]:
    """What is known of a recording, counted when it was made."""
    loaded: dict[str, Any] = json.loads((_HERE / f"{name}.meta.json").read_text())
    return loaded


def events(name: str) -> list[RrwebEvent]:
    return list(open_recording(snapshots(name)).events)
