"""Edits to an event's data, found first and then made in a copy.

Most events need none, and the event itself is its reader's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Edit = tuple[Any, str, Any]
"""An object of the event, the key in it, and what it is to hold."""


def change(holder: dict[str, Any], key: str, clean: str) -> Iterator[Edit]:
    """The edit that puts the clean text there, or none where it was clean."""
    if clean != holder[key]:
        yield holder, key, clean


def edited(data: dict[str, Any], edits: list[Edit]) -> dict[str, Any]:
    """A copy with the edits made in it; the event itself is not ours to change."""
    root = data.copy()
    copies: dict[int, Any] = {id(data): root}
    waiting: list[Any] = [root]
    while waiting:
        holder = waiting.pop()
        pairs = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, value in pairs:
            if isinstance(value, dict | list):
                copies[id(value)] = holder[key] = value.copy()
                waiting.append(holder[key])
    for holder, key, value in edits:
        copies[id(holder)][key] = value
    return root
