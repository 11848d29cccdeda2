"""The snapshots endpoint: sources, then blocks by range, each with its refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.demo.posthog.answers import blocks_unavailable, invalid, not_found
from bot.demo.posthog.faults import Fault
from bot.demo.posthog.project import SampleRecording

_KEYS_A_CALL = 20


def sources(recording: SampleRecording) -> dict[str, Any]:
    """What the recording can be read from, oldest first."""
    if recording.storage == "lts":
        entry = _entry("blob_v2_lts", _lts_key(recording), None, None)
        return {"sources": [entry] if recording.blocks else []}
    if recording.storage == "v1":
        entries = [
            _entry("blob", f"{first}-{last}", first, last)
            for first, last in recording.spans
        ]
        realtime = _entry("realtime", None, recording.spans[-1][1], None)
        return {"sources": [*entries, realtime]}
    return {
        "sources": [
            _entry("blob_v2", str(index), first, last)
            for index, (first, last) in enumerate(recording.spans)
        ]
    }


def blocks(
    recording: SampleRecording, given: Mapping[str, str], fault: Fault | None
) -> bytes:
    """The JSON lines that the call asks for."""
    source = given["source"]
    if recording.storage == "v1" and source in ("blob", "realtime"):
        return _old(recording, given)
    if source == "blob_v2_lts":
        if "blob_key" not in given:
            raise invalid("Must provide blob_key for blob_v2_lts")
        if recording.storage != "lts" or given["blob_key"] != _lts_key(recording):
            raise not_found("Session recording not found")
        return b"".join(recording.blocks)
    if source != "blob_v2":
        raise invalid("Invalid source must be one of [blob_v2, blob_v2_lts, None]")
    first, last = _range(given)
    if last >= len(recording.blocks):
        raise not_found("Block index out of range")
    chosen = recording.blocks[first : last + 1]
    # PostHog leaves out what it cannot load, and fails only where nothing is left.
    lost = len(recording.blocks) - 1
    if fault is Fault.MISSING_BLOCK and len(chosen) > 1:
        chosen = chosen[:-1]
    if fault is Fault.LOST_BLOCK and first <= lost <= last:
        chosen = chosen[:-1]
    if not chosen:
        raise blocks_unavailable()
    return b"".join(chosen)


def _range(given: Mapping[str, str]) -> tuple[int, int]:
    try:
        first, last = (int(given[f"{end}_blob_key"]) for end in ("start", "end"))
    except KeyError:
        raise invalid("Must provide both start_blob_key and end_blob_key") from None
    except ValueError:
        raise invalid("Blob key must be an integer") from None
    if not 0 <= first <= last:
        raise invalid("Must provide a valid range of blob keys")
    if last - first + 1 > _KEYS_A_CALL:
        raise invalid(f"Cannot request more than {_KEYS_A_CALL} blob keys at once")
    return first, last


def _old(recording: SampleRecording, given: Mapping[str, str]) -> bytes:
    """A server of before mid-2025: several events a line, by window."""
    if given["source"] == "realtime":
        return b""
    spans = [f"{first}-{last}" for first, last in recording.spans]
    if given.get("blob_key") not in spans:
        raise not_found("Session recording not found")
    block = recording.blocks[spans.index(given["blob_key"])]
    lines = [json.loads(line) for line in block.split(b"\n") if line]
    windows: dict[str, list[Any]] = {}
    for window, one in lines:
        windows.setdefault(window, []).append(one)
    return b"".join(
        json.dumps({"window_id": window, "data": events}).encode() + b"\n"
        for window, events in windows.items()
    )


def _lts_key(recording: SampleRecording) -> str:
    return f"session_recordings_lts/{recording.id}.bin"


def _entry(
    source: str, key: str | None, first: int | None, last: int | None
) -> dict[str, Any]:
    return {
        "source": source,
        "start_timestamp": _iso(first),
        "end_timestamp": _iso(last),
        "blob_key": key,
    }


def _iso(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
