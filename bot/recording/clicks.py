"""Rage clicks: the same spot, again and again, quickly."""

from __future__ import annotations

from dataclasses import dataclass, field

# The thresholds of PostHog's own rage click detection in posthog-js.
_MAX_GAP_MS = 1000
_MAX_DISTANCE_PX = 30
_CLICKS = 3


@dataclass(slots=True)
class _Run:
    x: float
    y: float
    last_ms: float
    first_ms: float
    length: int = 1


@dataclass(slots=True)
class RageClicks:
    """Finds rage clicks in clicks given in order of time; one run counts once."""

    at_ms: list[int] = field(default_factory=list)
    """When each run began, epoch milliseconds."""
    _runs: dict[str, _Run] = field(default_factory=dict)

    def add(self, window_id: str, x: float, y: float, timestamp_ms: float) -> None:
        run = self._runs.get(window_id)
        if (
            run is None
            or timestamp_ms - run.last_ms > _MAX_GAP_MS
            or abs(x - run.x) + abs(y - run.y) > _MAX_DISTANCE_PX
        ):
            self._runs[window_id] = _Run(x, y, timestamp_ms, timestamp_ms)
            return
        run.x, run.y, run.last_ms = x, y, timestamp_ms
        run.length += 1
        if run.length == _CLICKS:
            self.at_ms.append(int(run.first_ms))
