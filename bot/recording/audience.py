"""The copy of a recording that may go back to the customer.

It keeps what the customer saw and did: the picture, the clicks, the pages. It leaves
out the machinery (console, headers and bodies, what the site's code recorded, ids) and
what the page holds unseen. Secrets and other people's addresses are the redactor's
business. What went is counted by kind, for the report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.recording.edits import Edit, edited
from bot.recording.fields import text_of
from bot.recording.rrweb import (
    CUSTOM,
    FULL_SNAPSHOT,
    META,
    MUTATION,
    NETWORK_PLUGIN,
    PLUGIN,
    RrwebEvent,
)
from bot.recording.secrets import REDACTED

# What a row keeps besides numbers: enough for the list of requests.
_ROW = frozenset({"name", "entryType", "initiatorType", "method"})
_LINKS = frozenset({"href", "action", "formaction", "cite", "ping", "xlink:href"})
# Their address is that of something shown.
_SHOWN = frozenset({"link", "image", "use", "img", "feimage", "base"})
_PROJECT = re.compile(r"\bph[xsac]_\w+", re.ASCII)
_COMMENT = 5
_HOLDERS = ("childNodes", "node")
# What the page is drawn by.
_META_KEPT = frozenset({"viewport", "color-scheme", "theme-color"})


@dataclass(slots=True)
class CustomerCopy:
    """Makes the copy event by event; ``removed`` says how much of each kind went."""

    removed: Counter[str] = field(default_factory=Counter)
    _windows: dict[str, str] = field(default_factory=dict)

    def of(self, item: RrwebEvent) -> RrwebEvent | None:
        """What the customer may see of an event, or None where that is nothing."""
        if item.type == PLUGIN and item.data.get("plugin") != NETWORK_PLUGIN:
            is_console = "console" in str(item.data.get("plugin"))
            self.removed["console" if is_console else "plugin"] += 1
            return None
        data = self._data(item)
        # Windows are known by ids that PostHog made for them.
        number = self._windows.setdefault(
            item.window_id, str(len(self._windows) + 1) if item.window_id else ""
        )
        kept: dict[str, Any] = {
            key: item.event[key]
            for key in ("type", "timestamp", "delay")
            if key in item.event
        }
        return RrwebEvent(number, {**kept, "data": data})

    def _data(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        if item.type == META:
            return {
                key: self._place(value) if isinstance(value, str) else value
                for key, value in data.items()
                if isinstance(value, int | float)
                or (key == "href" and isinstance(value, str))
            }
        if item.type == CUSTOM:
            return self._custom(item)
        if item.type == PLUGIN:
            return self._network(data)
        edits: list[Edit] = []
        if item.type == FULL_SNAPSHOT:
            edits += self._nodes([data.get("node")])
        elif item.source == MUTATION:
            changes = data.get("attributes")
            nodes = changes if isinstance(changes, list) else []
            edits += self._nodes([data.get("adds"), *nodes])
        return edited(data, edits) if edits else data

    def _custom(self, item: RrwebEvent) -> dict[str, Any]:
        payload = item.data.get("payload")
        href = payload.get("href") if isinstance(payload, dict) else None
        if isinstance(href, str) and item.tag in ("$pageview", "$url_changed"):
            return {"tag": item.tag, "payload": {"href": self._place(href)}}
        if payload:
            self.removed["custom_event_payload"] += 1
        return {"tag": item.tag, "payload": {}}

    def _network(self, data: dict[str, Any]) -> dict[str, Any]:
        payload = data.get("payload")
        rows = payload.get("requests") if isinstance(payload, dict) else None
        kept = [
            self._row(row)
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict)
        ]
        return {"plugin": NETWORK_PLUGIN, "payload": {"requests": kept}}

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in row.items():
            plain = name.lower()
            if name in _ROW and isinstance(value, str):
                kept[name] = self._place(value) if name == "name" else value
            elif isinstance(value, int | float) or value is None:
                kept[name] = value
            elif value and "header" in plain:
                self.removed["network_headers"] += 1
            elif value and "body" in plain:
                self.removed["network_body"] += 1
        return kept

    def _place(self, url: str) -> str:
        """The address of a page without what follows it."""
        place = url.partition("#")[0].partition("?")[0]
        self.removed["query"] += place != url
        # PostHog's own addresses name the project.
        known, found = _PROJECT.subn(REDACTED, place)
        self.removed["project_key"] += found
        return known

    def _nodes(self, nodes: list[Any]) -> Iterator[Edit]:
        while nodes:
            node = nodes.pop()
            if isinstance(node, list):
                nodes += node
            if not isinstance(node, dict):
                continue
            if node.get("type") == _COMMENT and str(node.get("textContent")).strip():
                yield node, "textContent", ""
                self.removed["comment"] += 1
            attributes = node.get("attributes")
            if isinstance(attributes, dict):
                yield from self._attributes(node.get("tagName"), attributes)
            nodes += (node[key] for key in _HOLDERS if node.get(key))

    def _attributes(self, tag: Any, attributes: dict[str, Any]) -> Iterator[Edit]:
        if tag == "meta" and attributes.get("content"):
            if text_of(attributes, "name") not in _META_KEPT:
                yield attributes, "content", ""
                self.removed["meta"] += 1
        elif tag == "script" and attributes.get("src"):
            yield attributes, "src", ""
            self.removed["script"] += 1
        elif attributes.get("type") == "hidden" and attributes.get("value"):
            yield attributes, "value", ""
            self.removed["hidden_field"] += 1
        if isinstance(tag, str) and tag.lower() in _SHOWN:
            return
        for name in _LINKS & attributes.keys():
            address = text_of(attributes, name)
            # What begins with # is drawn from the same page.
            if address[:1] != "#" and (place := self._place(address)) != address:
                yield attributes, name, place
