"""Installing an app: the page that asks, and oauth.v2.access, which gives the token.

Imitates docs.slack.dev/authentication: installing-with-oauth and using-token-rotation.
Whoever opens the page is an administrator; ``consent`` says what they do. The stand-in
holds one workspace's content; the tokens of other teams open that too, but name their
own team.
"""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.demo.slack.call import Call, Method
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.faults import Faults
from bot.demo.slack.model import ApiCall, Json, Token
from bot.demo.slack.workspace import (
    APP_ID,
    BOT_USER,
    TEAM_ID,
    TEAM_NAME,
    Workspace,
)

CODE_LIFE = 600
"""Seconds in which a code is exchanged, once."""
TOKEN_LIFE = 43_200
"""Seconds that a token lives where rotation is on."""

INSTALLER = "U07ANA00001"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace; ``org_wide`` is the whole organisation ``enterprise`` instead."""

    id: str = TEAM_ID
    name: str = TEAM_NAME
    enterprise: str = ""
    org_wide: bool = False


@dataclass(slots=True)
class _Code:
    team: Team
    scopes: tuple[str, ...]
    redirect_uri: str
    made_at: float


@dataclass(slots=True)
class Installed:
    team: Team
    token: Token
    refresh_token: str


class OAuth:
    """The app as its page at api.slack.com holds it. ``rotates`` gives tokens that
    expire; ``consent`` is approve, cancel, or the error an administrator meets."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.client_id = "07000000.07000001"
        self.client_secret = "demo-client-secret"
        self.redirect_urls: list[str] = []
        self.rotates = False
        self.consent = "approve"
        self.teams = {TEAM_ID: Team()}
        self.installed: list[Installed] = []
        """Every token ever given, oldest first."""
        self._workspace = workspace
        self._delivery = delivery
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()

    def authorize(self, team: Team, scopes: tuple[str, ...], redirect_uri: str) -> str:
        """A code for the app to exchange."""
        code = secrets.token_hex(16)
        now = self._workspace.clock()
        self._codes[code] = _Code(team, scopes, redirect_uri, now)
        return code

    def exchange(self, form: Json) -> Json:
        """What oauth.v2.access answers to whoever proved to be the app."""
        with self._lock:
            if form.get("grant_type") == "refresh_token":
                return self._refresh(str(form.get("refresh_token", "")))
            found = self._codes.pop(str(form.get("code", "")), None)
            if found is None:
                return _error("invalid_code")
            if self._workspace.clock() - found.made_at > CODE_LIFE:
                return _error("code_expired")
            if form.get("redirect_uri", "") != found.redirect_uri:
                return _error("bad_redirect_uri")
            return self._issue(found.team, found.scopes)

    def uninstall(self, team: str = TEAM_ID) -> None:
        """Somebody removes the app from the team: its tokens die, then Slack says so.

        The app hears of it twice, as of each in its subscriptions.
        """
        gone = [each for each in self.installed if each.team.id == team]
        for each in gone:
            each.token.revoked, each.refresh_token = True, ""
        where = gone[-1].team if gone else self.teams[team]
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}
        for event in (revoked, {"type": "app_uninstalled"}):
            self._delivery.event(self.envelope(where, event))

    def envelope(self, team: Team, event: Json) -> Json:
        """The event as Slack sends it about an installation of ``team``."""
        return {
            "token": "legacy",
            "team_id": None if team.org_wide else team.id,
            "enterprise_id": team.enterprise or None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self._workspace.new_id("Ev"),
            "event_time": int(self._workspace.clock()),
            "authorizations": [
                {
                    "enterprise_id": team.enterprise or None,
                    "team_id": None if team.org_wide else team.id,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": team.org_wide,
                }
            ],
        }

    def _refresh(self, refresh_token: str) -> Json:
        for each in self.installed:
            if refresh_token and each.refresh_token == refresh_token:
                # Used once; the access token it belongs to lives out its time.
                each.refresh_token = ""
                return self._issue(each.team, each.token.scopes)
        return _error("invalid_refresh_token")

    def _issue(self, team: Team, scopes: tuple[str, ...]) -> Json:
        prefix = "xoxe.xoxb-1-" if self.rotates else "xoxb-"
        token = Token(prefix + secrets.token_hex(24), scopes, team=team.name)
        refresh: Json = {}
        if self.rotates:
            token.expires_at = self._workspace.clock() + TOKEN_LIFE
            refresh["refresh_token"] = "xoxe-1-" + secrets.token_hex(24)
            refresh["expires_in"] = TOKEN_LIFE
        self._workspace.tokens[token.value] = token
        self.installed.append(
            Installed(team, token, str(refresh.get("refresh_token", "")))
        )
        organisation = {"id": team.enterprise, "name": team.name}
        return {
            "ok": True,
            "app_id": APP_ID,
            "access_token": token.value,
            "token_type": "bot",
            "scope": ",".join(scopes),
            "bot_user_id": BOT_USER,
            "team": None if team.org_wide else {"id": team.id, "name": team.name},
            "enterprise": organisation if team.enterprise else None,
            "is_enterprise_install": team.org_wide,
            "authed_user": {"id": INSTALLER},
            **refresh,
        }


def blueprint(oauth: OAuth, workspace: Workspace, faults: Faults) -> Blueprint:
    """The page that asks, and the method that gives the token."""
    pages = Blueprint("oauth", __name__)

    @pages.get("/oauth/v2/authorize")
    def authorize() -> AnyResponse:
        asked = request.args
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != oauth.client_id:
            return Response("invalid_client_id", 400)
        if redirect_uri not in oauth.redirect_urls:
            return Response("bad_redirect_uri", 400)
        scopes = tuple(filter(None, asked.get("scope", "").split(",")))
        if not scopes:
            return Response("no_scopes", 400)
        answer = {"state": asked.get("state", "")}
        if oauth.consent == "approve":
            team = oauth.teams.get(asked.get("team", TEAM_ID), oauth.teams[TEAM_ID])
            answer["code"] = oauth.authorize(team, scopes, redirect_uri)
        else:
            cancelled = oauth.consent == "cancel"
            answer["error"] = "access_denied" if cancelled else oauth.consent
        return redirect(f"{redirect_uri}?{urlencode(answer)}")

    @pages.post("/api/oauth.v2.access")
    def access() -> Response:
        fault = faults.take("oauth.v2.access")
        if fault is not None and not fault.applied:
            return faults.answer(fault)
        form = request.form.to_dict()
        answer = _check_app(oauth, form) or oauth.exchange(form)
        with workspace.lock:
            workspace.api_calls.append(
                ApiCall(
                    "oauth.v2.access",
                    {"grant_type": form.get("grant_type", "authorization_code")},
                    workspace.clock(),
                    answer,
                    str(answer.get("error", "")),
                )
            )
        return jsonify(answer) if fault is None else faults.answer(fault)

    return pages


def _check_app(oauth: OAuth, form: Json) -> Json | None:
    """The refusal of whoever is not the app: Basic auth, or both in the form."""
    given = (form.get("client_id", ""), form.get("client_secret", ""))
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        given = (name, secret)
    if given[0] != oauth.client_id:
        return _error("invalid_client_id")
    return None if given[1] == oauth.client_secret else _error("bad_client_secret")


def _error(code: str) -> Json:
    return {"ok": False, "error": code}


def _revoke(call: Call) -> Json:
    call.token.revoked = True
    return {"revoked": True}


METHODS = {"auth.revoke": Method(_revoke)}
