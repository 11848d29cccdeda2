"""What the app is sent when something happened: events in Slack's shapes.

Imitates docs.slack.dev/apis/events-api and the pages below
docs.slack.dev/reference/events. Commands and interactions are left to ``payloads``.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from bot.demo.slack.model import Channel, Json, LinkShare, Message, User, View
from bot.demo.slack.payloads import LEGACY_TOKEN
from bot.demo.slack.presenting import message_json
from bot.demo.slack.views import view_json
from bot.demo.slack.workspace import APP_ID, BOT_USER, TEAM_ID, Workspace


def envelope(
    event: Json, event_id: str, event_time: int, *, ext_shared: bool = False
) -> Json:
    """The event as it travels. The team is the one the app is installed in, also where
    somebody of another company acted in a shared channel."""
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
        "is_ext_shared_channel": ext_shared,
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


def app_mention(workspace: Workspace, message: Message) -> Json:
    return {**_said(workspace, message), "type": "app_mention"}


def direct_message(workspace: Workspace, message: Message) -> Json:
    """``message.im``, for what people write and for what the app itself does."""
    return {**_said(workspace, message), "channel_type": "im"}


def changed_message(workspace: Workspace, message: Message, before: Json) -> Json:
    """``message.im`` for a message that was edited or deleted."""
    now = workspace.next_ts()
    event: Json = {
        "type": "message",
        "subtype": "message_deleted" if message.deleted else "message_changed",
        "hidden": True,
        "channel": message.channel,
        "channel_type": "im",
        "ts": now,
        "event_ts": now,
        "previous_message": before,
    }
    if message.deleted:
        return {**event, "deleted_ts": message.ts}
    return {**event, "message": message_json(workspace, message)}


def link_shared(
    share: LinkShare, user: User, channel: Channel, thread_ts: str | None
) -> Json:
    """``channel`` is where the person is; the composer's event does not name it."""
    event: Json = {
        "type": "link_shared",
        "channel": share.channel,
        "is_bot_user_member": BOT_USER in channel.members,
        "user": user.id,
        "message_ts": share.message_ts,
        "unfurl_id": share.unfurl_id,
        "source": share.source,
        "event_ts": share.event_ts,
        "links": [{"domain": domain, "url": url} for url, domain in share.links],
    }
    if thread_ts is not None:
        event["thread_ts"] = thread_ts
    return event


def app_home_opened(
    workspace: Workspace, user: User, channel: Channel, tab: str, home: View | None
) -> Json:
    """Without ``view`` until one was published."""
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    }
    return event if home is None else {**event, "view": view_json(home)}


def tokens_revoked() -> Json:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}


def app_uninstalled() -> Json:
    return {"type": "app_uninstalled"}


def _said(workspace: Workspace, message: Message) -> Json:
    """A message as events carry it, without what later became of its thread."""
    shown = message_json(workspace, message)
    for key in ("reply_count", "reply_users", "latest_reply"):
        if shown.pop(key, None) is not None and message.thread_ts is None:
            shown.pop("thread_ts", None)
    event = {**shown, "channel": message.channel, "event_ts": message.ts}
    if not workspace.users[message.user].is_bot:
        name = f"{message.channel}/{message.ts}"
        event["client_msg_id"] = str(uuid5(NAMESPACE_URL, name))
    return event
