"""HAR 1.2 out of a recording's network entries.

Fields and their meaning follow the HAR 1.2 specification; those that begin with ``_``
are the ones Chrome's own exports have. What a body or a cookie is, is ``har_parts``'.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot import __version__
from bot.exporter.har_parts import (
    body_of,
    header_in,
    headers_of,
    http_version,
    initiator_of,
    moment_of,
    request_cookies,
    resource_type,
    response_cookies,
    size_of,
    timings_of,
)
from bot.recording.network import NetworkEntry, network_entries
from bot.recording.rrweb import META, RrwebEvent


@dataclass(slots=True)
class _Page:
    started_ms: int
    url: str
    window_id: str
    navigation: dict[str, Any] | None = None
    """The browser's own row of how the page was loaded."""

    def to_json(self, number: int) -> dict[str, Any]:
        row = self.navigation or {}
        return {
            "startedDateTime": _time(self.started_ms),
            "id": f"page_{number}",
            "title": self.url,
            "pageTimings": {
                "onContentLoad": _since_start(row, "domContentLoadedEventEnd"),
                "onLoad": _since_start(row, "loadEventEnd"),
            },
        }


def har(events: Iterable[RrwebEvent]) -> dict[str, Any]:
    """The HAR document; entries sorted by start, each on its window's page."""
    requests: dict[tuple[str, int, str], tuple[str, NetworkEntry]] = {}
    pages: list[_Page] = []
    address: dict[str, str] = {}
    for item in events:
        href = item.data.get("href")
        # Every timed full snapshot says the address again.
        if (
            item.type == META
            and isinstance(href, str)
            and address.get(item.window_id) != href
        ):
            address[item.window_id] = href
            pages.append(_Page(int(item.timestamp_ms), href, item.window_id))
        for entry in network_entries(item):
            known = requests.get(entry.identity)
            if known is None or known[1].method is None:
                requests[entry.identity] = (item.window_id, entry)
    ordered = sorted(requests.values(), key=lambda pair: pair[1].started_ms)
    _set_navigations(pages, ordered)
    pages.sort(key=lambda page: page.started_ms)
    numbered: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages, 1):
        numbered[page.window_id].append((page.started_ms, number))
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "replay-courier", "version": __version__},
            "pages": [page.to_json(number) for number, page in enumerate(pages, 1)],
            "entries": [
                _entry(entry, numbered.get(window_id, []))
                for window_id, entry in ordered
            ],
        }
    }


def _set_navigations(
    pages: list[_Page], requests: list[tuple[str, NetworkEntry]]
) -> None:
    """Recorders start some time after the page they are in; its own row says when it
    was asked for. Requests come in order of time."""
    waiting: defaultdict[tuple[str, str], deque[_Page]] = defaultdict(deque)
    for page in sorted(pages, key=lambda page: page.started_ms):
        waiting[page.window_id, page.url.partition("#")[0]].append(page)
    for window_id, entry in requests:
        if entry.raw.get("entryType") != "navigation":
            continue
        following = waiting[window_id, entry.url.partition("#")[0]]
        while following and following[0].started_ms < entry.started_ms:
            following.popleft()
        if following:
            page = following.popleft()
            page.started_ms, page.navigation = entry.started_ms, entry.raw


def _entry(entry: NetworkEntry, pages: list[tuple[int, int]]) -> dict[str, Any]:
    timings = timings_of(entry)
    phases = ("blocked", "dns", "connect", "send", "wait", "receive")
    total = sum(max(0.0, timings[phase]) for phase in phases)
    result: dict[str, Any] = {
        "startedDateTime": _time(entry.started_ms),
        # By the specification; what is inside connect counts once.
        "time": round(total, 3),
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": timings,
        "_initiator": {"type": initiator_of(entry)},
        "_resourceType": resource_type(entry),
    }
    if pages:
        at = bisect_right(pages, entry.started_ms, key=lambda page: page[0])
        result["pageref"] = f"page_{pages[max(0, at - 1)][1]}"
    return result


def _request(entry: NetworkEntry) -> dict[str, Any]:
    row = entry.raw
    headers = headers_of(row.get("requestHeaders"))
    text, note = body_of(row.get("requestBody"))
    request: dict[str, Any] = {
        "method": entry.method or "GET",
        "url": entry.url,
        "httpVersion": http_version(row),
        "cookies": request_cookies(headers),
        "headers": headers,
        "queryString": _query(entry.url),
        "headersSize": -1,
        "bodySize": len(text.encode(errors="replace")) if text else 0,
    }
    if text or note:
        mime_type = header_in(headers, "content-type")
        request["postData"] = {"mimeType": mime_type, "text": text}
    if note:
        request["postData"]["comment"] = note
        request["bodySize"] = -1
    return request


def _response(entry: NetworkEntry) -> dict[str, Any]:
    row = entry.raw
    headers = headers_of(row.get("responseHeaders"))
    text, note = body_of(row.get("responseBody"))
    packed, plain = size_of(row, "encodedBodySize"), size_of(row, "decodedBodySize")
    content: dict[str, Any] = {
        "size": plain,
        "mimeType": str(row.get("contentType") or "")
        or header_in(headers, "content-type"),
    }
    if plain > packed > 0:
        content["compression"] = plain - packed
    if text:
        content["text"] = text
    if note:
        content["comment"] = note
    response: dict[str, Any] = {
        "status": entry.status or 0,
        "statusText": "",
        "httpVersion": http_version(row),
        "cookies": response_cookies(headers),
        "headers": headers,
        "content": content,
        "redirectURL": header_in(headers, "location"),
        "headersSize": -1,
        "bodySize": packed,
        "_transferSize": size_of(row, "transferSize"),
    }
    if entry.is_failing and entry.status is None:
        response["_error"] = "network failure"
    return response


def _query(url: str) -> list[dict[str, str]]:
    try:
        query = urlsplit(url).query
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _since_start(row: dict[str, Any], name: str) -> float:
    moment = moment_of(row, name)
    return -1 if moment is None else round(moment, 3)


def _time(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
