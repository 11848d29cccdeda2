"""HTTP to PostHog's private API: key, time limits, errors in our words.

What the answers mean is left to the modules beside it. PostHog's paths, limits and
error bodies: https://posthog.com/docs/api and posthog/rate_limit.py of its source.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from bot.errors import (
    AccessRefused,
    CourierError,
    Gone,
    Limited,
    NotFound,
    Refused,
    RetryLater,
)

ProjectPath = Literal["projects", "environments"]

_CLOUD = {
    name: f"https://{region}.posthog.com"
    for region in ("us", "eu")
    for name in (region, f"{region}.posthog.com", f"{region}.i.posthog.com")
} | {"app.posthog.com": "https://us.posthog.com"}
_LONGEST_WAIT_SECONDS = 86_400.0
_DETAIL_CHARACTERS = 200
# For the conversation, once trying again by ourselves did not help.
_LATER = "Please try again in a few minutes."


class KeyRefused(AccessRefused):
    """PostHog does not accept the key at all."""


class ScopeMissing(AccessRefused):
    """The key lacks a scope, or access to the project."""


def origin_of(host: str) -> str:
    """``us``, ``eu``, a host or an URL as the origin that answers API calls.

    PostHog's ingestion hosts (``us.i.posthog.com``), which people copy out of their
    posthog-js settings, mean the cloud they belong to. Raises ValueError.
    """
    given = host.strip().rstrip("/")
    parts = urlsplit(given if "://" in given else f"https://{given}")
    cloud = _CLOUD.get(given.lower()) or _CLOUD.get(parts.netloc.lower())
    if cloud:
        return cloud
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(f"not the address of a PostHog: {host!r}")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


class _Bearer(requests.auth.AuthBase):
    """Given as ``auth`` so that no .netrc entry can take the header's place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Client:
    """Calls one project of one PostHog; safe to share between threads."""

    def __init__(
        self,
        *,
        host: str,
        project_id: str,
        api_key: str,
        project_path: ProjectPath = "projects",
        connect_seconds: float = 5.0,
        read_seconds: float = 30.0,
    ) -> None:
        self.origin = origin_of(host)
        self.project_id = project_id
        self._base = f"{self.origin}/api/{project_path}/{quote(project_id, safe='@')}/"
        self._auth = _Bearer(api_key)
        self._api_key = api_key
        self._timeout = (connect_seconds, read_seconds)
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"Client({self.origin}, project {self.project_id})"

    def get(self, path: str, params: Mapping[str, str], *, scope: str) -> Any:
        """One JSON answer. ``path`` is below the project, slash at its end.

        Raises RetryLater, NotFound, Gone or Refused; ``scope`` is what the key needs.
        """
        with self._answer("GET", path, scope, params=params) as response:
            return self._json(response, path)

    def query(self, hogql: str, values: Mapping[str, object], *, name: str) -> Any:
        """The answer to a HogQL query; ``values`` fill its placeholders."""
        body = {
            "query": {"kind": "HogQLQuery", "query": hogql, "values": values},
            "name": name,
            "refresh": "force_blocking",  # Recordings of the last minutes matter most.
        }
        with self._answer("POST", "query/", "query:read", json=body) as response:
            return self._json(response, "query/")

    def stream(
        self, path: str, params: Mapping[str, str], *, scope: str
    ) -> Iterator[bytes]:
        """The answer's body in pieces as they arrive; the same errors as ``get``."""
        with self._answer("GET", path, scope, params=params, stream=True) as response:
            yield from response.iter_content(1 << 18)

    @contextmanager
    def _answer(
        self, method: str, path: str, scope: str, **request: Any
    ) -> Iterator[requests.Response]:
        try:
            with self._session().request(
                method,
                self._base + path,
                auth=self._auth,
                timeout=self._timeout,
                # A redirect could carry the key to a host nobody chose.
                allow_redirects=False,
                **request,
            ) as response:
                if response.status_code != 200:
                    raise self._error(response, path, scope)
                yield response
        except requests.exceptions.SSLError as error:
            raise AccessRefused(
                f"{self.origin} shows a certificate that cannot be trusted"
                f" ({type(error).__name__}); fix it, or correct the host"
            ) from None
        except requests.exceptions.RequestException as error:
            # Only the type: the text holds the URL and with it a customer's address.
            raise RetryLater(
                f"PostHog at {self.origin} did not answer {path}"
                f" ({type(error).__name__})",
                plain=f"PostHog could not be reached. {_LATER}",
            ) from None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            retry = Retry(
                total=2,
                connect=2,
                read=False,
                status=2,
                other=0,
                redirect=0,
                allowed_methods={"GET"},
                status_forcelist={500, 502, 503, 504},
                backoff_factor=0.2,
                # Waiting is the queue's business: a worker here would be held up.
                respect_retry_after_header=False,
                raise_on_status=False,
            )
            adapter = HTTPAdapter(max_retries=retry)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            self._local.session = session
        return session

    def _json(self, response: requests.Response, path: str) -> Any:
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise RetryLater(
                f"{self.origin} answered {path} with something that is no JSON"
                f" ({response.headers.get('Content-Type', 'no type')}):"
                " is this the address of PostHog's app?"
            ) from None

    def _error(
        self, response: requests.Response, path: str, scope: str
    ) -> CourierError:
        status = response.status_code
        said = self._said(response)
        what = f"PostHog answered {status} to {path}{said}"
        if status == 401:
            return KeyRefused(
                f"{what}: it does not accept the API key; make a new personal API key"
                " in PostHog's settings",
                plain="PostHog does not accept the courier's key. An administrator"
                " has to renew it.",
            )
        if status == 403:
            return ScopeMissing(
                f"{what}: the personal API key needs the scope {scope} and access to"
                f" project {self.project_id}",
                plain="PostHog does not let the courier read this: its key lacks the"
                f" scope {scope} or access to the project.",
            )
        if status == 404:
            return NotFound(what)
        if status == 410:
            return Gone(what, plain="This recording was deleted in PostHog.")
        if status == 429:
            return Limited(
                what,
                after=_wait(response.headers.get("Retry-After")),
                plain=f"PostHog limits how often it may be asked. {_LATER}",
            )
        if status >= 500 or status == 408:
            return RetryLater(
                what,
                after=_wait(response.headers.get("Retry-After")),
                plain=f"PostHog has trouble answering. {_LATER}",
            )
        if 300 <= status < 400:
            target = urlsplit(response.headers.get("Location", "")).netloc
            return AccessRefused(
                f"{what}: it redirects to {target or 'another path'}, which is not"
                " followed; set the host to the address that answers itself"
            )
        return Refused(what)

    def _said(self, response: requests.Response) -> str:
        """PostHog's own reason; some replay handlers say ``error``, not ``detail``."""
        try:
            body = orjson.loads(response.content)
        except (orjson.JSONDecodeError, requests.exceptions.RequestException):
            return ""
        if not isinstance(body, dict):
            return ""
        reason = body.get("detail") or body.get("message") or body.get("error")
        if not isinstance(reason, str):
            return ""
        return f" ({reason.replace(self._api_key, '…')[:_DETAIL_CHARACTERS]})"


def _wait(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After, which may be a number or a date."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        seconds = (until - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS) if seconds == seconds else None
