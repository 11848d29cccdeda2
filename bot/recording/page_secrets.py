"""Secrets in the recorded page itself: its fields, addresses and texts.

What a page shows is what a replay is for, so only what nobody looks at goes by its
name: password and hidden fields, comments, ``<meta>`` tags, data attributes, and what
is typed into a field of such a name. Texts lose what is known by its look. A secret
that a page spreads over several nodes is not found. Facts about nodes are rrweb's
(``serializedNodeWithId``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.recording.edits import Edit, change, edited
from bot.recording.fields import Fields, is_typed, text_of
from bot.recording.rrweb import FULL_SNAPSHOT, INCREMENTAL, INPUT, MUTATION, RrwebEvent
from bot.recording.scrubber import Scrubber
from bot.recording.secrets import REDACTED

ADDRESSES = frozenset(
    {
        *("href", "src", "action", "formaction", "xlink:href", "cite", "poster"),
        *("data", "ping", "background", "longdesc", "manifest", "rr_src"),
    }
)
ADDRESS_LISTS = frozenset({"srcset", "imagesrcset"})
# Nobody sees them, and they hold anything.
UNSEEN = frozenset({"value", "content", "srcdoc"})
UNSEEN_STARTS = ("data-", "on")
NAMING = ("name", "id", "property", "itemprop", "http-equiv")
# A flag or a number under a secret's name is none.
_SHORTEST = 8
# Coordinates and pixels.
_UNREAD = frozenset({"d", "points", "rr_dataurl", "rr_mediastate"})
_STYLES = frozenset({"style", "_csstext"})
_HOLDERS = ("childNodes", "node", "wireframe", "childWireframes")
_COMMENT = 5
KIND = "page"


class Pages:
    """Takes secrets out of the pages of one recording, in order."""

    def __init__(self, scrubber: Scrubber, fields: Fields) -> None:
        self._scrubber = scrubber
        self._fields = fields

    def without_secrets(self, item: RrwebEvent) -> dict[str, Any]:
        """The data of a snapshot, mutation or input; the same where nothing went."""
        edits = list(self._edits(item))
        return edited(item.data, edits) if edits else item.data

    def _edits(self, item: RrwebEvent) -> Iterator[Edit]:
        data, window = item.data, item.window_id
        if item.type == FULL_SNAPSHOT:
            yield from self._nodes(window, [data.get("node"), data.get("wireframes")])
        elif item.type == INCREMENTAL and item.source == MUTATION:
            yield from self._nodes(window, [data.get("adds"), data.get("updates")])
            for one in _dicts(data.get("attributes")):
                attributes = one.get("attributes")
                if isinstance(attributes, dict):
                    yield from self._attributes(window, one.get("id"), None, attributes)
            for one in _dicts(data.get("texts")):
                if self._fields.knows(window, one.get("id")):
                    yield from self._masked(one, "value")
                else:
                    yield from self._looks(one, "value")
        elif item.type == INCREMENTAL and item.source == INPUT:
            if self._fields.knows(window, data.get("id")):
                yield from self._masked(data, "text")
            else:
                yield from self._typed(data, "text")

    def _nodes(self, window: str, nodes: list[Any]) -> Iterator[Edit]:
        """A stack instead of recursion: pages nest deeper than Python likes to call."""
        while nodes:
            node = nodes.pop()
            if isinstance(node, list):
                nodes += node
            if not isinstance(node, dict):
                continue
            if node.get("textContent"):
                yield from self._content(window, node)
            attributes = node.get("attributes")
            if attributes and isinstance(attributes, dict):
                yield from self._attributes(
                    window, node.get("id"), node.get("tagName"), attributes
                )
            if "inputType" in node or "text" in node:
                yield from self._wireframe(node)
            nodes += (node[key] for key in _HOLDERS if node.get(key))

    def _content(self, window: str, node: dict[str, Any]) -> Iterator[Edit]:
        text = node["textContent"]
        if not isinstance(text, str):
            return
        if self._fields.knows(window, node.get("id")):
            yield from self._masked(node, "textContent")
        elif node.get("isStyle"):
            yield from change(node, "textContent", self._scrubber.style(text, KIND))
        elif node.get("type") == _COMMENT:
            yield from change(node, "textContent", self._scrubber.text(text, KIND))
        else:
            yield from self._looks(node, "textContent")

    def _attributes(
        self, window: str, node: Any, tag: Any, attributes: dict[str, Any]
    ) -> Iterator[Edit]:
        kind = text_of(attributes, "type").lower()
        if self._is_field(tag, attributes):
            self._fields.learn(window, node)
        is_field = self._fields.knows(window, node)
        for name, value in attributes.items():
            lower = name.lower()
            if not isinstance(value, str):
                if lower == "style" and isinstance(value, dict):
                    yield from self._declarations(value)
                continue
            if lower == "value" and is_field:
                yield from self._masked(attributes, name)
            elif lower in _UNREAD or len(value) < 3:
                continue
            elif (lower in UNSEEN and self._is_unseen_secret(kind, attributes)) or (
                lower.startswith("data-")
                and len(value) >= _SHORTEST
                and self._scrubber.is_secret_name(name)
            ):
                yield from self._masked(attributes, name)
            elif lower == "value" and (tag is None or is_typed(tag, attributes)):
                yield from self._typed(attributes, name)
            else:
                yield from change(attributes, name, self._attribute(lower, value))

    def _attribute(self, name: str, value: str) -> str:
        scrubber = self._scrubber
        if name in ADDRESSES:
            is_inline = value[:5].lower().startswith(("data:", "blob:"))
            return value if is_inline else scrubber.url(value)
        if name in ADDRESS_LISTS:
            is_inline = value.lstrip()[:5].lower().startswith(("data:", "blob:"))
            return value if is_inline else scrubber.addresses(value)
        if name in _STYLES:
            return scrubber.style(value, KIND)
        if name in UNSEEN or name.startswith(UNSEEN_STARTS):
            if "=" in value and ("://" in value or value[:1] in "/?"):
                value = scrubber.url(value)
            return scrubber.text(value, KIND)
        return scrubber.looks(value, KIND)

    def _is_field(self, tag: Any, attributes: dict[str, Any]) -> bool:
        return self._fields.is_masked(tag, attributes) or (
            is_typed(tag, attributes) and self._is_named(attributes)
        )

    def _is_unseen_secret(self, kind: str, attributes: dict[str, Any]) -> bool:
        """Whether it is a hidden field or ``<meta>`` named like a secret."""
        return (kind == "hidden" or "content" in attributes) and self._is_named(
            attributes
        )

    def _is_named(self, attributes: dict[str, Any]) -> bool:
        return any(
            self._scrubber.is_secret_name(text_of(attributes, name)) for name in NAMING
        )

    def _declarations(self, style: dict[str, Any]) -> Iterator[Edit]:
        """A changed style: a value, or value and priority, for each property."""
        for name, value in style.items():
            if isinstance(value, str):
                yield from change(style, name, self._scrubber.style(value, KIND))
            elif isinstance(value, list) and value and isinstance(value[0], str):
                clean = self._scrubber.style(value[0], KIND)
                if clean != value[0]:
                    yield style, name, [clean, *value[1:]]

    def _wireframe(self, node: dict[str, Any]) -> Iterator[Edit]:
        if self._fields.is_masked(None, {"type": node.get("inputType")}):
            yield from self._masked(node, "value")
        else:
            yield from self._typed(node, "value")
        yield from self._looks(node, "text")

    def _masked(self, holder: dict[str, Any], key: str) -> Iterator[Edit]:
        """A field's text, unless the recorder masked it."""
        text = holder.get(key)
        if isinstance(text, str) and text.strip("*• ") and text != REDACTED:
            yield holder, key, self._scrubber.gone(KIND)

    def _typed(self, holder: dict[str, Any], key: str) -> Iterator[Edit]:
        text = holder.get(key)
        if isinstance(text, str):
            yield from change(holder, key, self._scrubber.typed(text, KIND))

    def _looks(self, holder: dict[str, Any], key: str) -> Iterator[Edit]:
        text = holder.get(key)
        if isinstance(text, str):
            yield from change(holder, key, self._scrubber.looks(text, KIND))


def typed_texts(item: RrwebEvent) -> Iterator[tuple[Any, str]]:
    """The nodes whose text an event changes, each with the text it now has."""
    data = item.data
    if item.source == INPUT:
        pairs = [(data.get("id"), data.get("text"))]
    elif item.source == MUTATION:
        pairs = [(one.get("id"), one.get("value")) for one in _dicts(data.get("texts"))]
        for one in _dicts(data.get("attributes")):
            attributes = one.get("attributes")
            if isinstance(attributes, dict):
                pairs.append((one.get("id"), attributes.get("value")))
    else:
        return
    yield from ((node, text) for node, text in pairs if isinstance(text, str))


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
