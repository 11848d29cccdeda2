"""How one Zendesk account is called: a session and a zenpy for every thread.

zenpy's objects and exceptions stop in this package. What zenpy has no words for is
called by path. Nothing is cached: a safe update needs the ticket as it is now.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

import requests
from zenpy import Zenpy

from integrations.zendesk.credentials import TIMEOUT_SECONDS, Credentials
from integrations.zendesk.failures import in_our_errors
from integrations.zendesk.limits import Limits
from integrations.zendesk.records import Row
from integrations.zendesk.session import ZendeskSession


class Connection:
    """One account. Safe to share: every thread gets a zenpy of its own.

    Every method raises NotFound (404), Refused (any other no), or RetryLater (limits,
    outages, and answers that broke off: a change may then have been made or not).
    """

    def __init__(
        self,
        subdomain: str,
        credentials: Credentials,
        base_url: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        limits: Limits | None = None,
    ) -> None:
        self.base_url = base_url
        self._subdomain = subdomain
        self._credentials = credentials
        self._timeout = timeout
        self._limits = limits
        self._local = threading.local()
        self._sessions: list[ZendeskSession] = []
        # At debug level zenpy logs whole bodies, with our links in them.
        logging.getLogger("zenpy").setLevel(logging.INFO)

    def close(self) -> None:
        """Give back every thread's connections."""
        for session in self._sessions:
            session.close()

    @property
    def zenpy(self) -> Any:
        """zenpy as this thread has it, for the modules of this package."""
        if not hasattr(self._local, "zenpy"):
            self._local.zenpy = Zenpy(
                subdomain=self._subdomain,
                session=self._session,
                timeout=self._timeout,
                disable_cache=True,
            )
        return self._local.zenpy

    @property
    def _session(self) -> ZendeskSession:
        if not hasattr(self._local, "session"):
            self._local.session = ZendeskSession(
                self.base_url, self._credentials, self._limits
            )
            self._sessions.append(self._local.session)
        session: ZendeskSession = self._local.session
        return session

    def look_up(self, path: str, doing: str, **query: str) -> Row:
        """What a GET that zenpy has no words for is answered with; ``doing`` says what
        for, in errors."""
        with in_our_errors(doing):
            return self._get(path, query)

    def read(self, path: str, key: str, doing: str) -> Any:
        """What an answer that zenpy has no words for holds by the key, as the JSON it
        is."""
        with in_our_errors(doing):
            return self._get(path, {})[key]

    def read_text(self, path: str, doing: str) -> str:
        """An answer that is a text."""
        with in_our_errors(doing):
            return self._answer(path, {}).text

    def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """What zenpy reads otherwise than it is wanted. The host of a next page does
        not matter: the session calls ours."""
        read: Mapping[str, Any] = self._answer(path, params).json()
        return read

    def _answer(self, path: str, params: Mapping[str, str]) -> requests.Response:
        url = path if "://" in path else f"{self.base_url}/api/v2/{path}"
        answer = self._session.get(url, params=params, timeout=self._timeout)
        answer.raise_for_status()
        return answer

    def call(
        self, method: str, path: str, doing: str, body: Mapping[str, Any] | None = None
    ) -> Any:
        """A call that zenpy has no words for; its JSON, None where there is none."""
        with in_our_errors(doing):
            answer = self._session.request(
                method,
                f"{self.base_url}/api/v2/{path}",
                json=body or {},
                timeout=self._timeout,
            )
            answer.raise_for_status()
            return answer.json() if answer.content else None
