"""The recordings that tests read: made by the real posthog-js in a real browser."""

from __future__ import annotations

import json
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


def facts(name: str) -> dict[str, Any]:
    """What is known of a recording, counted when it was made."""
    loaded: dict[str, Any] = json.loads((_HERE / f"{name}.meta.json").read_text())
    return loaded


def events(name: str) -> list[RrwebEvent]:
    return list(open_recording(snapshots(name)).events)
