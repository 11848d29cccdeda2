"""The capture proxy: what posthog-js and mobile SDKs talk to as if it were PostHog.

A WSGI application of its own, before the others: a page sends a request every few
seconds, hundreds of pages at once, and each costs the machine about what Flask alone
would. It takes PostHog's paths and leaves all others to the application behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import structlog

from bot.errors import BadInput, RetryLater
from bot.ports import Keeper
from integrations.capture import answers, cors
from integrations.capture.answers import Answer, refusal
from integrations.capture.callers import Rates, address_of
from integrations.capture.complaints import Complaints
from integrations.capture.forwarding import Forwarder
from integrations.capture.memory import Account, Memory
from integrations.capture.paths import Family, place_of
from integrations.capture.scripts import Scripts
from integrations.capture.taking import Taker, admit, body_of, text_of
from integrations.capture.terms import Call, Refused, Tally, Terms
from integrations.capture.wire import asking_project

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

MAX_LARGE_BYTES = 128 * 1024 * 1024
"""Of all large bodies in memory at once, packed and unpacked: any one has room."""

_RETRY_SECONDS = 5
_STATUS = {one.value: f"{one.value} {one.phrase}" for one in HTTPStatus}
_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
    # Nothing here is a page; what PostHog answers must not become one of ours.
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
]
_VERSIONED = "public, max-age=31536000, immutable"
_UNVERSIONED = "public, max-age=300"

_log = structlog.get_logger(__name__)


class Door:
    """Takes requests in; ``keeper`` and ``forwarder`` are there where the mode needs
    them, ``scripts`` where there are any to serve."""

    def __init__(
        self,
        terms: Terms,
        *,
        keeper: Keeper | None,
        forwarder: Forwarder | None,
        scripts: Scripts | None,
        tally: Tally,
        clock: Callable[[], datetime],
        large_bytes: int = MAX_LARGE_BYTES,
    ) -> None:
        self._terms = terms
        self._forwarder = forwarder
        self._scripts = scripts
        self._tally = tally
        self._complaints = Complaints()
        self._memory = Memory(large_bytes)
        self._rates = Rates(
            per_address=terms.address_per_minute, per_project=terms.project_per_minute
        )
        self._taker = (
            Taker(terms, keeper, self._rates, tally, clock) if keeper else None
        )

    def before(self, other: WSGIApplication) -> WSGIApplication:
        """The application that asks us first, and then ``other``."""

        def application(
            environ: dict[str, Any], start_response: StartResponse
        ) -> Iterable[bytes]:
            call = self._call(environ)
            if call is None:
                return other(environ, start_response)
            answer = self._answered(call)
            headers = [
                *_ALWAYS,
                *cors.headers(environ),
                *(answer.headers or {}).items(),
                ("Content-Length", str(len(answer.body))),
            ]
            if answer.content_type:
                headers.append(("Content-Type", answer.content_type))
            start_response(_STATUS.get(answer.status, str(answer.status)), headers)
            return [] if call.method == "HEAD" else [answer.body]

        return application

    def _call(self, environ: dict[str, Any]) -> Call | None:
        path, prefix = str(environ.get("PATH_INFO") or ""), self._terms.prefix
        if not path.startswith(f"{prefix}/"):
            return None
        inner = path.removeprefix(prefix)
        place = place_of(inner)
        if place is None:
            return None
        address = address_of(environ, self._terms.trusted_hops)
        return Call(place, inner, address, environ)

    def _answered(self, call: Call) -> Answer:
        try:
            if call.method == "OPTIONS":
                return cors.preflight(call.environ)
            if call.method not in ("GET", "HEAD", "POST"):
                raise Refused("method", refusal(405, "no such method here"))
            if not self._rates.admits_address(call.address):
                raise Refused(
                    "address_rate",
                    refusal(429, "too many requests from this address", after=60),
                )
            with self._memory.account() as account:
                return self._answer(call, account)
        except Refused as ended:
            return self._turned_away(call, ended.reason, ended.answer)
        except RetryLater as error:
            again = refusal(503, "try again later", after=_RETRY_SECONDS)
            return self._turned_away(call, "busy", again, error=str(error))
        except Exception as error:
            # The SDK keeps what it has and sends it again.
            if count := self._complaints.due("error"):
                _log.exception(
                    "capture failed",
                    path=call.place.path,
                    count=count,
                    exc_info=error,
                )
            again = refusal(503, "try again later", after=_RETRY_SECONDS)
            return self._turned_away(call, "error", again)

    def _turned_away(
        self, call: Call, reason: str, answer: Answer, **more: str
    ) -> Answer:
        self._tally.refused(reason)
        # posthog-js throws away what is not busy, and without it a recording may not
        # play.
        is_told = reason in ("too_large", "unreadable", "busy")
        if is_told and (count := self._complaints.due(reason)):
            path = call.place.path
            _log.warning(
                "capture refused", path=path, reason=reason, count=count, **more
            )
        return answer

    def _answer(self, call: Call, account: Account) -> Answer:
        place = call.place
        if place.family is Family.BATCH:
            return self._batch(call, account)
        if self._forwarder is not None:
            return self._passed_on(self._forwarder, call, body_of(call, account))
        match place.family:
            case Family.FLAGS | Family.DECIDE:
                return self._flags(call, account)
            case Family.CONFIG:
                return answers.remote_config(admit(self._terms, place.project))
            case Family.CONFIG_SCRIPT:
                return answers.remote_config_script(admit(self._terms, place.project))
            case Family.SCRIPT:
                return self._script(call)
        nothing = refusal(404, "there is no such feature here")
        return answers.FEATURES.get(place.path, nothing)

    def _batch(self, call: Call, account: Account) -> Answer:
        began = time.perf_counter()
        body = body_of(call, account)
        answer = answers.TAKEN
        if self._taker is not None:
            answer = self._taken(self._taker, call, body, account)
        if self._forwarder is not None:
            answer = self._passed_on(self._forwarder, call, body)
        self._tally.accepted(len(body), time.perf_counter() - began)
        return answer

    def _taken(self, taker: Taker, call: Call, body: bytes, account: Account) -> Answer:
        try:
            return taker.take(call, body, account)
        except Refused as ended:
            if ended.reason != "unreadable" or self._forwarder is None:
                raise
            # An SDK older than we know; PostHog may understand it.
            self._tally.left(ended.reason)
            return ended.answer

    def _passed_on(self, forwarder: Forwarder, call: Call, body: bytes) -> Answer:
        return forwarder.forward(
            call.place,
            method=call.method,
            path=call.path,
            query=call.query,
            body=body,
            address=call.address,
            environ=call.environ,
        )

    def _flags(self, call: Call, account: Account) -> Answer:
        """No flags: there is no PostHog that has any."""
        text = text_of(call, body_of(call, account), account)
        try:
            project = admit(self._terms, asking_project(text))
        except BadInput as error:
            raise Refused("unreadable", refusal(400, str(error))) from None
        asked = parse_qs(call.query)
        version = asked.get("v", ["1"])[0]
        is_decide = call.place.family is Family.DECIDE
        return answers.flags(
            project,
            int(version) if version.isdecimal() and len(version) < 4 else 1,
            with_config=is_decide or asked.get("config") == ["true"],
        )

    def _script(self, call: Call) -> Answer:
        place = call.place
        if place.project:
            admit(self._terms, place.project)
        found = self._scripts and self._scripts.get(place.name, place.version)
        if not self._scripts or not found:
            # posthog-js asks again, for any version, where it finds none of its own.
            return refusal(404, "this server has no such script")
        is_lasting = self._scripts.version in (place.version, _version_asked(call))
        headers = {
            "ETag": found.etag,
            "Cache-Control": _VERSIONED if is_lasting else _UNVERSIONED,
        }
        if found.etag in call.header("HTTP_IF_NONE_MATCH"):
            return Answer(304, b"", "", headers)
        if "gzip" in call.header("HTTP_ACCEPT_ENCODING"):
            headers["Content-Encoding"] = "gzip"
            return Answer(200, found.compressed, answers.SCRIPT, headers)
        return Answer(200, found.body, answers.SCRIPT, headers)


def _version_asked(call: Call) -> str:
    """``lazy-recorder.js?v=1.449.2``"""
    return parse_qs(call.query).get("v", [""])[0]
