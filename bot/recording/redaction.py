"""Takes secrets out of recordings before anything is stored.

Recorders redact what they know; URLs never, older ones not bodies. Rules by the name of
a header, field or parameter follow what Sentry scrubs by default. What was removed is
counted by kind, for the manifest.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from bot.recording import lossless
from bot.recording.rrweb import (
    CONSOLE_PLUGIN,
    CUSTOM,
    META,
    NETWORK_PLUGIN,
    PLUGIN,
    RrwebEvent,
)

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"passw|secret|api[-_]?key|credential|mysql_pwd|private[-_]?key|token|bearer"
    r"|cookie|csrf|xsrf|authorization|(^|[^a-z])(auth|pwd|sid)($|[^a-z])"
    r"|x-real-ip|x-forwarded-for",
    re.IGNORECASE,
)
# Secrets that are known by their own look, wherever they stand.
_SECRET_VALUE = re.compile(
    r"\b(?:bearer|basic)\s+[a-z0-9._~+/=-]{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:ph[xsac]_|xox[abprs]-|gh[pousr]_|sk_live_|rk_live_|AKIA)[\w-]{10,}"
    r"|\b(?:passw(?:or)?d|passwd|secret|api[-_]?key|access[-_]?token)"
    r"\s*[=:]\s*\"?[^\s\"&,;]{3,}",
    re.IGNORECASE,
)
# posthog-js's own configuration, project token included, which nobody replays.
_SDK_TAGS = frozenset(
    {"$posthog_config", "$remote_config_received", "$session_options"}
)
_BODY_FIELDS = ("requestBody", "responseBody")
_HEADER_FIELDS = ("requestHeaders", "responseHeaders")


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
        if item.type != PLUGIN or not isinstance(data.get("payload"), dict):
            return data
        payload = data["payload"]
        if data.get("plugin") == NETWORK_PLUGIN:
            rows = payload.get("requests")
            if isinstance(rows, list):
                rows = [self._request(r) if isinstance(r, dict) else r for r in rows]
                return {**data, "payload": {**payload, "requests": rows}}
        if data.get("plugin") == CONSOLE_PLUGIN:
            redacted = {k: self._console(v) for k, v in payload.items() if k != "level"}
            return {**data, "payload": {**payload, **redacted}}
        return data

    def _custom(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        payload = data.get("payload")
        if item.tag in _SDK_TAGS and payload:
            self.counts["sdk_config"] += 1
            return {**data, "payload": {}}
        if isinstance(payload, dict) and isinstance(payload.get("href"), str):
            return {**data, "payload": {**payload, "href": self.url(payload["href"])}}
        return data

    def _request(self, row: dict[str, Any]) -> dict[str, Any]:
        redacted = dict(row)
        if isinstance(row.get("name"), str):
            redacted["name"] = self.url(row["name"])
        for field in _HEADER_FIELDS:
            headers = row.get(field)
            if isinstance(headers, dict):
                redacted[field] = {
                    name: self._header(name, value) for name, value in headers.items()
                }
        for field in _BODY_FIELDS:
            if field in row:
                redacted[field] = self._body(row[field])
        return redacted

    def _header(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or value in ("", "redacted", REDACTED):
            return value
        if _SECRET_NAME.search(name):
            self.counts["header"] += 1
            return REDACTED
        return self._text(value, "header")

    def _body(self, body: Any) -> Any:
        if not isinstance(body, str) or not body:
            return body
        if body[:1] in "{[":
            try:
                value = lossless.loads(body)
            except ValueError:
                return self._text(body, "body")
            before = self.counts.total()
            clean = self._fields(value, "body")
            return (
                body
                if self.counts.total() == before
                else lossless.dumps(clean).decode()
            )
        if "=" in body and "\n" not in body and " " not in body:
            return self._query(body, "body")
        return self._text(body, "body")

    def _fields(self, value: Any, kind: str) -> Any:
        if isinstance(value, dict):
            return {
                name: self._field(one, kind)
                if isinstance(name, str) and _SECRET_NAME.search(name)
                else self._fields(one, kind)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._fields(one, kind) for one in value]
        return self._text(value, kind) if isinstance(value, str) else value

    def _field(self, value: Any, kind: str) -> Any:
        if isinstance(value, bool) or value in (None, "", 0, REDACTED):
            return value
        self.counts[kind] += 1
        return REDACTED

    def _console(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._console(one) for one in value]
        if not isinstance(value, str):
            return value
        return self._body(value) if value[:1] in "{[" else self._text(value, "console")

    def url(self, url: str) -> str:
        """The URL with secret parameters and user information taken out."""
        if "?" not in url and "#" not in url and "@" not in url:
            return url
        try:
            parts = urlsplit(url)
        except ValueError:
            return self._text(url, "url")
        netloc = parts.netloc
        if "@" in netloc:
            self.counts["url"] += 1
            netloc = f"{REDACTED}@{netloc.rpartition('@')[2]}"
        query = self._query(parts.query, "url")
        fragment = (
            self._query(parts.fragment, "url")
            if "=" in parts.fragment
            else parts.fragment
        )
        if (netloc, query, fragment) == (parts.netloc, parts.query, parts.fragment):
            return url
        return parts._replace(netloc=netloc, query=query, fragment=fragment).geturl()

    def _query(self, query: str, kind: str) -> str:
        return "&".join(self._parameter(part, kind) for part in query.split("&"))

    def _parameter(self, part: str, kind: str) -> str:
        name, equals, value = part.partition("=")
        if value and value != REDACTED and _SECRET_NAME.search(name):
            self.counts[kind] += 1
            return f"{name}{equals}{REDACTED}"
        return self._text(part, kind)

    def _text(self, text: str, kind: str) -> str:
        clean, found = _SECRET_VALUE.subn(REDACTED, text)
        if found:
            self.counts[kind] += found
        return clean
