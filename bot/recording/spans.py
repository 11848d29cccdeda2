"""Which stretch of a recording somebody means: times as people write them.

``1:23``, ``83`` and ``83s`` count from the recording's start; an ISO 8601 time is a
time of day, in UTC where it names no zone; ``error`` is the moment most worth seeing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import BadInput
from bot.model import Mark
from bot.recording.moments import key_moment

ERROR = "error"
DEFAULT_AROUND_MS = 30_000

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2}(?:\.\d{1,3})?)")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)s?")

Moment = int | datetime
"""Milliseconds from the recording's start, or a time of day."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a recording in ms from its start, both ends included."""

    from_ms: int
    to_ms: int

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms

    def __str__(self) -> str:
        return f"{clock(self.from_ms)}–{clock(self.to_ms)}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for: one or both ends, or a moment to have in the middle
    (``ERROR`` for the one most worth seeing)."""

    start: Moment | None = None
    end: Moment | None = None
    around: Moment | str | None = None
    either_side_ms: int = DEFAULT_AROUND_MS

    def span(self, start_ms: int, end_ms: int, marks: Sequence[Mark]) -> Span:
        """The span in a recording that begins and ends then (epoch ms). Raises BadInput
        naming the recording's length where it has nothing of that."""
        length_ms = end_ms - start_ms
        if self.around is not None:
            middle = self._middle(start_ms, marks)
            _check(middle, length_ms)
            return Span(
                max(0, middle - self.either_side_ms),
                min(length_ms, middle + self.either_side_ms),
            )
        first = 0 if self.start is None else _offset(self.start, start_ms)
        last = length_ms if self.end is None else _offset(self.end, start_ms)
        # An end past the recording's is its end; a start there has nothing after it.
        _check(first, length_ms)
        if last <= first:
            raise BadInput(
                f"the span ends at {clock(last)}, not after it begins at"
                f" {clock(first)}; the recording is {clock(length_ms)} long"
            )
        return Span(first, min(last, length_ms))

    def _middle(self, start_ms: int, marks: Sequence[Mark]) -> int:
        if not isinstance(self.around, str):
            return _offset(self.around or 0, start_ms)
        mark = key_moment(marks)
        if mark is None:
            raise BadInput(
                "the recording has no error, failed request or rage click to cut"
                " around; name a time instead"
            )
        return mark.at_ms


def read_moment(text: str) -> Moment:
    """A time as people write it. Raises ValueError saying what can be written."""
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = found.groups()
        return round(
            (int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)) * 1000
        )
    if found := _SECONDS.fullmatch(text):
        return round(float(found[1]) * 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write 1:23, 83 or 83s from the recording's start,"
            " or a time of day such as 2026-11-23T11:02:12Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def clock(ms: int) -> str:
    """Time as on a player: 0:07, 12:04, 1:02:33."""
    seconds = math.floor(abs(ms) / 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if ms < 0 else ""
    if hours:
        return f"{sign}{hours}:{minutes:02}:{seconds:02}"
    return f"{sign}{minutes}:{seconds:02}"


def _offset(moment: Moment, start_ms: int) -> int:
    if isinstance(moment, datetime):
        return round(moment.timestamp() * 1000) - start_ms
    return moment


def _check(moment_ms: int, length_ms: int) -> None:
    if not 0 <= moment_ms <= length_ms:
        raise BadInput(
            f"{clock(moment_ms)} is outside the recording, which goes from 0:00 to"
            f" {clock(length_ms)}"
        )
