"""The HTTP session zenpy talks through: our credentials, retries and limits.

zenpy's own adapter repeats a PUT that timed out, which can post one note four times,
and its 429 handling sleeps without an end. Here only reading is repeated, and a limit
becomes RetryLater at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from bot.errors import Refused, RetryLater
from integrations.zendesk.credentials import Credentials, retry_after
from integrations.zendesk.limits import BUSY, Limits

USER_AGENT = "replay-courier"

_TICKET = re.compile(r"/tickets/\d+(\.json)?$")


class ZendeskSession(requests.Session):
    """A session that calls one Zendesk account and nobody else.

    ``base_url`` is the account's address, or a stand-in's. Whatever host a URL in an
    answer names, the call goes there, so credentials never travel elsewhere. It keeps
    the ``limits``.
    """

    authorized = True
    """Tells zenpy to leave credentials to us."""

    def __init__(
        self, base_url: str, credentials: Credentials, limits: Limits | None = None
    ) -> None:
        super().__init__()
        self.headers["User-Agent"] = USER_AGENT
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _AccountAdapter(base_url, credentials, limits)
        self.mount("https://", adapter)
        self.mount("http://", adapter)


class _AccountAdapter(HTTPAdapter):
    def __init__(
        self, base_url: str, credentials: Credentials, limits: Limits | None
    ) -> None:
        # A call that never reached Zendesk may be repeated whatever it was; one that
        # did only if it changes nothing.
        super().__init__(
            max_retries=Retry(
                total=2,
                connect=2,
                read=1,
                redirect=0,
                status=0,
                other=0,
                allowed_methods={"GET", "HEAD"},
                backoff_factor=0.2,
                respect_retry_after_header=False,
            )
        )
        self._base = urlsplit(base_url)
        self._credentials = credentials
        self._limits = limits

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        def once() -> requests.Response:
            sent = self._addressed(request)
            if self._limits is not None:
                self._limits.take(is_update=_updates_ticket(sent))
            return super(_AccountAdapter, self).send(
                sent, stream, timeout, verify, cert, proxies
            )

        answer = once()
        if answer.status_code == 401:
            refused = str(answer.request.headers["Authorization"])
            if self._credentials.renew(refused):
                answer.close()
                answer = once()
        # zenpy tells answers apart by the URL it asked for.
        answer.request = request
        if self._limits is not None:
            self._limits.learn(answer.headers)
        if answer.status_code == 429:
            answer.close()
            after = retry_after(answer.headers)
            if self._limits is not None and not _is_of_one_ticket(answer):
                self._limits.remember(after, is_update=_updates_ticket(request))
            raise RetryLater(
                f"{request.method} {path_of(request)}: Zendesk limits our calls",
                after=after,
                plain=BUSY,
            )
        if answer.is_redirect:
            answer.close()
            raise Refused(
                f"{request.method} {path_of(request)}: Zendesk redirects elsewhere;"
                " check ZENDESK_SUBDOMAIN"
            )
        return answer

    def _addressed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        sent = request.copy()
        asked = urlsplit(request.url or "")
        sent.url = urlunsplit(
            (self._base.scheme, self._base.netloc, asked.path, asked.query, "")
        )
        sent.headers["Authorization"] = self._credentials.header()
        return sent


def _updates_ticket(request: requests.PreparedRequest) -> bool:
    return request.method == "PUT" and _TICKET.search(path_of(request)) is not None


def _is_of_one_ticket(answer: requests.Response) -> bool:
    """Whether it is one ticket that was updated too often, and not the account."""
    return any(
        "ticket" in name.lower() and "per" in name.lower() and "remaining=0" in value
        for name, value in answer.headers.items()
        if name.lower().startswith("zendesk-ratelimit-")
    )


def path_of(request: requests.PreparedRequest) -> str:
    """What was asked, without host and query, for errors and logs."""
    return urlsplit(request.url or "").path
