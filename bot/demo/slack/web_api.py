"""``POST /api/<method>``: reads the call, checks token and scope, runs the method.

Imitates docs.slack.dev/apis/web-api (calling conventions, errors, rate limits). What
each method does is left to the modules in its table. OAuth and Socket Mode are not
imitated; they would be two more entries of the table.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, jsonify, request

from bot.demo.slack import (
    chat,
    conversations,
    files,
    oauth,
    unfurls,
    usergroups,
    users,
    views,
)
from bot.demo.slack.call import Call, Method
from bot.demo.slack.errors import SlackError
from bot.demo.slack.faults import Allowance, Faults, limited
from bot.demo.slack.model import ApiCall, Json, Token
from bot.demo.slack.workspace import Workspace

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **unfurls.METHODS,
    **usergroups.METHODS,
    **oauth.METHODS,
    **users.METHODS,
    **views.METHODS,
}


def blueprint(workspace: Workspace, faults: Faults, allowance: Allowance) -> Blueprint:
    """The Web API of one workspace."""
    api = Blueprint("web_api", __name__)

    @api.route("/api/<method>", methods=["GET", "POST"])
    def call(method: str) -> Response:
        try:
            args = _arguments()
        except ValueError:
            return jsonify(ok=False, error="invalid_json")
        in_body = args.pop("token", "")
        args.pop("team_id", None)
        fault = faults.take(method)
        if fault is not None and not fault.applied:
            answer = faults.answer(fault)
            body = answer.get_json(silent=True)
            _log(workspace, method, args, body if isinstance(body, dict) else {})
            return answer
        given = _bearer() or str(in_body)
        tier = METHODS[method].tier if method in METHODS else 0
        wait = allowance.wait_for(given, method, tier, str(args.get("channel", "")))
        if wait:
            _log(workspace, method, args, {"ok": False, "error": "ratelimited"})
            return limited(wait)
        token = workspace.tokens.get(given)
        result = _run(workspace, method, token, given, args)
        _log(workspace, method, args, result)
        if fault is not None:
            return faults.answer(fault)
        response = jsonify(result)
        if token is not None:
            response.headers["x-oauth-scopes"] = ",".join(token.scopes)
        return response

    return api


def _run(
    workspace: Workspace, method: str, token: Token | None, given: str, args: Json
) -> Json:
    try:
        if method not in METHODS:
            raise SlackError("unknown_method")
        if not given:
            raise SlackError("not_authed")
        if token is None:
            raise SlackError("invalid_auth")
        if token.revoked:
            raise SlackError("token_revoked")
        if token.expires_at is not None and token.expires_at <= workspace.clock():
            raise SlackError("token_expired")
        if not token.value.startswith(("xoxb-", "xoxe.xoxb-")):
            raise SlackError("not_allowed_token_type")
        called = Call(workspace, token, args)
        called.need_scope(*METHODS[method].scopes)
        with workspace.lock:
            return {"ok": True, **METHODS[method].run(called)}
    except SlackError as refusal:
        return {"ok": False, "error": refusal.code, **refusal.extras}


def _arguments() -> Json:
    """The arguments, wherever the client put them; an empty body may claim JSON.

    Raises ValueError where the body claims JSON and is none.
    """
    args: Json = dict(request.args.items())
    if request.content_length:
        if request.mimetype == "application/json":
            body = json.loads(request.get_data())
            args.update(body if isinstance(body, dict) else {})
        else:
            args.update(request.form.items())
    return args


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


def _log(workspace: Workspace, method: str, args: Json, answer: Json) -> None:
    call = ApiCall(
        method, args, workspace.clock(), answer, str(answer.get("error", ""))
    )
    with workspace.lock:
        workspace.api_calls.append(call)
