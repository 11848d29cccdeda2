"""The parts of a HAR entry: timings, headers, cookies, bodies, kinds.

Phases come from the browser's PerformanceResourceTiming, in which 0 is a moment that it
does not tell. Recorders write a note in place of a body they did not keep.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from bot.recording import lossless
from bot.recording.network import NetworkEntry

_HIDDEN = "The browser tells only how long this request took, which is all under wait."
_NOTES = ("[SessionRecording]", "[SessionReplay]")
_VERSIONS = {"h2": "HTTP/2", "h3": "HTTP/3"}
_BY_CONTENT = {
    "text/css": "stylesheet",
    "text/javascript": "script",
    "application/javascript": "script",
    "application/x-javascript": "script",
}
_BY_FAMILY = {"image": "image", "font": "font", "video": "media", "audio": "media"}
_BY_INITIATOR = {
    "navigation": "document",
    "iframe": "document",
    "fetch": "fetch",
    "xmlhttprequest": "xhr",
    "beacon": "ping",
    "img": "image",
    "image": "image",
    "script": "script",
    "video": "media",
    "audio": "media",
}
_BY_SCRIPTS = frozenset({"fetch", "xmlhttprequest", "beacon"})


def timings_of(entry: NetworkEntry) -> dict[str, Any]:
    """The phases in ms; their sum is the request's duration, ssl being part of connect.

    A phase that did not happen is -1, as HAR asks.
    """
    row = entry.raw
    sent, first, last = (
        moment_of(row, name)
        for name in ("requestStart", "responseStart", "responseEnd")
    )
    duration = max(0.0, entry.duration_ms or 0.0)
    if sent is None or first is None or last is None or not sent <= first <= last:
        return {
            **dict.fromkeys(("blocked", "dns", "connect", "ssl"), -1),
            "send": 0,
            "wait": round(duration, 3),
            "receive": 0,
            "comment": _HIDDEN,
        }
    dns = _phase(row, "domainLookupStart", "domainLookupEnd")
    connect = _phase(row, "connectStart", "connectEnd")
    ssl = _phase(row, "secureConnectionStart", "connectEnd") if connect > 0 else -1
    # Recorders round the start; the duration is the browser's own.
    waiting = sent - (last - duration) - max(0, dns) - max(0, connect)
    return {
        # For a free connection, for redirects, for a service worker.
        "blocked": round(waiting, 3) if waiting > 0 else -1,
        "dns": dns,
        "connect": connect,
        "ssl": ssl,
        # The browser tells no end of sending.
        "send": 0,
        "wait": round(first - sent, 3),
        "receive": round(last - first, 3),
    }


def _phase(row: dict[str, Any], start: str, end: str) -> float:
    """-1 too where it took no time: the connection was there already."""
    first, last = moment_of(row, start), moment_of(row, end)
    if first is None or last is None or last <= first:
        return -1
    return round(last - first, 3)


def moment_of(row: dict[str, Any], name: str) -> float | None:
    """Ms from the time of origin, or None where the browser does not tell."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A time of day is some 13 digits; what has more was made to break arithmetic.
    return float(value) if 0 < value < 10**15 else None


def headers_of(headers: Any) -> list[dict[str, str]]:
    """Recorders write an object, older ones pairs."""
    if isinstance(headers, dict):
        pairs = list(headers.items())
    elif isinstance(headers, list):
        pairs = [
            (pair[0], pair[1])
            for pair in headers
            if isinstance(pair, list) and len(pair) == 2
        ]
    else:
        pairs = []
    return [{"name": str(name), "value": str(value)} for name, value in pairs]


def header_in(headers: list[dict[str, str]], name: str) -> str:
    return next((one["value"] for one in headers if one["name"].lower() == name), "")


def request_cookies(headers: list[dict[str, str]]) -> list[dict[str, Any]]:
    pairs = (one.partition("=") for one in header_in(headers, "cookie").split(";"))
    return [
        {"name": name.strip(), "value": value.strip()}
        for name, equals, value in pairs
        if equals
    ]


def response_cookies(headers: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Browsers let no page see these; other recorders and proxies may."""
    return [
        cookie
        for one in headers
        if one["name"].lower() == "set-cookie"
        # Several are joined by lines, as Fetch's getSetCookie is.
        for line in one["value"].split("\n")
        if (cookie := _set_cookie(line))
    ]


def _set_cookie(line: str) -> dict[str, Any] | None:
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        return None
    cookie: dict[str, Any] = {"name": name.strip(), "value": value.strip()}
    for attribute in attributes:
        key, _, text = (part.strip() for part in attribute.partition("="))
        lower = key.lower()
        if lower in ("path", "domain"):
            cookie[lower] = text
        elif lower == "expires":
            try:
                moment = parsedate_to_datetime(text)
                cookie["expires"] = moment.astimezone(UTC).isoformat()
            except (ValueError, OverflowError):
                continue
        elif lower in ("httponly", "secure"):
            cookie["httpOnly" if lower == "httponly" else "secure"] = True
    return cookie


def body_of(body: Any) -> tuple[str, str]:
    """A body's text, and the recorder's note in place of one."""
    if isinstance(body, str):
        return ("", body) if body.startswith(_NOTES) else (body, "")
    # Old recorders wrote {} for none.
    return (lossless.dumps(body).decode(), "") if body else ("", "")


def http_version(row: dict[str, Any]) -> str:
    protocol = str(row.get("nextHopProtocol") or "")
    return _VERSIONS.get(protocol, protocol.upper())


def size_of(row: dict[str, Any], name: str) -> int:
    value = row.get(name)
    is_size = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(value) if is_size else -1  # type: ignore[arg-type]


def resource_type(entry: NetworkEntry) -> str:
    """What was asked for, in Chrome's words."""
    if entry.initiator in ("navigation", *_BY_SCRIPTS):
        return _BY_INITIATOR[entry.initiator]
    content = str(entry.raw.get("contentType") or "").partition(";")[0].lower()
    family = content.partition("/")[0]
    return (
        _BY_CONTENT.get(content)
        or _BY_FAMILY.get(family)
        or _BY_INITIATOR.get(entry.initiator, "other")
    )


def initiator_of(entry: NetworkEntry) -> str:
    """Who asked for it, in Chrome's words."""
    if entry.initiator in _BY_SCRIPTS:
        return "script"
    return (
        "parser"
        if entry.initiator in _BY_INITIATOR
        or entry.initiator
        in (
            "css",
            "link",
        )
        else "other"
    )
