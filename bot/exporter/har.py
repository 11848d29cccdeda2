"""HAR 1.2 out of a recording's network entries.

Fields and their meaning follow the HAR 1.2 specification; phases come from the
browser's PerformanceResourceTiming. A phase the browser hid is -1, as HAR asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot import __version__
from bot.recording.network import NetworkEntry, network_entries
from bot.recording.rrweb import META, RrwebEvent


def har(events: Iterable[RrwebEvent]) -> dict[str, Any]:
    """The HAR document; entries sorted by start, each on the page it was made from."""
    requests: dict[tuple[str, int, str], NetworkEntry] = {}
    pages: list[tuple[int, str]] = []
    for item in events:
        href = item.data.get("href")
        if item.type == META and isinstance(href, str):
            pages.append((int(item.timestamp_ms), href))
        for entry in network_entries(item):
            known = requests.get(entry.identity)
            if known is None or known.method is None:
                requests[entry.identity] = entry
    ordered = sorted(requests.values(), key=lambda entry: entry.started_ms)
    pages.sort()
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "replay-courier", "version": __version__},
            "pages": [
                {
                    "startedDateTime": _time(at),
                    "id": f"page_{number}",
                    "title": href,
                    "pageTimings": {"onContentLoad": -1, "onLoad": -1},
                }
                for number, (at, href) in enumerate(pages, 1)
            ],
            "entries": [_entry(entry, pages) for entry in ordered],
        }
    }


def _entry(entry: NetworkEntry, pages: list[tuple[int, str]]) -> dict[str, Any]:
    row = entry.raw
    timings = _timings(row)
    body = row.get("requestBody")
    request: dict[str, Any] = {
        "method": entry.method or "GET",
        "url": entry.url,
        "httpVersion": str(row.get("nextHopProtocol") or ""),
        "cookies": [],
        "headers": _headers(row.get("requestHeaders")),
        "queryString": _query(entry.url),
        "headersSize": -1,
        "bodySize": len(body.encode(errors="replace")) if isinstance(body, str) else -1,
    }
    if isinstance(body, str) and body:
        request["postData"] = {
            "mimeType": _header(row.get("requestHeaders"), "content-type"),
            "text": body,
        }
    duration = entry.duration_ms
    result: dict[str, Any] = {
        "startedDateTime": _time(entry.started_ms),
        "time": duration
        if duration is not None
        else sum(max(0, phase) for phase in timings.values()),
        "request": request,
        "response": _response(entry),
        "cache": {},
        "timings": timings,
    }
    page = sum(1 for at, _ in pages if at <= entry.started_ms) or 1
    if pages:
        result["pageref"] = f"page_{page}"
    return result


def _response(entry: NetworkEntry) -> dict[str, Any]:
    row = entry.raw
    body = row.get("responseBody")
    content: dict[str, Any] = {
        "size": _size(row.get("decodedBodySize")),
        "mimeType": str(row.get("contentType") or "")
        or _header(row.get("responseHeaders"), "content-type"),
    }
    if isinstance(body, str) and body:
        content["text"] = body
    return {
        "status": entry.status or 0,
        "statusText": "",
        "httpVersion": str(row.get("nextHopProtocol") or ""),
        "cookies": [],
        "headers": _headers(row.get("responseHeaders")),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": _size(row.get("encodedBodySize")),
    }


def _timings(row: dict[str, Any]) -> dict[str, float]:
    def phase(start: str, end: str) -> float:
        first, last = _set(row.get(start)), _set(row.get(end))
        if first is None or last is None or last < first:
            return -1
        return last - first

    return {
        "blocked": phase("startTime", "domainLookupStart"),
        "dns": phase("domainLookupStart", "domainLookupEnd"),
        "connect": phase("connectStart", "connectEnd"),
        "ssl": phase("secureConnectionStart", "connectEnd"),
        # Required by HAR; the browser tells no end of sending.
        "send": 0,
        "wait": max(0, phase("requestStart", "responseStart")),
        "receive": max(0, phase("responseStart", "responseEnd")),
    }


def _set(value: Any) -> float | None:
    """A phase's time; the browser writes 0 where it does not tell."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return value


def _headers(headers: Any) -> list[dict[str, str]]:
    if not isinstance(headers, dict):
        return []
    return [{"name": str(name), "value": str(value)} for name, value in headers.items()]


def _header(headers: Any, name: str) -> str:
    if isinstance(headers, dict):
        for known, value in headers.items():
            if str(known).lower() == name:
                return str(value)
    return ""


def _query(url: str) -> list[dict[str, str]]:
    try:
        query = urlsplit(url).query
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _size(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _time(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
