"""Cuts a span out of a recording, so that it plays by itself.

What each window looked like where the span begins comes first, all at that moment; of
what happened before nothing else is left, neither on the page nor in the panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.recording.network import has_ended_before
from bot.recording.rrweb import NETWORK_PLUGIN, PLUGIN, RrwebEvent
from bot.recording.spool import Spool
from bot.recording.state import WindowState


def cut(spool: Spool, from_ms: int, to_ms: int) -> Iterator[RrwebEvent]:
    """The events of a span of time (epoch ms, both ends included), in order of time.

    A window that nothing happens in is left out, save the one in front when the span
    begins. Memory holds one page of each window, however long the recording.
    """
    span = spool.places(from_ms, to_ms)
    alive = spool.windows(span)
    states: dict[str, WindowState] = {}
    for item in spool.read_state(spool.before(from_ms)):
        states.setdefault(item.window_id, WindowState()).take(item)
    # The viewer shows the window that was used last.
    in_order = sorted(states.items(), key=lambda pair: pair[1].in_front_ms)
    for window_id, state in in_order:
        if window_id in alive or window_id == in_order[-1][0]:
            yield from state.events(window_id, from_ms)
    for item in spool.read(span):
        kept = _without_earlier_requests(item, from_ms)
        if kept is not None:
            yield kept


def _without_earlier_requests(item: RrwebEvent, from_ms: int) -> RrwebEvent | None:
    """Recorders report requests some time after they ended; the event without those of
    before the span, or None where it held no other."""
    if item.type != PLUGIN or item.data.get("plugin") != NETWORK_PLUGIN:
        return item
    payload = item.data.get("payload")
    rows = payload.get("requests") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or not isinstance(rows, list):
        return item
    kept: list[Any] = [row for row in rows if not has_ended_before(row, from_ms)]
    if len(kept) == len(rows):
        return item
    if not kept:
        return None
    data = {**item.data, "payload": {**payload, "requests": kept}}
    return RrwebEvent(item.window_id, {**item.event, "data": data})
