"""The conversations.* methods: looking at channels, joining and reading them.

Imitates docs.slack.dev/reference/methods/conversations.info, .list, .join, .open,
.history, .replies and .members.
"""

from __future__ import annotations

from bot.demo.slack.call import Call, Method
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Channel, Json, Message
from bot.demo.slack.presenting import channel_json, message_json
from bot.demo.slack.workspace import BOT_USER

_KINDS = {"public_channel": "public", "private_channel": "private"}
_FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


def _need(call: Call, channel: Channel, permission: str) -> None:
    call.need_scope(f"{_FAMILY[channel.kind]}:{permission}")


def info(call: Call) -> Json:
    channel = call.known_channel()
    _need(call, channel, "read")
    return {"channel": channel_json(channel)}


def list_(call: Call) -> Json:
    """Channels of the kinds asked for: private ones only where the bot is in them."""
    kinds = {one.strip() for one in call.optional("types").split(",") if one.strip()}
    wanted = {_KINDS[one] for one in kinds or {"public_channel"} if one in _KINDS}
    for kind in wanted:
        call.need_scope(f"{_FAMILY[kind]}:read")
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in wanted
        and (channel.kind == "public" or BOT_USER in channel.members)
        and not (call.flag("exclude_archived") and channel.archived)
    ]
    start, limit = call.number("cursor", 0), min(call.number("limit", 100), 999)
    more = start + limit < len(channels)
    return {
        "channels": [channel_json(one) for one in channels[start : start + limit]],
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def members(call: Call) -> Json:
    channel = call.known_channel()
    _need(call, channel, "read")
    return {
        "members": sorted(channel.members),
        "response_metadata": {"next_cursor": ""},
    }


def join(call: Call) -> Json:
    channel = call.known_channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER in channel.members:
        return {
            "channel": channel_json(channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    channel.members.add(BOT_USER)
    call.workspace.touch()
    return {"channel": channel_json(channel)}


def open_direct(call: Call) -> Json:
    """The conversation with one person; with several it would take ``mpim:write``."""
    workspace = call.workspace
    if call.optional("channel"):
        channel = call.known_channel()
        if channel.kind != "im":
            raise SlackError("channel_not_found")
    else:
        names = [name.strip() for name in call.optional("users").split(",") if name]
        if not names:
            raise SlackError("users_list_not_supplied")
        if len(names) > 1:
            call.need_scope("mpim:write")
        user = workspace.users.get(names[0])
        if user is None or len(names) > 1:
            raise SlackError("user_not_found")
        if user.id == BOT_USER:
            raise SlackError("cannot_dm_bot")
        channel = workspace.direct_channel(user.id)
    whole = call.flag("return_im")
    return {"channel": channel_json(channel) if whole else {"id": channel.id}}


def history(call: Call) -> Json:
    """Messages outside threads, newest first."""
    channel = call.own_channel()
    _need(call, channel, "history")
    messages = [
        message
        for message in call.workspace.messages[channel.id]
        if not message.deleted and (message.thread_ts is None or message.broadcast)
    ]
    return _page(call, messages[::-1])


def replies(call: Call) -> Json:
    """A thread, the parent first."""
    channel = call.own_channel()
    _need(call, channel, "history")
    found = call.workspace.find_message(channel.id, call.required("ts"))
    if found is None:
        raise SlackError("thread_not_found")
    parent_ts = found.thread_ts or found.ts
    parent = call.workspace.find_message(channel.id, parent_ts)
    below = call.workspace.replies(channel.id, parent_ts)
    return _page(call, below, parent)


def _page(call: Call, messages: list[Message], parent: Message | None = None) -> Json:
    """One page of messages between ``oldest`` and ``latest``, as both methods give.

    A thread's parent comes first whatever the span. The cursor is an offset; Slack's
    is opaque, so nobody may read meaning into it.
    """
    inclusive = call.flag("inclusive")
    oldest, latest = call.optional("oldest"), call.optional("latest")
    chosen = [
        message
        for message in messages
        if (not oldest or _after(message.ts, oldest, inclusive))
        and (not latest or _after(latest, message.ts, inclusive))
    ]
    if parent is not None:
        chosen.insert(0, parent)
    limit = min(call.number("limit", 100), 999)
    start = call.number("cursor", 0)
    end = start + limit
    more = end < len(chosen)
    return {
        "messages": [
            message_json(
                call.workspace,
                message,
                include_metadata=call.flag("include_all_metadata"),
            )
            for message in chosen[start:end]
        ],
        "has_more": more,
        "response_metadata": {"next_cursor": str(end) if more else ""},
    }


def _after(late: str, early: str, inclusive: bool) -> bool:
    left, right = _order(late), _order(early)
    return left > right or (inclusive and left == right)


def _order(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    if not seconds.isdecimal() or (micros and not micros.isdecimal()):
        raise SlackError("invalid_ts_oldest")
    return int(seconds), int(micros.ljust(6, "0") or 0)


_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")

METHODS = {
    "conversations.info": Method(info, _READ, tier=3),
    "conversations.list": Method(list_, _READ, tier=2),
    "conversations.members": Method(members, _READ, tier=4),
    "conversations.join": Method(join, ("channels:join",), tier=3),
    "conversations.open": Method(open_direct, ("im:write",), tier=3),
    "conversations.history": Method(history, _HISTORY, tier=3),
    "conversations.replies": Method(replies, _HISTORY, tier=3),
}
