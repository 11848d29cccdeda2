"""A recording as its shared message names it, long after its source was asked.

A replay's manifest masks the person, since anyone may come to hold it. What the message
says is remembered beside its link, sealed, so that it says the same when it changes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.exporter.manifest import Manifest
from bot.model import Person, Recording


def remembered(recording: Recording) -> str:
    """What to remember of a recording that is shared."""
    person = recording.person
    return json.dumps(
        {
            "person": person and {"name": person.name, "email": person.email},
            "distinct_id": recording.distinct_id,
            "browser": recording.browser,
            "os": recording.os,
            "device": recording.device,
        }
    )


def recalled(manifest: Manifest, about: str | None) -> Recording:
    """The recording of a replay; without ``about`` the person is masked."""
    summary = manifest.summary
    masked = manifest.person
    recording = Recording(
        id=manifest.recording_id or "",
        source=manifest.source,
        start=summary.start,
        duration=timedelta(milliseconds=summary.duration_ms),
        end=summary.end,
        active=timedelta(milliseconds=summary.active_ms),
        person=None if masked is None else Person(id="", name=masked),
        platform=summary.platform,
        browser=summary.browser,
        os=summary.os,
        url=manifest.recording_url,
    )
    if not about:
        return recording
    told = json.loads(about)
    person = told["person"]
    return replace(
        recording,
        person=person and Person(id="", name=person["name"], email=person["email"]),
        distinct_id=told["distinct_id"],
        browser=told["browser"],
        os=told["os"],
        device=told["device"],
    )
