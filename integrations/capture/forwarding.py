"""Passes requests on to PostHog as they came, and its answers back.

Both ways only what is known to be needed is passed on, so no cookie is, nor anything
that concerns one connection. A redirect is no answer: it could lead anywhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from bot.errors import RetryLater
from integrations.capture.answers import Answer
from integrations.capture.paths import Place

MAX_ANSWER_BYTES = 16 * 1024 * 1024

CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
LONGEST_SECONDS = 30.0
"""Of a whole answer, which may trickle."""

_UP = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Content-Encoding",
    "DNT",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Referer",
    "Sec-GPC",
    "User-Agent",
)
_DOWN = (
    "Cache-Control",
    "Content-Encoding",
    "ETag",
    "Expires",
    "Last-Modified",
    "Retry-After",
)
_STEP = 64 * 1024


class Forwarder:
    """The way to a PostHog, for at most ``at_once`` requests: others wait for us, not
    we for it."""

    def __init__(
        self,
        *,
        origin: str,
        assets: str,
        at_once: int,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._origin, self._assets = origin, assets
        self._room = threading.BoundedSemaphore(at_once)
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        # What it would do by itself: a proxy of the environment, .netrc, cookies.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.clear()
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=at_once)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def forward(
        self,
        place: Place,
        *,
        method: str,
        path: str,
        query: str,
        body: bytes,
        address: str,
        environ: Mapping[str, Any],
    ) -> Answer:
        """PostHog's answer. ``path`` is as it came, without our prefix; ``body`` goes
        out byte for byte. Raises RetryLater where there is none."""
        if not self._room.acquire(blocking=False):
            raise RetryLater("PostHog answers too slowly: no room for another request")
        try:
            return self._exchange(
                requests.Request(
                    method,
                    (self._assets if place.family.is_asset else self._origin)
                    + path
                    + (f"?{query}" if query else ""),
                    headers=_headers(environ, address),
                    data=body or None,
                )
            )
        finally:
            self._room.release()

    def _exchange(self, request: requests.Request) -> Answer:
        try:
            with self._session.send(
                self._session.prepare_request(request),
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                if response.is_redirect:
                    raise RetryLater("PostHog answers with a redirect")
                return Answer(
                    response.status_code,
                    _content(response),
                    response.headers.get("Content-Type", ""),
                    {
                        name: response.headers[name]
                        for name in _DOWN
                        if name in response.headers
                    },
                )
        except (requests.RequestException, HTTPError) as error:
            # Its text has the address, with a token in it.
            raise RetryLater(f"no PostHog: {type(error).__name__}") from None

    def reach(self) -> str:
        """The origin, once it has answered anything at all. Raises RetryLater."""
        for origin in {self._origin, self._assets}:
            try:
                self._session.head(origin + "/", timeout=self._timeout).close()
            except requests.RequestException as error:
                detail = f"{origin} does not answer: {type(error).__name__}"
                raise RetryLater(detail) from None
        return self._origin


def _headers(environ: Mapping[str, Any], address: str) -> dict[str, str]:
    found = {}
    for name in _UP:
        value = environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        if isinstance(value, str):
            found[name] = value
    if environ.get("CONTENT_TYPE"):
        found["Content-Type"] = environ["CONTENT_TYPE"]
    if address:
        found["X-Forwarded-For"] = address
    return found


def _content(response: requests.Response) -> bytes:
    """The body as it came over the wire, still compressed where it is."""
    pieces, left = [], MAX_ANSWER_BYTES
    until = time.monotonic() + LONGEST_SECONDS
    while piece := response.raw.read(_STEP, decode_content=False):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise RetryLater("PostHog's answer is too large")
        if time.monotonic() > until:
            raise RetryLater("PostHog's answer takes too long")
    return b"".join(pieces)
