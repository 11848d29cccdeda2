"""Visits like the recorded ones, by as many people as wanted: what posthog-js sends."""

from __future__ import annotations

import gzip
import json
import os
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import requests

from bot.recording.lines import Damage, read_lines
from integrations.capture.unpacking import unpacked
from tests import recorded
from tests.recorded import SentRequest

TOKEN = "phc_testlab"
START_MS = 1_795_431_700_000
_BATCHES = ("/s/", "/e/", "/i/v0/e/")
_ID = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_WHO = re.compile(rb"user-4821|ops-17|jane\.doe(?=@example\.com)")


@dataclass(frozen=True, slots=True)
class Sent:
    """One batch on its way, as posthog-js sends it."""

    path: str
    query: str
    content_type: str
    body: bytes

    def http(self, host: str) -> bytes:
        """The request as it goes over the wire."""
        address = f"{self.path}?{self.query}" if self.query else self.path
        head = (
            f"POST {address} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\n"
            f"Origin: https://shop.example.com\r\nContent-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def batches(name: str) -> list[Sent]:
    """The batches of a recorded visit, in order, without the path's prefix."""
    posts = (one for one in recorded.requests(name) if one.method == "POST")
    sent = ((one, one.path.removeprefix("/ingest")) for one in posts)
    return [_sent(one, path) for one, path in sent if path in _BATCHES]


def visit(batches: Sequence[Sent], who: str) -> list[Sent]:
    """The same visit by somebody else: other ids in everything, the same times."""

    def other(found: re.Match[bytes]) -> bytes:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, who + found[0].decode())).encode()

    def changed(one: Sent) -> Sent:
        text = unpacked(one.body, query=one.query)
        text = _WHO.sub(who.encode(), _ID.sub(other, text))
        is_packed = one.body.startswith(b"\x1f\x8b")
        return replace(
            one,
            body=gzip.compress(text, 6, mtime=0) if is_packed else text,
            query=one.query if is_packed else "",
        )

    return [changed(one) for one in batches]


def plain_bytes(one: Sent) -> int:
    """How much JSON there is in the batch."""
    return len(unpacked(one.body, query=one.query))


def _sent(one: SentRequest, path: str) -> Sent:
    return Sent(path, one.query, one.headers.get("content-type", ""), one.body)


def marked(session: str, number: int, *, padding: int = 0) -> Sent:
    """A batch with one event of a session, known again by its number; as large as
    wanted."""
    event: dict[str, Any] = {
        "type": 5,
        "timestamp": START_MS + number,
        "data": {"tag": "number", "payload": number},
    }
    if padding:
        event["data"]["padding"] = os.urandom(padding // 2).hex()
    properties = {
        "token": TOKEN,
        "distinct_id": f"visitor-{session}",
        "$session_id": session,
        "$window_id": session,
        "$snapshot_data": [event],
    }
    item = {
        "event": "$snapshot",
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{session} {number}")),
        "properties": properties,
    }
    return Sent("/s/", "", "application/json", json.dumps([item]).encode())


class Page:
    """A page whose SDK sends each batch until it is taken, as posthog-js does, only
    that it tries again much sooner. ``refusals`` counts what was not taken, by status;
    0 is no answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self.refusals: Counter[int] = Counter()

    def send(self, sent: Sent, *, within: float = 30) -> None:
        deadline = time.monotonic() + within
        while (status := self.try_once(sent)) != 200:
            self.refusals[status] += 1
            assert status in (0, 503), status
            assert time.monotonic() < deadline, self.refusals
            time.sleep(0.02)

    def try_once(self, sent: Sent) -> int:
        """The answer's status, 0 where there was none."""
        try:
            return self._session.post(
                f"{self._url}{sent.path}",
                data=sent.body,
                params=sent.query,
                headers={"Content-Type": sent.content_type},
                timeout=10,
            ).status_code
        except requests.RequestException:
            return 0


def numbers(lines: Iterable[bytes]) -> list[int]:
    """The numbers of the marked events in a recording's snapshot lines, in order."""
    events = read_lines(lines, recording="", damage=Damage())
    return [one.data["payload"] for one in events if one.type == 5]
