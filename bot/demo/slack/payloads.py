"""What the app is sent when people act: commands and interactions in Slack's shapes.

Imitates docs.slack.dev/interactivity/implementing-slash-commands and the pages below
docs.slack.dev/reference/interaction-payloads. Events are left to ``event_payloads``.
Of people of another company ``user.team_id`` names their own workspace, while ``team``
is the one the app is installed in.
"""

from __future__ import annotations

from bot.demo.slack.actions import state_of
from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Channel, Ephemeral, Json, Message, User, View
from bot.demo.slack.presenting import message_json, team_of, unfurl_json
from bot.demo.slack.views import view_json
from bot.demo.slack.workspace import (
    APP_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    Workspace,
)

# The old verification token: still sent, and nobody should look at it.
LEGACY_TOKEN = "legacy"


def channel_name(channel: Channel) -> str:
    """The name payloads carry; private conversations have a fixed one."""
    names = {"im": "directmessage", "private": "privategroup"}
    return names.get(channel.kind, channel.name)


def command_form(
    user: User,
    channel: Channel,
    command: str,
    text: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    return {
        "token": LEGACY_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _interaction(kind: str, user: User, trigger_id: str) -> Json:
    return {
        "type": kind,
        "token": LEGACY_TOKEN,
        "api_app_id": APP_ID,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": team_of(user),
        },
        "trigger_id": trigger_id,
    }


def message_click(
    workspace: Workspace,
    user: User,
    source: Message | Ephemeral,
    action: Block,
    trigger_id: str,
    response_url: str,
    unfurled: str = "",
) -> Json:
    """block_actions from a message; from an ephemeral one without ``message``, and
    from its unfurl of the URL ``unfurled`` with ``app_unfurl`` in its place.

    Whether Slack names the thread of an ephemeral message is not established: it does
    here while ``Workspace.names_threads_of_ephemerals`` is true.
    """
    channel = workspace.channels[source.channel]
    ephemeral = isinstance(source, Ephemeral)
    payload = {
        **_interaction("block_actions", user, trigger_id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "container": {
            "type": "message",
            "message_ts": source.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        },
        "response_url": response_url,
        "state": {"values": _state_after(source, action)},
        "actions": [action],
    }
    if isinstance(source, Message) and unfurled:
        unfurl = unfurl_json(source, unfurled)
        payload["app_unfurl"] = unfurl
        payload["container"] = {
            "type": "message_attachment",
            "message_ts": source.ts,
            "channel_id": channel.id,
            "attachment_id": unfurl["id"],
            "is_ephemeral": False,
            "is_app_unfurl": True,
            "app_unfurl_url": unfurled,
        }
    elif isinstance(source, Message):
        payload["message"] = message_json(workspace, source)
    if source.thread_ts is not None and (
        not ephemeral or workspace.names_threads_of_ephemerals
    ):
        payload["container"]["thread_ts"] = source.thread_ts
    return payload


def view_click(user: User, view: View, action: Block, trigger_id: str) -> Json:
    """block_actions from a modal or the Home tab: no channel and no response_url."""
    return {
        **_interaction("block_actions", user, trigger_id),
        "container": {"type": "view", "view_id": view.id},
        "view": _filled(view),
        "actions": [action],
    }


def suggestion(user: User, view: View, block: Block, typed: str) -> Json:
    """block_suggestion from a modal: what was typed so far. It has no trigger."""
    payload = _interaction("block_suggestion", user, "")
    del payload["trigger_id"]
    return {
        **payload,
        "container": {"type": "view", "view_id": view.id},
        "view": _filled(view),
        "action_id": block["element"]["action_id"],
        "block_id": block["block_id"],
        "value": typed,
    }


def message_shortcut(
    workspace: Workspace,
    user: User,
    message: Message,
    callback_id: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    """message_action; carries the message even where the bot is no member."""
    channel = workspace.channels[message.channel]
    return {
        **_interaction("message_action", user, trigger_id),
        "callback_id": callback_id,
        "action_ts": workspace.next_ts(),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message.ts,
        "message": message_json(workspace, message),
        "response_url": response_url,
    }


def global_shortcut(
    user: User, callback_id: str, trigger_id: str, action_ts: str
) -> Json:
    """``shortcut``: no channel, no message and no response_url."""
    return {
        **_interaction("shortcut", user, trigger_id),
        "callback_id": callback_id,
        "action_ts": action_ts,
    }


def view_submission(
    user: User, view: View, trigger_id: str, response_urls: list[Json]
) -> Json:
    """A submitted modal with what was filled in."""
    return {
        **_interaction("view_submission", user, trigger_id),
        "view": _filled(view),
        "response_urls": response_urls,
    }


def view_closed(user: User, view: View, *, is_cleared: bool) -> Json:
    """A modal that was closed without being submitted; it has no trigger."""
    payload = _interaction("view_closed", user, "")
    del payload["trigger_id"]
    return {**payload, "view": _filled(view), "is_cleared": is_cleared}


def _filled(view: View) -> Json:
    return {**view_json(view), "state": {"values": view.values}}


def _state_after(source: Message | Ephemeral, action: Block) -> Json:
    """The state of a message's menus once one of them was used."""
    kept = ("type", "value")
    entry = {
        key: value
        for key, value in action.items()
        if key in kept or key.startswith("selected_")
    }
    used = {action["block_id"]: {action["action_id"]: entry}}
    return state_of(source.blocks, used)
