"""Secrets in the recorded page itself: its fields, addresses and texts.

What a page shows is what a replay is for, so only what nobody looks at goes by its
name: password and hidden fields, ``<meta>`` tags, data attributes. Texts lose what is
a secret by its look. Facts about nodes are rrweb's (``serializedNodeWithId``).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bot.recording.rrweb import FULL_SNAPSHOT, INCREMENTAL, INPUT, MUTATION, RrwebEvent
from bot.recording.secrets import (
    REDACTED,
    is_begun_card,
    is_secret_name,
    url_without_secrets,
    without_looks,
)

_ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href", "cite"})
# Long, and never read: pictures, drawings and style sheets.
_UNREAD = frozenset(
    {"style", "class", "d", "_csstext", "rr_dataurl", "srcset", "points"}
)
_HOLDERS = ("childNodes", "node", "wireframe", "childWireframes")
_SHORTEST = 8
_LONGEST_TEXT = 20_000

Edit = tuple[Any, str, str, int]


def without_page_secrets(item: RrwebEvent) -> tuple[dict[str, Any], int]:
    """The data of a snapshot, mutation or input, and how many secrets it lost."""
    data = item.data
    if next(_edits(item.type, item.source, data), None) is None:
        return data, 0
    clean = copy.deepcopy(data)
    total = 0
    for holder, key, value, found in list(_edits(item.type, item.source, clean)):
        holder[key] = value
        total += found
    return clean, total


def _edits(kind: int, source: int | None, data: dict[str, Any]) -> Iterator[Edit]:
    """What is to be put where, and how many secrets that takes out."""
    if kind == FULL_SNAPSHOT:
        yield from _in_nodes([data.get("node"), data.get("wireframes")])
    elif kind == INCREMENTAL and source == MUTATION:
        yield from _in_nodes([data.get("adds"), data.get("updates")])
        for change in _dicts(data.get("attributes")):
            attributes = change.get("attributes")
            if isinstance(attributes, dict):
                yield from _in_attributes(attributes)
        for change in _dicts(data.get("texts")):
            yield from _in_text(change, "value")
    elif kind == INCREMENTAL and source == INPUT:
        text = data.get("text")
        if isinstance(text, str) and is_begun_card(text):
            yield data, "text", REDACTED, 1
        else:
            yield from _in_text(data, "text")


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _in_nodes(nodes: list[Any]) -> Iterator[Edit]:
    """A stack instead of recursion: pages nest deeper than Python likes to call."""
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        if not isinstance(node, dict):
            continue
        if node.get("textContent"):
            if not node.get("isStyle"):
                yield from _in_text(node, "textContent")
        elif attributes := node.get("attributes"):
            if isinstance(attributes, dict):
                yield from _in_attributes(attributes)
        elif "inputType" in node or "text" in node:
            yield from _in_wireframe(node)
        if node.get("tagName") != "style":
            nodes += (node[key] for key in _HOLDERS if node.get(key))


def _in_attributes(attributes: dict[str, Any]) -> Iterator[Edit]:
    for name, value in attributes.items():
        lower = name.lower()
        if lower in _UNREAD or not isinstance(value, str) or len(value) < 3:
            continue
        if lower in _ADDRESSES:
            if not value[:5].lower().startswith(("data:", "blob:")):
                clean, found = url_without_secrets(value)
                if found:
                    yield attributes, name, clean, found
        elif value == REDACTED or not value.strip("*"):
            continue
        elif (lower in ("value", "content") and _is_unseen_secret(attributes)) or (
            lower.startswith("data-")
            and len(value) >= _SHORTEST
            and is_secret_name(lower)
        ):
            yield attributes, name, REDACTED, 1
        else:
            yield from _in_text(attributes, name)


def _is_unseen_secret(attributes: dict[str, Any]) -> bool:
    """Whether it is a password field, or a hidden field or ``<meta>`` named so."""
    kind = attributes.get("type")
    if kind == "password":
        return True
    return (kind == "hidden" or "content" in attributes) and any(
        is_secret_name(str(attributes.get(name, "")))
        for name in ("name", "id", "property")
    )


def _in_wireframe(node: dict[str, Any]) -> Iterator[Edit]:
    value = node.get("value")
    if node.get("inputType") == "password" and isinstance(value, str):
        if value.strip("*•") and value != REDACTED:
            yield node, "value", REDACTED, 1
    else:
        yield from _in_text(node, "value")
    yield from _in_text(node, "text")


def _in_text(holder: dict[str, Any], key: str) -> Iterator[Edit]:
    text = holder.get(key)
    if isinstance(text, str) and _SHORTEST <= len(text) <= _LONGEST_TEXT:
        clean, found = without_looks(text)
        if found:
            yield holder, key, clean, found
