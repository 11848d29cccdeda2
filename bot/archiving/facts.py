"""What is known of an archived recording: its row, and the names it is found by."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.exporter import Exported
from bot.model import Recording

_RECORDING = TypeAdapter(Recording)
_LONGEST = 400
_MAX_NAMES = 200


def recording_to_json(recording: Recording) -> str:
    return _RECORDING.dump_json(recording).decode()


def recording_from_json(text: str) -> Recording:
    return _RECORDING.validate_json(text)


def revision_of(recording: Recording) -> str:
    """Changes when the recording grew, by what its source's list says of it."""
    facts = [
        recording.start.isoformat(),
        recording.end and recording.end.isoformat(),
        recording.duration.total_seconds(),
        recording.click_count,
        recording.keypress_count,
        recording.console_error_count,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def day_of(recording: Recording) -> date:
    return recording.start.astimezone(UTC).date()


def row_of(
    recording: Recording, exported: Exported, *, now: datetime
) -> dict[str, Any]:
    """The columns that tell of the recording. Addresses of pages are as redacted."""
    summary = exported.manifest.summary
    person = recording.person
    pages = list(dict.fromkeys(page.url for page in summary.pages))
    return {
        "recording_id": recording.id,
        "source": recording.source,
        "day": day_of(recording),
        "person_id": _cut(person.id if person else None),
        "person_name": _cut(person.name if person else None),
        "person_email": _cut(person.email if person else None),
        "distinct_id": _cut(recording.distinct_id),
        "start": recording.start,
        "end": max(summary.end, recording.start),
        "duration_ms": summary.duration_ms,
        "active_ms": summary.active_ms,
        "events": summary.events,
        "clicks": summary.clicks,
        "input_events": summary.input_events,
        "console_errors": summary.console.get("error", 0),
        "console_warnings": summary.console.get("warn", 0),
        "exceptions": summary.exceptions,
        "requests": summary.network_requests,
        "failed_requests": summary.network_failing,
        "pages": json.dumps(pages),
        "first_url": pages[0] if pages else None,
        "platform": summary.platform[:40],
        "browser": _cut(summary.browser, 200),
        "os": _cut(summary.os, 200),
        "device": _cut(recording.device, 200),
        "archived_at": now,
        "redaction": exported.redaction.key,
        "revision": revision_of(recording),
    }


def names_of(recording: Recording) -> set[tuple[str, str]]:
    """All that the recording's person is known by, each with its kind."""
    person = recording.person
    found = {("distinct_id", recording.distinct_id or "")}
    if person is not None:
        found |= {("person", person.id), ("email", folded(person.email or ""))}
        found |= {("distinct_id", one) for one in person.distinct_ids[:_MAX_NAMES]}
    return {(kind, value[:_LONGEST]) for kind, value in found if value}


def folded(email: str) -> str:
    """An address in the one spelling it is looked for by."""
    return email.strip().casefold()


def _cut(text: str | None, longest: int = _LONGEST) -> str | None:
    return text[:longest] if text else None
