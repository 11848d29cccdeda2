"""One node of a recorded page, and the changes that it takes by itself.

Mirrors what rrweb's replayer does with them; where nodes stand is ``dom``'s business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DOCUMENT, DOCTYPE, ELEMENT, TEXT = 0, 1, 2, 3

# Browsers' own parsers stop nesting at 512.
_MAX_CLIMB = 1000
_SPLIT = "/* rr_split */"


@dataclass(slots=True, eq=False)
class Node:
    """A node as rrweb wrote it, without its children, which are linked."""

    own: dict[str, Any]
    parent: Node | None = None
    first: Node | None = None
    last: Node | None = None
    previous: Node | None = None
    next: Node | None = None
    style: dict[str, Any] = field(default_factory=dict)
    """Properties set one by one since the whole ``style`` attribute was, in order."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    """Changes to a style element's rules since its text was set, in order."""

    @property
    def id(self) -> int:
        number: int = self.own["id"]
        return number

    @property
    def tag(self) -> str:
        return str(self.own.get("tagName", "")).lower()

    def children(self) -> Iterator[Node]:
        child = self.first
        while child is not None:
            following = child.next
            yield child
            child = following

    def insert(self, node: Node, before: Node | None) -> None:
        node.parent, node.next = self, before
        node.previous = before.previous if before else self.last
        if node.previous:
            node.previous.next = node
        else:
            self.first = node
        if before:
            before.previous = node
        else:
            self.last = node

    def detach(self) -> None:
        if self.parent is None:
            return
        if self.previous:
            self.previous.next = self.next
        else:
            self.parent.first = self.next
        if self.next:
            self.next.previous = self.previous
        else:
            self.parent.last = self.previous
        self.parent = self.previous = self.next = None


def is_inside(node: Node | None, outer: Node) -> bool:
    """Whether a node is in another, or too deep for anyone to tell."""
    for _ in range(_MAX_CLIMB):
        if node is None or node is outer:
            return node is outer
        node = node.parent
    return True


def is_text(node: Node) -> bool:
    return node.own.get("type") == TEXT


def set_texts_of_style(parent: Node, changing: Node) -> None:
    """A style element whose text changes loses its rules, and from now on its sheet is
    its text, no longer what the recorder wrote beside it."""
    attributes = parent.own.get("attributes")
    if parent.tag != "style" or not is_text(changing):
        return
    parent.rules.clear()
    css = attributes.get("_cssText") if isinstance(attributes, dict) else None
    if not isinstance(attributes, dict) or not isinstance(css, str):
        return
    texts = list(filter(is_text, parent.children()))
    if not texts:
        return
    del attributes["_cssText"]
    pieces = css.split(_SPLIT, len(texts) - 1)
    for child, piece in zip(texts, pieces, strict=False):
        child.own["textContent"] = piece.replace(_SPLIT, "")
        child.own["isStyle"] = True


def change_attributes(node: Node, changes: dict[str, Any]) -> None:
    attributes = node.own.get("attributes")
    if not isinstance(attributes, dict):
        return
    for name, value in changes.items():
        if name == "style":
            _change_style(node, attributes, value)
        elif value is None:
            attributes.pop(name, None)
        elif isinstance(value, str):
            attributes[name] = value
            if name == "_cssText":
                node.rules.clear()
            elif name in ("src", "srcset"):
                # The picture kept for the address before.
                attributes.pop("rr_dataURL", None)


def _change_style(node: Node, attributes: dict[str, Any], value: Any) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            node.style.pop(name, None)
            node.style[name] = one
        return
    node.style.clear()
    if value is None:
        attributes.pop("style", None)
    elif isinstance(value, str):
        attributes["style"] = value


def dicts(values: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list, or none where it is no list."""
    if isinstance(values, list):
        yield from (one for one in values if isinstance(one, dict))
