"""Who calls Zendesk: an OAuth client, or an API token while those last."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import requests

from bot.errors import Refused, RetryLater

TIMEOUT_SECONDS = 20.0
TOKEN_SECONDS = 7200
"""Asked-for life of an access token; Zendesk allows 300 to 172,800."""
RENEW_BEFORE_SECONDS = 60.0


class Credentials(Protocol):
    """Proves who calls."""

    def header(self) -> str:
        """The Authorization header to send now."""

    def renew(self, refused: str) -> bool:
        """Whether the call may be tried again after ``refused`` was answered 401."""


class ApiToken:
    """An agent's e-mail and API token; Zendesk ends these on 30 April 2027."""

    def __init__(self, email: str, token: str) -> None:
        pair = base64.b64encode(f"{email}/token:{token}".encode()).decode()
        self._header = f"Basic {pair}"

    def header(self) -> str:
        return self._header

    def renew(self, refused: str) -> bool:
        return False


class OAuthClient:
    """A confidential OAuth client (grant ``client_credentials``): asks for an access
    token when it needs one and again before it runs out. Safe to use from threads.

    Each process keeps its own token; Zendesk hands out as many as are asked for.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str = "read write",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = f"{base_url}/oauth/tokens"
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def header(self) -> str:
        with self._lock:
            if self._clock() >= self._good_until:
                self._mint()
            return f"Bearer {self._token}"

    def renew(self, refused: str) -> bool:
        with self._lock:
            # Another thread may have renewed it already.
            if refused == f"Bearer {self._token}":
                self._good_until = 0.0
        return True

    def _mint(self) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": self._scope,
            "expires_in": TOKEN_SECONDS,
        }
        try:
            answer = requests.post(self._url, json=asked, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise RetryLater(
                f"asking {self._url} for a token: {type(error).__name__}"
            ) from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise RetryLater(
                f"asking {self._url} for a token: {answer.status_code}",
                after=retry_after(answer.headers),
            )
        try:
            given = answer.json()
            token, seconds = given["access_token"], given.get("expires_in")
        except (ValueError, KeyError, TypeError, AttributeError):
            token, seconds = None, None
        if answer.status_code != 200 or not isinstance(token, str):
            raise Refused(
                f"asking {self._url} for a token: {answer.status_code}; check"
                " ZENDESK_SUBDOMAIN, ZENDESK_OAUTH_CLIENT_ID and"
                " ZENDESK_OAUTH_CLIENT_SECRET",
                plain="Zendesk does not accept the courier's OAuth client.",
            )
        life = seconds if isinstance(seconds, int | float) else TOKEN_SECONDS
        self._token = token
        self._good_until = self._clock() + life - RENEW_BEFORE_SECONDS


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the vendor asks us to wait; None where it names no number."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() else None
