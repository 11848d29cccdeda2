"""The views.* methods: modals and the Home tab.

Imitates docs.slack.dev/surfaces/modals and the methods views.open, views.push,
views.update and views.publish. An updated view keeps what was filled in where block id
and action id are the same, as people see Slack do.
"""

from __future__ import annotations

import json

from bot.demo.slack.actions import state_of
from bot.demo.slack.blocks import checked, plain
from bot.demo.slack.call import Call, Method
from bot.demo.slack.crawler import load_pictures
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Json, View
from bot.demo.slack.triggers import use_trigger
from bot.demo.slack.validation import (
    Problems,
    anything,
    boolean,
    choice,
    fields,
    string,
)
from bot.demo.slack.workspace import (
    APP_ID,
    BOT_ID,
    TEAM_ID,
    Workspace,
)

DEEPEST_STACK = 3
MOST_BYTES = 250_000

_COMMON = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_SHAPES = {
    "modal": fields(
        {"type": choice("modal"), "title": plain(24), "blocks": anything},
        {
            **_COMMON,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": fields({"type": choice("home"), "blocks": anything}, _COMMON),
}


def checked_view(given: object, kind: str) -> Json:
    """The view as Slack keeps it. Raises SlackError for what Slack would refuse."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, dict) or given.get("type") != kind:
        raise SlackError.explained(
            "invalid_arguments", [f"[ERROR] must be a view of type {kind}"]
        )
    problems = Problems()
    _SHAPES[kind](problems, given, "/view")
    if problems.messages:
        raise SlackError.explained("invalid_arguments", problems.messages)
    if len(json.dumps(given, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SlackError("view_too_large")
    try:
        blocks = checked(given["blocks"], kind)
    except SlackError as refusal:
        raise SlackError("invalid_arguments", refusal.extras) from None
    inputs = any(block["type"] == "input" for block in blocks)
    if kind == "modal" and inputs and "submit" not in given:
        raise SlackError.explained(
            "invalid_arguments",
            ["[ERROR] missing required field: submit [json-pointer:/view]"],
        )
    return {**given, "blocks": blocks}


def view_json(view: View) -> Json:
    """A view as answers and interaction payloads show it."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit": None,
        "close": None,
        **view.body,
        "id": view.id,
        "team_id": TEAM_ID,
        "type": view.kind,
        "hash": view.hash,
        "external_id": view.external_id,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "app_installed_team_id": TEAM_ID,
        "blocks": view.blocks,
        "state": {"values": {}},
    }


def new_view(workspace: Workspace, body: Json, user: str) -> View:
    """A view with an id and hash of its own, not yet shown anywhere."""
    external_id = str(body.get("external_id") or "")
    if external_id and any(
        view.external_id == external_id for view in workspace.views.values()
    ):
        raise SlackError("duplicate_external_id")
    id_ = workspace.new_id("V")
    view = View(
        id=id_,
        kind=body["type"],
        user=user,
        hash=workspace.new_id("hash."),
        body=body,
        blocks=body["blocks"],
        root=id_,
        external_id=external_id,
    )
    workspace.views[id_] = view
    load_pictures(workspace, view.blocks)
    workspace.touch()
    return view


def push_view(workspace: Workspace, body: Json, user: str, channel: str = "") -> View:
    """Put a modal on top of the user's stack, which is three deep at most."""
    stack = workspace.modals.setdefault(user, [])
    if len(stack) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    view = new_view(workspace, body, user)
    view.channel = channel
    view.values = state_of(view.blocks, {}, channel)
    if stack:
        view.root, view.previous = stack[0], stack[-1]
    stack.append(view.id)
    return view


def replace_view(workspace: Workspace, view: View, body: Json) -> View:
    """Give a view that is shown a new content and hash."""
    view.body, view.blocks = body, body["blocks"]
    load_pictures(workspace, view.blocks)
    view.hash = workspace.new_id("hash.")
    view.values = state_of(view.blocks, view.values, view.channel)
    view.errors = {}
    workspace.touch()
    return view


def open_view(call: Call) -> Json:
    body = checked_view(call.args.get("view"), "modal")
    trigger = use_trigger(call.workspace, call.required("trigger_id"))
    call.workspace.modals[trigger.user] = []
    view = push_view(call.workspace, body, trigger.user, trigger.channel)
    return {"view": view_json(view)}


def push(call: Call) -> Json:
    body = checked_view(call.args.get("view"), "modal")
    trigger = use_trigger(call.workspace, call.required("trigger_id"))
    view = push_view(call.workspace, body, trigger.user, trigger.channel)
    return {"view": view_json(view)}


def update(call: Call) -> Json:
    workspace = call.workspace
    body = checked_view(call.args.get("view"), "modal")
    view_id, external_id = call.optional("view_id"), call.optional("external_id")
    view = next(
        (
            view
            for view in workspace.views.values()
            if view.id == view_id or (external_id and view.external_id == external_id)
        ),
        None,
    )
    if view is None or view.id not in workspace.modals.get(view.user, []):
        raise SlackError("not_found")
    if call.optional("hash") and call.optional("hash") != view.hash:
        raise SlackError("hash_conflict")
    return {"view": view_json(replace_view(workspace, view, body))}


def publish(call: Call) -> Json:
    workspace = call.workspace
    if not workspace.home_tab_enabled:
        raise SlackError("not_enabled")
    user = call.required("user_id")
    if user not in workspace.users:
        raise SlackError("user_not_found")
    body = checked_view(call.args.get("view"), "home")
    home = workspace.home_of(user)
    if home is None:
        home = new_view(workspace, body, user)
        home.values = state_of(home.blocks, {})
        return {"view": view_json(home)}
    if call.optional("hash") and call.optional("hash") != home.hash:
        raise SlackError("hash_conflict")
    return {"view": view_json(replace_view(workspace, home, body))}


METHODS = {
    "views.open": Method(open_view, tier=4),
    "views.push": Method(push, tier=4),
    "views.update": Method(update, tier=4),
    "views.publish": Method(publish, tier=4),
}
