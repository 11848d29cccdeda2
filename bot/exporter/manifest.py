"""The manifest: what a portable replay says of itself, readable by people and tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

from bot import __version__
from bot.assets.index import AssetIndex
from bot.errors import BadInput
from bot.exporter.cuts import Cut
from bot.exporter.segments import Segment
from bot.model import (
    Activity,
    ErrorLine,
    Mark,
    Page,
    RequestLine,
    Summary,
    WindowCount,
    WindowTurn,
)
from bot.policy import Audience

FORMAT = "replay-courier/portable-replay"
VERSION = 1

_Line = TypeVar("_Line", WindowCount, WindowTurn, Page, ErrorLine, RequestLine, Mark)
_SAFE_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a portable replay holds; ``to_json`` is its form in the file."""

    recording_id: str | None
    source: str
    recording_url: str | None
    person: str | None
    """As it may be shown to anyone who holds the file: masked."""
    summary: Summary
    redactions: Mapping[str, int]
    damaged: int
    """Lines and events of the recording that could not be read."""
    segments: tuple[Segment, ...]
    sha256: str
    audience: Audience = Audience.STAFF
    removed: Mapping[str, int] = field(default_factory=dict)
    """What was left out for the audience's sake, by kind."""
    producer: str = f"replay-courier {__version__}"
    cut: Cut | None = None
    """Which part of the recording this is; None where it is all of it."""
    assets: AssetIndex | None = None
    """None where nobody looked for any."""
    ongoing: bool = False
    """Whether the session was still going on."""

    @property
    def name(self) -> str:
        """The recording's id as the beginning of a file's name; ``recording`` where it
        has none, or one that could lead to another folder."""
        name = self.recording_id or ""
        return name if _SAFE_ID.fullmatch(name) else "recording"

    @property
    def filename(self) -> str:
        return f"{self.name}{self.suffix}.replay.html"

    @property
    def suffix(self) -> str:
        """What tells a copy for others apart in a file's name."""
        is_usual = self.audience is Audience.STAFF
        return "" if is_usual else f".{self.audience}"

    @property
    def report(self) -> str:
        """One line on what is not in the copy, for people; empty where all is."""
        parts = [
            f"{word} " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
            for word, counts in (
                ("left out", self.removed),
                ("redacted", self.redactions),
            )
            if counts
        ]
        return "; ".join(parts)

    @property
    def payload_bytes(self) -> int:
        carried = 0 if self.assets is None else self.assets.bytes
        return carried + sum(segment.bytes for segment in self.segments)

    def to_json(self, *, activity: bool = False) -> dict[str, Any]:
        """As it stands in the file; with ``activity``, which a file of all the events
        is smaller without, as it is kept beside the stored replay."""
        summary = self.summary
        counted = summary.activity if activity else None
        return {
            "format": FORMAT,
            "version": VERSION,
            "producer": self.producer,
            "recording_id": self.recording_id,
            "source": self.source,
            "recording_url": self.recording_url,
            "person": self.person,
            "start": _iso(summary.start),
            "end": _iso(summary.end),
            "duration_ms": summary.duration_ms,
            "active_ms": summary.active_ms,
            "windows": [asdict(window) for window in summary.windows],
            "turns": [asdict(turn) for turn in summary.turns],
            "platform": summary.platform,
            "viewport": summary.viewport
            and {"width": summary.viewport[0], "height": summary.viewport[1]},
            "browser": summary.browser,
            "os": summary.os,
            "pages": [asdict(page) for page in summary.pages],
            "counts": {
                "events": summary.events,
                "clicks": summary.clicks,
                "rage_clicks": summary.rage_clicks,
                "input_events": summary.input_events,
                "console": dict(summary.console),
                "exceptions": summary.exceptions,
                "network_requests": summary.network_requests,
                "network_failing": summary.network_failing,
                "network_slow": summary.network_slow,
                "full_snapshots": summary.full_snapshots,
                "damaged": self.damaged,
            },
            "errors": [asdict(error) for error in summary.errors],
            "failing_requests": [asdict(line) for line in summary.failing],
            "slow_requests": [asdict(line) for line in summary.slow],
            "marks": [asdict(mark) for mark in summary.marks],
            "start_at_ms": summary.start_at_ms,
            "cut": self.cut and self.cut.to_json(),
            "audience": self.audience.value,
            "redactions": _rows(self.redactions),
            "removed": _rows(self.removed),
            "segments": [segment.to_json() for segment in self.segments],
            "sha256": self.sha256,
            "assets": self.assets and self.assets.to_json(),
            **({"ongoing": True} if self.ongoing else {}),
            **({} if counted is None else {"activity": asdict(counted)}),
        }

    @classmethod
    def from_json(cls, value: Any) -> Manifest:
        """Raises BadInput: not ours, newer than this version reads, or damaged."""
        check_format(value)
        try:
            return cls(
                recording_id=_read(value, "recording_id", str | None),
                source=_read(value, "source", str),
                recording_url=_read(value, "recording_url", str | None),
                person=_read(value, "person", str | None),
                summary=_summary(value),
                audience=Audience(value.get("audience", Audience.STAFF)),
                redactions=_counts(value["redactions"]),
                removed=_counts(value.get("removed", [])),
                damaged=_read(value["counts"], "damaged", int),
                segments=tuple(map(Segment.from_json, value["segments"])),
                sha256=_read(value, "sha256", str),
                producer=_read(value, "producer", str),
                cut=Cut.from_json(value.get("cut")),
                assets=value.get("assets") and AssetIndex.from_json(value["assets"]),
                ongoing=value.get("ongoing") is True,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(f"the replay's manifest is damaged: {error!r}") from error


def check_format(value: Any) -> None:
    """Raises BadInput where a manifest is not ours, or newer than we read."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadInput("this is no portable replay")
    version = value.get("version")
    if not isinstance(version, int) or version < 1:
        raise BadInput("the replay's manifest has no version")
    if version > VERSION:
        raise BadInput(
            f"this replay has format {version}; this replay-courier reads up to"
            f" {VERSION}: update it to open the file"
        )


def with_device(summary: Summary, browser: str | None, os: str | None) -> Summary:
    """The summary with what only the recording's source knows."""
    return replace(summary, browser=browser, os=os)


def masked(name: str | None) -> str | None:
    """A person's name for people outside: ``j***@example.com``."""
    if not name:
        return None
    local, at, host = name.partition("@")
    return f"{local[:1]}***{at}{host}"


def _summary(value: dict[str, Any]) -> Summary:
    counts, viewport = value["counts"], value["viewport"]
    whole = {
        name: _read(counts, name, int)
        for name in (
            *("events", "clicks", "rage_clicks", "input_events", "full_snapshots"),
            *("exceptions", "network_requests", "network_failing", "network_slow"),
        )
    }
    return Summary(
        start=_datetime(value["start"]),
        end=_datetime(value["end"]),
        duration_ms=_read(value, "duration_ms", int),
        active_ms=_read(value, "active_ms", int),
        windows=_all(WindowCount, value["windows"]),
        platform=_read(value, "platform", str),
        viewport=viewport
        and (_read(viewport, "width", int), _read(viewport, "height", int)),
        browser=_read(value, "browser", str | None),
        os=_read(value, "os", str | None),
        pages=_all(Page, value["pages"]),
        console={
            level: _read(counts["console"], level, int) for level in counts["console"]
        },
        errors=_all(ErrorLine, value["errors"]),
        failing=_all(RequestLine, value["failing_requests"]),
        slow=_all(RequestLine, value["slow_requests"]),
        marks=_all(Mark, value["marks"]),
        turns=_all(WindowTurn, value["turns"]),
        activity=_activity(value.get("activity")),
        start_at_ms=_read(value, "start_at_ms", int),
        **whole,
    )


def _activity(value: Any) -> Activity | None:
    if value is None:
        return None
    return Activity(**{name: _whole(value[name]) for name in ("actions", "clicks")})


def _whole(counts: list[Any]) -> tuple[int, ...]:
    if not all(isinstance(count, int) for count in counts):
        raise TypeError("activity is not counted in whole numbers")
    return tuple(counts)


def _rows(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"kind": kind, "count": count} for kind, count in sorted(counts.items())]


def _counts(rows: Any) -> dict[str, int]:
    return {_read(one, "kind", str): _read(one, "count", int) for one in rows}


def _read(holder: dict[str, Any], name: str, kind: Any) -> Any:
    """A field of the expected type. Raises KeyError, or TypeError naming it."""
    value = holder[name]
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {type(value).__name__}")
    return value


def _all(kind: type[_Line], rows: Any) -> tuple[_Line, ...]:
    """The rows as our dataclass, each field of the type it is declared with."""
    types = get_type_hints(kind)
    return tuple(
        kind(**{name: _read(row, name, type_) for name, type_ in types.items()})
        for row in rows
    )


def _iso(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _datetime(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
