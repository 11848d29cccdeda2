"""What every API call passes first: credentials, rate limits, faults, the call log."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.faults import APPLIED, Faults
from bot.demo.zendesk.limits import Limits, Plan
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, Refusal

MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS = 300, 172_800


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as it arrived; ``body`` is its JSON, or None."""

    method: str
    path: str
    status: int
    body: Json | None
    authorisation: str
    user_agent: str


@dataclass
class Credentials:
    """What the account accepts, for one agent."""

    agent_email: str
    api_token: str
    client_id: str
    client_secret: str


class Gate:
    """Stands before the API; ``g.user`` is who calls, once it let someone through."""

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        clock: Callable[[], float],
        plan: Plan | None = None,
    ) -> None:
        self.account = account
        self.credentials = credentials
        self.limits = Limits(clock, plan)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.tokens: dict[str, float] = {}
        """Access tokens with the second they end at."""
        self._scopes: dict[str, str] = {}
        self._clock = clock

    def guard(self, api: Blueprint) -> None:
        api.before_request(self._before)
        api.after_request(self._after)

    def register(self, app: Flask) -> None:
        app.register_error_handler(Refusal, _refused)

        @app.post("/oauth/tokens")
        def tokens() -> ResponseReturnValue:
            return self._mint()

    def _mint(self) -> ResponseReturnValue:
        asked = request.get_json(silent=True) or {}
        known = self.credentials
        if asked.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", "Use client_credentials")
        if (asked.get("client_id"), asked.get("client_secret")) != (
            known.client_id,
            known.client_secret,
        ):
            raise Refusal(401, "invalid_client", "Client authentication failed")
        seconds = asked.get("expires_in", 1800)
        if not MIN_TOKEN_SECONDS <= seconds <= MAX_TOKEN_SECONDS:
            raise Refusal(400, "invalid_request", "expires_in is out of range")
        token = secrets.token_hex(32)
        self.tokens[token] = self._clock() + seconds
        self._scopes[token] = str(asked.get("scope", "read"))
        return jsonify(
            access_token=token,
            token_type="bearer",
            scope=self._scopes[token],
            expires_in=seconds,
        )

    def _before(self) -> ResponseReturnValue | None:
        g.fault = self.faults.take(request.method, request.path)
        g.limit_headers = {}
        if g.fault is not None and g.fault.kind not in APPLIED:
            return self.faults.answer(g.fault, None)
        g.user = self._caller()
        g.limit_headers, allowed = self.limits.take(
            g.user.id, request.method, request.path
        )
        if not allowed:
            raise Refusal(429, "TooManyRequests", "Rate limit exceeded")
        return None

    def _after(self, response: Response) -> Response:
        body = request.get_json(silent=True) if request.is_json else None
        self.calls.append(
            Call(
                request.method,
                request.path,
                response.status_code,
                body if isinstance(body, dict) else None,
                request.headers.get("Authorization", ""),
                request.headers.get("User-Agent", ""),
            )
        )
        fault = g.get("fault")
        if fault is not None and fault.kind in APPLIED and response.status_code < 300:
            response = self.faults.answer(fault, response)
        response.headers.extend(g.get("limit_headers", {}))
        return response

    def _caller(self) -> User:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        known = self.credentials
        if scheme == "Bearer":
            allowed = self.tokens.get(value, 0.0) > self._clock()
        elif scheme == "Basic":
            try:
                given = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                given = ""
            allowed = given == f"{known.agent_email}/token:{known.api_token}"
        else:
            allowed = False
        user = self.account.user_by_email(known.agent_email)
        if not allowed or user is None:
            raise Refusal(401, "Couldn't authenticate you", "")
        scope = self._scopes.get(value)
        if scope is not None and not _covers(scope, request.method, request.path):
            raise Refusal(403, "insufficient_scope", "The token's scope is too narrow")
        return user


def _covers(scope: str, method: str, path: str) -> bool:
    """Whether a token may make this call. Audits need ``read`` as a whole, whatever
    else of tickets may be read."""
    verb, resource = "read" if method == "GET" else "write", path.split("/")[3]
    words = scope.split()
    narrow = f"{resource}:{verb}" in words and not path.endswith("/audits")
    return verb in words or narrow


def _refused(refusal: Refusal) -> ResponseReturnValue:
    body = dict(refusal.body)
    if refusal.status == 401 and not body["description"]:
        del body["description"]
    return jsonify(body), refusal.status
