"""Exports a part of a recording: the span somebody asked for, or as much of what
matters as fits a size.

The events are read once and kept on disk; each try is an export of its own, so that a
file is promised no size that it does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.errors import BadInput
from bot.exporter import Exported
from bot.exporter.cuts import Cut
from bot.model import Summary
from bot.recording.cut import cut
from bot.recording.moments import key_moment
from bot.recording.rrweb import RrwebEvent
from bot.recording.spans import Span, Wish
from bot.recording.spool import Spool
from bot.recording.summary import SummaryBuilder

# What led to the trouble is more than what came of it.
_BEFORE = 0.6
_SHORTEST_MS = 2000
# Each try is an export; a file of nine tenths of what is allowed is full enough.
_TRIES = 8
_FULL_ENOUGH = 0.9

Make = Callable[[Iterable[RrwebEvent]], Exported]
"""Exports events; called once for each try."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes what is made of an export may have."""

    bytes: int
    size_of: Callable[[Exported], int]

    def holds(self, exported: Exported) -> bool:
        return self.size_of(exported) <= self.bytes


def export_part(
    events: Iterable[RrwebEvent],
    make: Make,
    *,
    wish: Wish | None,
    limit: Limit | None,
) -> Exported:
    """The export of the span that is wished for, or of all; where that is larger than
    the limit, of the part of it around the key moment that is not.

    Raises BadInput: the span is outside the recording, or no span is small enough.
    """
    with Spool() as spool:
        builder = SummaryBuilder()
        for item in spool.fill(events):
            builder.add(item)
        if not len(spool):
            return make(())
        whole = builder.build()
        part = _Part(spool, whole, make)
        asked = Span(0, whole.duration_ms)
        if wish is not None:
            asked = wish.span(spool.first_ms, spool.last_ms, whole.marks)
        exported = part.export(asked)
        if limit is None or limit.holds(exported):
            return exported
        size = limit.size_of(exported)
        exported.payload.close()
        return _fitting(part, asked, size, limit)


@dataclass(frozen=True, slots=True)
class _Part:
    spool: Spool
    whole: Summary
    make: Make

    def export(self, span: Span) -> Exported:
        start_ms = self.spool.first_ms
        if span == Span(0, self.whole.duration_ms):
            return self.make(self.spool.arrived())
        first_ms, last_ms = start_ms + span.from_ms, start_ms + span.to_ms
        exported = self.make(cut(self.spool, first_ms, last_ms))
        found = exported.manifest
        kept = replace(found.summary, events=len(self.spool.places(first_ms, last_ms)))
        made = Cut.of(span, self.whole, kept, outer=found.cut)
        return replace(exported, manifest=replace(found, cut=made))


def _fitting(part: _Part, asked: Span, size: int, limit: Limit) -> Exported:
    """The longest span found that fits, by halving and by rule of three in turn."""
    moment = key_moment(
        mark for mark in part.whole.marks if asked.from_ms <= mark.at_ms <= asked.to_ms
    )
    centre_ms = moment.at_ms if moment else asked.from_ms
    low_ms, high_ms = min(_SHORTEST_MS, asked.length_ms), asked.length_ms
    best = part.export(_around(centre_ms, low_ms, asked))
    low = limit.size_of(best)
    if low > limit.bytes:
        best.payload.close()
        raise BadInput(
            f"no part of the recording fits {limit.bytes} bytes: the smallest,"
            f" {low_ms / 1000:g} s, has {low}"
        )
    high = size
    for number in range(_TRIES):
        if low >= _FULL_ENOUGH * limit.bytes or high_ms - low_ms < _SHORTEST_MS:
            break
        share = (limit.bytes * 0.97 - low) / max(1, high - low) if number % 2 else 0.5
        length_ms = low_ms + round((high_ms - low_ms) * min(0.9, max(0.1, share)))
        tried = part.export(_around(centre_ms, length_ms, asked))
        found = limit.size_of(tried)
        if found <= limit.bytes:
            best.payload.close()
            best, low, low_ms = tried, found, length_ms
        else:
            tried.payload.close()
            high, high_ms = found, length_ms
    return best


def _around(centre_ms: int, length_ms: int, inside: Span) -> Span:
    start_ms = centre_ms - round(length_ms * _BEFORE)
    start_ms = max(inside.from_ms, min(start_ms, inside.to_ms - length_ms))
    return Span(start_ms, start_ms + length_ms)
