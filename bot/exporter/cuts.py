"""What a manifest says of a replay that is a part of its recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.model import Summary
from bot.recording.spans import Span, clock


@dataclass(frozen=True, slots=True)
class Cut:
    """Where in its recording a replay begins and ends, and what was left out."""

    from_ms: int
    to_ms: int
    of_duration_ms: int
    left_out: Mapping[str, int]
    """How many of each: events, clicks, console errors, failing requests, windows."""

    @classmethod
    def of(cls, span: Span, whole: Summary, part: Summary, *, outer: Cut | None) -> Cut:
        """The cut that makes ``part`` of ``whole``, which may be cut already."""
        counts, kept = _counts(whole), _counts(part)
        left_out = {name: max(0, counts[name] - kept[name]) for name in counts}
        if outer is None:
            return cls(span.from_ms, span.to_ms, whole.duration_ms, left_out)
        return cls(
            outer.from_ms + span.from_ms,
            outer.from_ms + span.to_ms,
            outer.of_duration_ms,
            {name: left_out[name] + outer.left_out.get(name, 0) for name in left_out},
        )

    def __str__(self) -> str:
        span = Span(self.from_ms, self.to_ms)
        lost = [
            f"{count} {_word(name, count)}"
            for name, count in self.left_out.items()
            if count and name != "events"
        ]
        more = f", without {', '.join(lost)}" if lost else ""
        return f"{span} of {clock(self.of_duration_ms)}{more}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Cut | None:
        """None where the replay is whole. Raises TypeError or ValueError."""
        if value is None:
            return None
        numbers = (value["from_ms"], value["to_ms"], value["of_duration_ms"])
        left_out = dict(value["left_out"])
        if not all(isinstance(one, int) for one in (*numbers, *left_out.values())):
            raise TypeError("cut holds something else than whole numbers")
        return cls(*numbers, left_out)


def _word(name: str, count: int) -> str:
    words = name.replace("_", " ")
    return words.removesuffix("s") if count == 1 else words


def _counts(summary: Summary) -> dict[str, int]:
    return {
        "events": summary.events,
        "clicks": summary.clicks,
        "console_errors": summary.console.get("error", 0)
        + summary.console.get("assert", 0),
        "failing_requests": summary.network_failing,
        "windows": len(summary.windows),
    }
