"""A mobile app's screen as it stands: wireframes by id, and the changes made to them.

Facts: posthog-ios and posthog-android send ``adds``, ``updates`` and ``removes`` of
wireframes; an updated one is taken out and put last among its parent's.
"""

from __future__ import annotations

from typing import Any

from bot.recording.nodes import dicts

_CHILDREN = "childWireframes"
# Writers of JSON give up on deeper ones; what is deeper is drawn on top instead.
_MAX_LEVELS = 100


class Screen:
    """The wireframes of one window; ``snapshot`` writes them as they stand."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._own: dict[Any, dict[str, Any]] = {}
        self._parent: dict[Any, Any] = {}
        # A dict for its order: taking one out of many is quick.
        self._children: dict[Any, dict[Any, None]] = {None: {}}
        self._level: dict[Any, int] = {None: 0}
        for wireframe in dicts(data.get("wireframes")):
            self._put(wireframe, None)

    def mutate(self, data: dict[str, Any]) -> None:
        updates = list(dicts(data.get("updates")))
        for one in dicts(data.get("removes")):
            self._drop(_key(one.get("id")))
        for one in updates:
            self._drop(_key(_dict(one.get("wireframe")).get("id")))
        for one in [*updates, *dicts(data.get("adds"))]:
            wireframe, parent = _dict(one.get("wireframe")), _key(one.get("parentId"))
            at_top = wireframe.get("type") == "screenshot" or parent not in self._own
            self._put(wireframe, None if at_top else parent)

    def _put(self, wireframe: dict[str, Any], parent: Any) -> None:
        waiting = [(wireframe, parent)]
        while waiting:
            one, above = waiting.pop()
            key = _key(one.get("id"))
            if key is None:
                continue
            self._drop(key)
            if self._level.get(above, _MAX_LEVELS) >= _MAX_LEVELS:
                above = None
            self._level[key] = self._level[above] + 1
            self._own[key] = {k: v for k, v in one.items() if k != _CHILDREN}
            self._parent[key] = above
            self._children[key] = {}
            self._children[above][key] = None
            inner = list(dicts(one.get(_CHILDREN)))
            waiting.extend((child, key) for child in reversed(inner))

    def _drop(self, key: Any) -> None:
        if key not in self._own:
            return
        self._children[self._parent[key]].pop(key, None)
        waiting = [key]
        while waiting:
            gone = waiting.pop()
            waiting.extend(self._children.pop(gone, ()))
            self._own.pop(gone, None)
            self._parent.pop(gone, None)
            self._level.pop(gone, None)

    def snapshot(self) -> dict[str, Any]:
        written: dict[Any, dict[str, Any]] = {}
        top: list[dict[str, Any]] = []
        waiting: list[Any] = list(reversed(self._children[None]))
        while waiting:
            key = waiting.pop()
            one = written[key] = dict(self._own[key])
            parent = self._parent[key]
            if parent is None:
                top.append(one)
            else:
                written[parent].setdefault(_CHILDREN, []).append(one)
            waiting.extend(reversed(self._children[key]))
        return {**self._data, "wireframes": top}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _key(value: Any) -> int | str | None:
    return value if isinstance(value, int | str) else None
