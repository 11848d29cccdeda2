"""The stand-in's state: a project with people and recordings, read from the samples."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

State = Literal["ready", "ongoing", "deleted", "expired"]
Storage = Literal["v2", "lts", "v1"]

_RETENTION_DAYS = 30
# The clock readings outside of compressed strings; ids keep the time they were made.
_CLOCKS = re.compile(rb'("(?:cache_)?timestamp"|"timeOrigin")(\s*:\s*)(\d{13})')
_EVENT_TIME = re.compile(rb'"timestamp"\s*:\s*(\d{13})')


@dataclass
class SamplePerson:
    """One person of the project; ``about`` tells a newcomer what to see here."""

    uuid: str
    name: str
    email: str | None
    distinct_ids: list[str]
    properties: dict[str, Any]
    about: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The persons API's object."""
        email = {} if self.email is None else {"email": self.email}
        return {
            "id": self.uuid,
            "uuid": self.uuid,
            "name": self.email or self.name,
            "distinct_ids": self.distinct_ids,
            "properties": {**email, "name": self.name, **self.properties},
            "created_at": "2026-01-01T00:00:00Z",
            "last_seen_at": None,
        }


@dataclass
class SampleRecording:
    """One recording; ``blocks`` are JSON lines as PostHog's storage holds them."""

    id: str
    distinct_id: str
    start: datetime
    end: datetime
    facts: dict[str, Any]
    state: State = "ready"
    storage: Storage = "v2"
    retention_days: int = _RETENTION_DAYS
    file: str | None = None
    cuts: list[int] = field(default_factory=list)
    shift: timedelta = timedelta(0)

    @property
    def expires(self) -> datetime:
        return self.start + timedelta(days=self.retention_days)

    @cached_property
    def blocks(self) -> list[bytes]:
        """The file's lines in blocks, times moved by ``shift``."""
        if self.file is None:
            return []
        packed = files("bot.demo.posthog").joinpath("recordings", self.file)
        content = gzip.decompress(packed.read_bytes())
        if self.shift:
            by = int(self.shift.total_seconds() * 1000)
            content = _CLOCKS.sub(
                lambda match: match[1] + match[2] + b"%d" % (int(match[3]) + by),
                content,
            )
        lines = content.rstrip(b"\n").split(b"\n")
        edges = [0, *self.cuts, len(lines)]
        return [
            b"".join(line + b"\n" for line in lines[first:last])
            for first, last in pairwise(edges)
        ]

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """First and last event time of each block, in milliseconds."""
        times = [
            [int(_EVENT_TIME.findall(line)[-1]) for line in block.split(b"\n") if line]
            for block in self.blocks
        ]
        return [(min(block), max(block)) for block in times]


class Project:
    """The sample project; tests may add people and recordings of their own.

    ``recent`` moves every recording to some minutes before ``now``, so that a person
    who tries the demo sees sessions of today; otherwise they are as captured.
    """

    def __init__(self, *, now: datetime, recent: bool) -> None:
        source = files("bot.demo.posthog").joinpath("samples.json").read_text("utf-8")
        samples = json.loads(source)
        self.id = str(samples["project"]["id"])
        self.name: str = samples["project"]["name"]
        self.records_sessions = True
        self.people = [SamplePerson(**one) for one in samples["people"]]
        self.recordings = [
            _recording(one, now if recent else None) for one in samples["recordings"]
        ]

    def person_of(self, recording: SampleRecording) -> SamplePerson | None:
        return next(
            (one for one in self.people if recording.distinct_id in one.distinct_ids),
            None,
        )

    def recording(self, recording_id: str, now: datetime) -> SampleRecording | None:
        """The recording, unless there is none or it is past its retention."""
        for one in self.recordings:
            if one.id == recording_id and one.state != "expired" and now < one.expires:
                return one
        return None

    def recording_json(
        self, recording: SampleRecording, now: datetime, *, in_list: bool
    ) -> dict[str, Any]:
        """The recordings API's object; ``ongoing`` is told in lists only."""
        facts = recording.facts
        person = self.person_of(recording)
        seconds = int((recording.end - recording.start).total_seconds())
        told = {
            "id": recording.id,
            "distinct_id": recording.distinct_id,
            "viewed": False,
            "viewers": [],
            "recording_duration": seconds,
            "active_seconds": facts["active_seconds"],
            "inactive_seconds": max(0, seconds - facts["active_seconds"]),
            "start_time": _iso(recording.start),
            "end_time": _iso(recording.end),
            "click_count": facts["click_count"],
            "keypress_count": facts["keypress_count"],
            "mouse_activity_count": facts["click_count"] * 5,
            "console_log_count": facts["console_log_count"],
            "console_warn_count": facts["console_warn_count"],
            "console_error_count": facts["console_error_count"],
            "start_url": facts["urls"][0],
            "person": person.json if person else None,
            "retention_period_days": recording.retention_days,
            "expiry_time": _iso(recording.expires),
            "recording_ttl": (recording.expires - now).days,
            "snapshot_source": "web",
            "snapshot_library": "web",
            "activity_score": 12.5,
            "has_summary": False,
            "summary_outcome": None,
            "external_references": [],
        }
        if in_list:
            told |= {"ongoing": recording.state == "ongoing", "matches_filters": True}
        return told


def _recording(raw: dict[str, Any], now: datetime | None) -> SampleRecording:
    start, end = (datetime.fromisoformat(raw[key]) for key in ("start", "end"))
    shift = timedelta(0)
    if now is not None:
        moved = now - timedelta(minutes=raw["minutes_ago"]) - end
        shift = timedelta(seconds=int(moved.total_seconds()))
    return SampleRecording(
        id=raw["id"],
        distinct_id=raw["distinct_id"],
        start=start + shift,
        end=end + shift,
        facts=raw,
        state=raw["state"],
        file=raw["file"],
        cuts=raw["cuts"],
        shift=shift,
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
