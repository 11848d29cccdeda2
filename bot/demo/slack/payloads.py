"""What the app is sent: commands, interactions and events in Slack's shapes.

Imitates docs.slack.dev/interactivity/implementing-slash-commands, the pages below
docs.slack.dev/reference/interaction-payloads, and docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Channel, Ephemeral, Json, Message, User, View
from bot.demo.slack.presenting import message_json
from bot.demo.slack.views import view_json
from bot.demo.slack.workspace import (
    APP_ID,
    BOT_USER,
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
            "team_id": TEAM_ID,
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
) -> Json:
    """block_actions from a message; from an ephemeral one without ``message``."""
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
        "state": {"values": {}},
        "actions": [action],
    }
    if isinstance(source, Message):
        payload["message"] = message_json(workspace, source)
        if source.thread_ts is not None:
            payload["container"]["thread_ts"] = source.thread_ts
    return payload


def view_click(user: User, view: View, action: Block, trigger_id: str) -> Json:
    """block_actions from a modal or the Home tab: no channel and no response_url."""
    return {
        **_interaction("block_actions", user, trigger_id),
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(view),
        "actions": [action],
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


def view_submission(
    user: User, view: View, values: Json, trigger_id: str, response_urls: list[Json]
) -> Json:
    """A submitted modal; ``values`` by block id and action id."""
    shown = view_json(view)
    shown["state"] = {"values": values}
    return {
        **_interaction("view_submission", user, trigger_id),
        "view": shown,
        "response_urls": response_urls,
    }


def app_mention(message: Message, event_id: str, event_time: int) -> Json:
    """The envelope of an app_mention event."""
    event: Json = {
        "type": "app_mention",
        "user": message.user,
        "team": TEAM_ID,
        "channel": message.channel,
        "ts": message.ts,
        "event_ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.thread_ts is not None:
        event["thread_ts"] = message.thread_ts
    return {
        "token": LEGACY_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "event_context": f"4-{event_id}",
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "event": event,
    }
