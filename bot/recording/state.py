"""What one window of a recording shows at a moment, as the fewest events that say it.

The page is ``dom``'s (or ``wireframes``', for mobile recordings), its scripted sheets
are ``sheets``'. Kept here: size and address, scrolling and input, pictures of canvases,
media, fonts, pointer, selection. What makes no picture is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.recording.dom import Page
from bot.recording.nodes import DOCUMENT, Node
from bot.recording.rrweb import (
    ADOPTED_STYLE_SHEET,
    CANVAS_MUTATION,
    CLICK,
    CUSTOM,
    DRAG,
    FONT,
    FULL_SNAPSHOT,
    INCREMENTAL,
    INPUT,
    MEDIA_INTERACTION,
    META,
    MOUSE_INTERACTION,
    MOUSE_MOVE,
    MUTATION,
    PAGE_TAGS,
    SCROLL,
    SELECTION,
    STYLE_DECLARATION,
    STYLE_SHEET_RULE,
    TOUCH_MOVE,
    VIEWPORT_RESIZE,
    RrwebEvent,
)
from bot.recording.sheets import Sheets
from bot.recording.wireframes import Screen

_MOVES = frozenset({MOUSE_MOVE, TOUCH_MOVE, DRAG})
# MouseUp, MouseDown, Click, TouchStart, TouchEnd: those that move the replayer's mouse.
_TOUCHES = (7, 9)
_PRESSES = (0, 1, CLICK, *_TOUCHES)
_MEDIA = {
    "currentTime": "rr_mediaCurrentTime",
    "playbackRate": "rr_mediaPlaybackRate",
    "muted": "rr_mediaMuted",
    "loop": "rr_mediaLoop",
    "volume": "rr_mediaVolume",
}
_PLAY, _PAUSE = 0, 1


class WindowState:
    """Take one window's events in order of time, then ``events`` once."""

    def __init__(self) -> None:
        self.in_front_ms = float("-inf")
        """When the window was last loaded or used, which brings it to the front."""
        self._meta: dict[str, Any] = {}
        self._page: Page | None = None
        self._screen: Screen | None = None
        self._fonts: dict[str, dict[str, Any]] = {}
        self._pointer: dict[str, Any] | None = None
        self._selection: dict[str, Any] | None = None
        self._keyboard: dict[str, Any] | None = None
        self._forget_page()

    def _forget_page(self) -> None:
        self._sheets = Sheets()
        self._inputs: dict[int, dict[str, Any]] = {}
        self._scrolled: dict[int, dict[str, Any]] = {}
        self._canvases: dict[int, list[dict[str, Any]]] = {}
        self._media: dict[int, tuple[float, dict[str, Any]]] = {}
        self._selection = None

    def take(self, item: RrwebEvent) -> None:
        data = item.data
        if item.type == META:
            self._meta = {**self._meta, **data}
            self.in_front_ms = item.timestamp_ms
        elif item.type == FULL_SNAPSHOT:
            self._forget_page()
            is_mobile = isinstance(data.get("wireframes"), list)
            self._screen = Screen(data) if is_mobile else None
            self._page = None if is_mobile else Page(data)
        elif item.type == CUSTOM:
            payload = data.get("payload")
            if item.tag == "keyboard":
                is_open = isinstance(payload, dict) and payload.get("open") is True
                self._keyboard = data if is_open else None
            elif item.tag in PAGE_TAGS and isinstance(payload, dict):
                href = payload.get("href", self._meta.get("href"))
                self._meta = {**self._meta, "href": href}
        elif item.source is not None:
            self._increment(item.source, data, item.timestamp_ms)

    def _increment(self, source: int, data: dict[str, Any], moment_ms: float) -> None:
        node_id = data.get("id")
        if source == MUTATION:
            if self._page is not None:
                self._page.mutate(data)
            elif self._screen is not None:
                self._screen.mutate(data)
        elif source in _MOVES or source == MOUSE_INTERACTION:
            self.in_front_ms = moment_ms
            self._move(source, data)
        elif source == VIEWPORT_RESIZE:
            size: dict[str, Any] = {
                key: data[key] for key in ("width", "height") if key in data
            }
            self._meta = {**self._meta, **size}
            self.in_front_ms = moment_ms
        elif source == SELECTION:
            self._selection = data
        elif source == FONT:
            self._fonts[f"{data.get('family')} {data.get('descriptors')}"] = data
        elif source == ADOPTED_STYLE_SHEET:
            self._sheets.adopt(data)
        elif source in (STYLE_SHEET_RULE, STYLE_DECLARATION):
            self._change_sheet(data)
        elif isinstance(node_id, int):
            if source in (SCROLL, INPUT, MEDIA_INTERACTION):
                self.in_front_ms = moment_ms
            if source == SCROLL:
                self._scrolled[node_id] = data
            elif source == INPUT:
                self._inputs[node_id] = data
            elif source == MEDIA_INTERACTION:
                known = self._media.get(node_id, (0, {}))[1]
                self._media[node_id] = (moment_ms, {**known, **data})
            elif source == CANVAS_MUTATION:
                self._draw(node_id, data)

    def _move(self, source: int, data: dict[str, Any]) -> None:
        at: Any = data
        if source in _MOVES:
            positions = data.get("positions")
            at = positions[-1] if isinstance(positions, list) and positions else None
            kind = source
        elif data.get("type") in _PRESSES:
            kind = TOUCH_MOVE if data["type"] in _TOUCHES else MOUSE_MOVE
        else:
            return
        if isinstance(at, dict):
            place = {key: at.get(key, 0) for key in ("x", "y", "id")}
            positions = [{**place, "timeOffset": 0}]
            self._pointer = {"source": kind, "positions": positions}

    def _change_sheet(self, data: dict[str, Any]) -> None:
        if data.get("styleId"):
            self._sheets.change(data)
        elif self._page is not None and (node := self._page.get(data.get("id"))):
            node.rules.append(data)

    def _draw(self, node_id: int, data: dict[str, Any]) -> None:
        commands = data.get("commands")
        first = commands[0] if isinstance(commands, list) and commands else None
        is_frame = isinstance(first, dict) and first.get("property") == "clearRect"
        if is_frame or node_id not in self._canvases:
            self._canvases[node_id] = []
        self._canvases[node_id].append(data)

    def events(self, window_id: str, at_ms: int) -> Iterator[RrwebEvent]:
        """The events that make the window look as it does, all at ``at_ms``."""
        for kind, data in self._events(at_ms):
            event = {"type": kind, "data": data, "timestamp": at_ms}
            yield RrwebEvent(window_id, event)

    def _events(self, at_ms: int) -> Iterator[tuple[int, dict[str, Any]]]:
        if self._meta:
            yield META, self._meta
        if self._screen is not None:
            yield FULL_SNAPSHOT, self._screen.snapshot()
            if self._keyboard is not None:
                yield CUSTOM, self._keyboard
        elif self._page is not None and self._page.root is not None:
            for data in self._of_page(self._page, at_ms):
                is_page = "node" in data
                yield FULL_SNAPSHOT if is_page else INCREMENTAL, data
        if self._pointer is not None:
            yield INCREMENTAL, self._pointer

    def _of_page(self, page: Page, at_ms: int) -> Iterator[dict[str, Any]]:
        entered = [data for data in self._inputs.values() if not page.enter(data)]
        for node_id, (moment_ms, data) in self._media.items():
            _play(page.get(node_id), data, at_ms - moment_ms)
        scrolled = [
            data
            for node_id, data in self._scrolled.items()
            if not _scroll(page, node_id, data)
        ]
        snapshot, additions = page.snapshot()
        yield snapshot
        yield from self._fonts.values()
        # Before anything that makes the replayer work on a copy of the page, which has
        # no sheets: what is in frames has to wait for the frames.
        inner, outer = _split(self._sheets.hosts, page)
        yield from self._sheets.of(outer)
        changed = [node for node in page.nodes() if node.rules]
        inside, outside = _split([node.id for node in changed], page)
        rules = {node.id: node.rules for node in changed}
        for node_id in outside:
            yield from rules[node_id]
        for adds in additions:
            is_frame = adds[0]["node"].get("type") == DOCUMENT
            mark = {"isAttachIframe": True} if is_frame else {}
            yield {**_mutation(adds=adds), **mark}
        yield from self._sheets.of(inner)
        for node_id in inside:
            yield from rules[node_id]
        styles = [
            {"id": node.id, "attributes": {"style": node.style}}
            for node in page.nodes()
            if node.style
        ]
        if styles:
            yield _mutation(attributes=styles)
        drawn = [data for several in self._canvases.values() for data in several]
        for data in (*drawn, *scrolled, *entered):
            if page.get(data.get("id")) is not None:
                yield data
        if self._selection is not None:
            yield self._selection


def _mutation(**changes: list[dict[str, Any]]) -> dict[str, Any]:
    none: list[dict[str, Any]] = []
    kinds = ("texts", "attributes", "removes", "adds")
    return {"source": MUTATION, **{kind: changes.get(kind, none) for kind in kinds}}


def _split(ids: Iterable[int], page: Page) -> tuple[list[int], list[int]]:
    """The nodes inside frames, and those of the page itself; gone ones are in none."""
    inside: list[int] = []
    outside: list[int] = []
    for node_id in ids:
        node = page.get(node_id)
        if node is not None:
            (inside if _is_in_frame(node, page) else outside).append(node_id)
    return inside, outside


def _is_in_frame(node: Node, page: Page) -> bool:
    return "rootId" in node.own or (
        node.own.get("type") == DOCUMENT and node is not page.root
    )


def _scroll(page: Page, node_id: int, data: dict[str, Any]) -> bool:
    """Whether the snapshot can say where the node is scrolled to."""
    node = page.get(node_id)
    x, y = data.get("x"), data.get("y")
    if node is None or _is_in_frame(node, page):
        return False
    if node is page.root:
        page.offset = {"left": x, "top": y}
        return True
    attributes = node.own.get("attributes")
    if isinstance(attributes, dict):
        attributes |= {"rr_scrollLeft": x, "rr_scrollTop": y}
    return isinstance(attributes, dict)


def _play(node: Node | None, data: dict[str, Any], since_ms: float) -> None:
    attributes = node.own.get("attributes") if node else None
    if not isinstance(attributes, dict):
        return
    for name, attribute in _MEDIA.items():
        if name in data:
            attributes[attribute] = data[name]
    if data.get("type") in (_PLAY, _PAUSE):
        is_playing = data["type"] == _PLAY
        attributes["rr_mediaState"] = "played" if is_playing else "paused"
    at = attributes.get("rr_mediaCurrentTime")
    rate = attributes.get("rr_mediaPlaybackRate", 1)
    if (
        attributes.get("rr_mediaState") == "played"
        and isinstance(at, int | float)
        and isinstance(rate, int | float)
    ):
        attributes["rr_mediaCurrentTime"] = at + since_ms / 1000 * rate
