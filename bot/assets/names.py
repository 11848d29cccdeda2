"""Which assets a recording's events name, and where.

A place is an attribute, a style or a sheet that may name some. The events are walked as
they are and as redacted: what is fetched is the address that was recorded, what is
written down is what is left of it. Facts about nodes and sources are rrweb's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, TypeGuard

from bot.assets.css import Reference, is_outside, references
from bot.assets.kinds import Kind
from bot.recording.rrweb import (
    ADOPTED_STYLE_SHEET,
    FONT,
    FULL_SNAPSHOT,
    INCREMENTAL,
    INPUT,
    META,
    MUTATION,
    STYLE_DECLARATION,
    STYLE_SHEET_RULE,
    RrwebEvent,
)


class Place(Enum):
    """What stands somewhere, and so how to read it."""

    PICTURE = "picture"
    SHEET = "sheet"
    STYLE = "style"
    FONT_SOURCE = "font source"
    SET = "srcset"


Found = tuple[Place, str]

# By tag, the attributes that name a picture.
_PICTURES = {
    "img": ("src",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "video": ("poster",),
    **dict.fromkeys(("body", "table", "tr", "td", "th"), ("background",)),
}
_SHEET_LINK = "link that is a style sheet"
_REMEMBERED = frozenset({*_PICTURES, "style", _SHEET_LINK})
_WIDE_ENOUGH = 800
_CANDIDATE = re.compile(r"[\s,]*+([^\s,]\S*+)\s*+([^,]{0,40}),?")


class Names:
    """Finds the places of one recording's events; remembers what later events change:
    which element an attribute belongs to, which text is a style."""

    def __init__(self) -> None:
        self._tags: dict[tuple[str, int], str] = {}
        self._bases: dict[str, str] = {}
        self.characters: set[str] = set()
        """Every character of the texts that were met."""

    def base(self, window_id: str) -> str:
        """The address of the document a window shows."""
        return self._bases.get(window_id, "")

    def places(self, item: RrwebEvent) -> Iterator[Found]:
        """The places of an event, in an order that only its structure decides."""
        data = item.data
        if item.type == META:
            if isinstance(href := data.get("href"), str):
                self._bases[item.window_id] = href
        elif item.type == FULL_SNAPSHOT:
            self._forget(item.window_id)
            yield from self._in_nodes(item.window_id, [(data.get("node"), "")])
        elif item.type == INCREMENTAL:
            yield from self._incremental(item, data)

    def _forget(self, window_id: str) -> None:
        self._tags = {at: tag for at, tag in self._tags.items() if at[0] != window_id}

    def _incremental(self, item: RrwebEvent, data: dict[str, Any]) -> Iterator[Found]:
        if item.source == MUTATION:
            yield from self._mutation(item.window_id, data)
        elif item.source == STYLE_SHEET_RULE:
            yield from _texts(Place.STYLE, _dicts(data.get("adds")), "rule")
            yield from _texts(Place.STYLE, [data], "replace", "replaceSync")
        elif item.source == ADOPTED_STYLE_SHEET:
            for sheet in _dicts(data.get("styles")):
                yield from _texts(Place.STYLE, _dicts(sheet.get("rules")), "rule")
        elif item.source == STYLE_DECLARATION:
            yield from _texts(Place.STYLE, _dicts([data.get("set")]), "value")
        elif item.source == INPUT:
            self._read(data.get("text"))
        elif item.source == FONT and data.get("buffer") is not True:
            yield from _texts(Place.FONT_SOURCE, [data], "fontSource")

    def _mutation(self, window_id: str, data: dict[str, Any]) -> Iterator[Found]:
        for add in _dicts(data.get("adds")):
            parent = self._tag(window_id, add.get("parentId"))
            yield from self._in_nodes(window_id, [(add.get("node"), parent)])
        for change in _dicts(data.get("attributes")):
            tag = self._tag(window_id, change.get("id"))
            yield from _in_attributes(tag, change.get("attributes"))
        for change in _dicts(data.get("texts")):
            self._read(change.get("value"))
            if self._tag(window_id, change.get("id")) == "style":
                yield from _texts(Place.STYLE, [change], "value")

    def _read(self, text: object) -> None:
        if isinstance(text, str):
            self.characters.update(text)

    def _tag(self, window_id: str, node_id: object) -> str:
        return self._tags.get((window_id, node_id), "") if _is_id(node_id) else ""

    def _in_nodes(
        self, window_id: str, nodes: list[tuple[Any, str]]
    ) -> Iterator[Found]:
        """A stack instead of recursion: pages nest deeper than Python likes to call."""
        while nodes:
            node, parent = nodes.pop()
            if not isinstance(node, dict):
                continue
            tag = str(node.get("tagName", "")).lower()
            attributes = node.get("attributes")
            self._read(node.get("textContent"))
            if "textContent" in node and (node.get("isStyle") or parent == "style"):
                tag = "style"
                yield from _texts(Place.STYLE, [node], "textContent")
            if tag == "link" and _is_sheet(attributes):
                tag = _SHEET_LINK
            node_id = node.get("id")
            if _is_id(node_id) and tag in _REMEMBERED:
                self._tags[window_id, node_id] = tag
            yield from _in_attributes(tag, attributes)
            if isinstance(children := node.get("childNodes"), list):
                nodes += ((child, tag) for child in reversed(children))


def named(place: Place, text: str) -> list[Reference]:
    """The assets that a place names, each with what it is for."""
    if place is Place.STYLE:
        return list(references(text))
    if place is Place.FONT_SOURCE:
        return list(references(f"@font-face{{src:{text}}}"))
    url = chosen(text) if place is Place.SET else text.strip(" \t\n\r\f")
    kind = Kind.SHEET if place is Place.SHEET else Kind.PICTURE
    return [Reference(kind, url)] if is_outside(url) else []


def chosen(srcset: str) -> str:
    """The candidate of a ``srcset`` for an ordinary screen: 1x, or just wide enough.
    Empty where there is none."""
    candidates = []
    for found in _CANDIDATE.finditer(srcset):
        size = found[2].strip() or "1x"
        try:
            number = float(size[:-1])
        except ValueError:
            number = 1.0
        wanted = _WIDE_ENOUGH if size.endswith("w") else 1
        # One that is too small comes after all that are large enough.
        distance = number - wanted if number >= wanted else 1e9 - number
        candidates.append((distance, found[1].rstrip(",")))
    return min(candidates, key=lambda one: one[0])[1] if candidates else ""


def _in_attributes(tag: str, attributes: Any) -> Iterator[Found]:
    if not isinstance(attributes, dict):
        return
    wanted = _PICTURES.get(tag, ())
    for name, value in attributes.items():
        lower = name.lower()
        if lower == "style" and isinstance(value, dict):
            for one in value.values():
                text = one[0] if isinstance(one, list) and one else one
                if isinstance(text, str):
                    yield Place.STYLE, text
        elif not isinstance(value, str):
            continue
        elif lower in ("style", "_csstext"):
            yield Place.STYLE, value
        elif lower in wanted:
            yield Place.PICTURE, value
        elif lower == "srcset" and tag == "img":
            yield Place.SET, value
        elif lower == "href" and tag == _SHEET_LINK:
            yield Place.SHEET, value


def _is_sheet(attributes: Any) -> bool:
    """Whether it is a style sheet the recorder could not read."""
    if not isinstance(attributes, dict) or "_cssText" in attributes:
        return False
    words = str(attributes.get("rel", "")).lower().split()
    return "stylesheet" in words and "alternate" not in words


def _is_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int)


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _texts(
    place: Place, holders: Iterable[dict[str, Any]], *fields: str
) -> Iterator[Found]:
    for holder in holders:
        for field in fields:
            if isinstance(text := holder.get(field), str):
                yield place, text
