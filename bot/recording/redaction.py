"""Takes secrets out of recordings before anything is stored.

Recorders redact what they know; URLs never, older ones not bodies. What counts as a
secret is ``secrets``' business, where the recorded page itself holds some is
``page_secrets``'. What was removed is counted by kind, for the manifest.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.recording import lossless
from bot.recording.page_secrets import without_page_secrets
from bot.recording.rrweb import (
    CONSOLE_PLUGIN,
    CUSTOM,
    META,
    NETWORK_PLUGIN,
    PLUGIN,
    RrwebEvent,
)
from bot.recording.secrets import (
    REDACTED,
    is_secret_name,
    parameters_without_secrets,
    url_without_secrets,
    without_secrets,
)

__all__ = ["REDACTED", "Redactor"]

# posthog-js's own configuration, project token included, which nobody replays.
_SDK_TAGS = frozenset(
    {"$posthog_config", "$remote_config_received", "$session_options"}
)
_HEADER_FIELDS = ("requestHeaders", "responseHeaders")
# What is nested further is taken out whole: nobody reads it, and it may go on for ever.
_MAX_DEPTH = 40
_LONGEST_ADDRESS = 10_000


class Redactor:
    """Redacts events one by one; ``counts`` says how many of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def redact(self, item: RrwebEvent) -> RrwebEvent:
        """The event without secrets; the same object where there was none."""
        before = self.counts.total()
        data = self._data(item)
        if self.counts.total() == before:
            return item
        return RrwebEvent(item.window_id, {**item.event, "data": data})

    def _data(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        if item.type == META and isinstance(data.get("href"), str):
            return {**data, "href": self.url(data["href"])}
        if item.type == CUSTOM:
            return self._custom(item)
        if item.type != PLUGIN:
            data, found = without_page_secrets(item)
            self._count("page", found)
            return data
        payload = data.get("payload")
        if not isinstance(payload, dict):
            return data
        if data.get("plugin") == NETWORK_PLUGIN:
            rows = payload.get("requests")
            if isinstance(rows, list):
                rows = [self._request(r) if isinstance(r, dict) else r for r in rows]
                return {**data, "payload": {**payload, "requests": rows}}
        if data.get("plugin") == CONSOLE_PLUGIN:
            redacted = {
                key: value if key == "level" else self._value(value, "console")
                for key, value in payload.items()
            }
            return {**data, "payload": redacted}
        return data

    def _custom(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        payload = data.get("payload")
        if item.tag in _SDK_TAGS and payload:
            self.counts["sdk_config"] += 1
            return {**data, "payload": {}}
        # posthog-js's own events name a session by an id that opens nothing.
        by_name = not item.tag.startswith("$")
        return {**data, "payload": self._value(payload, "event", by_name=by_name)}

    def _request(self, row: dict[str, Any]) -> dict[str, Any]:
        redacted = dict(row)
        for field, value in row.items():
            if field in _HEADER_FIELDS:
                redacted[field] = self._headers(value)
            elif field == "name" and isinstance(value, str):
                redacted[field] = self.url(value)
            elif field in ("requestBody", "responseBody"):
                redacted[field] = self._value(value, "body")
        return redacted

    def _headers(self, headers: Any) -> Any:
        if isinstance(headers, dict):
            return {name: self._header(name, value) for name, value in headers.items()}
        if not isinstance(headers, list):
            return headers
        return [
            [pair[0], self._header(str(pair[0]), pair[1])]
            if isinstance(pair, list) and len(pair) == 2
            else self._value(pair, "header")
            for pair in headers
        ]

    def _header(self, name: str, value: Any) -> Any:
        if value in ("", "redacted", REDACTED):
            return value
        if is_secret_name(name):
            self.counts["header"] += 1
            return REDACTED
        return self._value(value, "header")

    def _value(
        self, value: Any, kind: str, *, by_name: bool = True, depth: int = 0
    ) -> Any:
        """A decoded value of any shape, or JSON in a string, at any place of it."""
        if isinstance(value, str):
            return self._string(value, kind, depth)
        if not isinstance(value, dict | list):
            return value
        if depth > _MAX_DEPTH:
            self.counts[kind] += 1
            return REDACTED
        if isinstance(value, list):
            return [
                self._value(one, kind, by_name=by_name, depth=depth + 1)
                for one in value
            ]
        clean = {
            name: self._named(one, kind)
            if by_name and is_secret_name(name)
            else self._value(one, kind, by_name=by_name, depth=depth + 1)
            for name, one in value.items()
        }
        name = value.get("name", value.get("key"))
        if isinstance(name, str) and "value" in value and is_secret_name(name):
            clean["value"] = self._named(value["value"], kind)
        return clean

    def _named(self, value: Any, kind: str) -> Any:
        if isinstance(value, bool) or value in (None, "", 0, REDACTED):
            return value
        self.counts[kind] += 1
        return REDACTED

    def _string(self, text: str, kind: str, depth: int) -> str:
        start = text.lstrip()[:1]
        # The console's strings are JSON strings, and a string may hold JSON again.
        if start in ("{", "[") or (start == '"' and text.rstrip().endswith('"')):
            try:
                value = lossless.loads(text)
            except ValueError:
                return self._text(text, kind)
            before = self.counts.total()
            clean = self._value(value, kind, depth=depth + 1)
            same = self.counts.total() == before
            return text if same else lossless.dumps(clean).decode()
        if len(text) < _LONGEST_ADDRESS and not any(map(str.isspace, text)):
            if "://" in text[:20] or text[:1] in ("/", "?"):
                return self.url(text)
            if "=" in text and start not in ("<", "'"):
                clean, found = parameters_without_secrets(text)
                self._count(kind, found)
                return clean
        return self._text(text, kind)

    def url(self, url: str) -> str:
        """The URL with user information and secrets in path and parameters taken
        out."""
        clean, found = url_without_secrets(url)
        self._count("url", found)
        return clean

    def _text(self, text: str, kind: str) -> str:
        clean, found = without_secrets(text)
        self._count(kind, found)
        return clean

    def _count(self, kind: str, found: int) -> None:
        if found:
            self.counts[kind] += found
