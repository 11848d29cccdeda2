"""Network entries out of PostHog's network plugin events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.recording.rrweb import LAST_MS, NETWORK_PLUGIN, PLUGIN, RrwebEvent

# From here on a request made by the page's own code is called slow.
SLOW_MS = 3000

_REQUEST_KINDS = frozenset({"resource", "navigation"})
_SCRIPTED = frozenset({"fetch", "xmlhttprequest"})


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """One request seen by the browser; ``raw`` is the recorder's own row.

    ``status`` is None where none is known: a network failure, or a cross-origin
    answer that the browser hides (``is_failing`` tells them apart).
    """

    started_ms: int
    method: str | None
    url: str
    status: int | None
    duration_ms: float | None
    initiator: str
    is_failing: bool
    raw: dict[str, Any]

    @property
    def is_slow(self) -> bool:
        return (
            self.initiator in _SCRIPTED
            and self.duration_ms is not None
            and self.duration_ms >= SLOW_MS
        )

    @property
    def identity(self) -> tuple[str, int, str]:
        """Equal for the two rows that one request can leave in a recording."""
        return (self.url, self.started_ms, self.initiator)


def network_entries(item: RrwebEvent) -> Iterator[NetworkEntry]:
    """The requests an event holds; rows that are no requests are passed over."""
    if item.type != PLUGIN or item.data.get("plugin") != NETWORK_PLUGIN:
        return
    payload = item.data.get("payload")
    rows = payload.get("requests") if isinstance(payload, dict) else None
    for row in rows if isinstance(rows, list) else ():
        kind = row.get("entryType") if isinstance(row, dict) else ""
        if kind is None or (isinstance(kind, str) and kind in _REQUEST_KINDS):
            yield _entry(row, item)


def has_ended_before(row: Any, moment_ms: int) -> bool:
    """Whether a recorder's row is of something that was over at a moment."""
    started = _number(row.get("timestamp")) if isinstance(row, dict) else None
    return bool(started) and (started or 0) + (_duration(row) or 0) < moment_ms


def _entry(row: dict[str, Any], item: RrwebEvent) -> NetworkEntry:
    method = row.get("method")
    status = _number(row.get("responseStatus")) or _number(row.get("status"))
    started = _number(row.get("timestamp")) or 0
    # A wrapped fetch or XHR that got no status failed on the network. Without a method
    # the row is the performance observer's: 0 there means a hidden cross-origin answer.
    failed = isinstance(method, str) and not status
    return NetworkEntry(
        started_ms=int(started if started > 0 else item.timestamp_ms),
        method=method if isinstance(method, str) else None,
        url=name if isinstance(name := row.get("name"), str) else "",
        status=int(status) if status else None,
        duration_ms=_duration(row),
        initiator=str(row.get("initiatorType", "")),
        is_failing=failed or (status is not None and status >= 400),
        raw=row,
    )


def _duration(row: dict[str, Any]) -> float | None:
    duration = _number(row.get("duration"))
    if duration is not None:
        return duration
    start = _number(row.get("startTime"))
    for end_name in ("endTime", "responseEnd"):
        end = _number(row.get(end_name))
        if start is not None and end is not None:
            return end - start
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # No time, length or status is larger; what is was made to break arithmetic.
    return value if abs(value) <= LAST_MS else None
