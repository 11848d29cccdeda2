"""The chat.* methods: posting, changing and deleting messages.

Imitates docs.slack.dev/reference/methods/chat.postMessage, chat.postEphemeral,
chat.update, chat.delete and chat.getPermalink.
"""

from __future__ import annotations

import json

from bot.demo.slack.blocks import Block, checked
from bot.demo.slack.call import Call, Method
from bot.demo.slack.crawler import crawl, load_pictures
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Channel, Ephemeral, Json, Message
from bot.demo.slack.presenting import message_json
from bot.demo.slack.workspace import BOT_USER, Workspace

MOST_TEXT = 40_000
MOST_UPDATED_TEXT = 4_000
MOST_METADATA_BYTES = 16_000


def content_of(call: Call) -> tuple[str, list[Block]]:
    """The text and blocks to post. Raises no_text where there is neither."""
    given = call.structure("blocks", "invalid_blocks_format")
    blocks = checked(given) if given else []
    text = call.optional("text")
    if not text.strip() and not blocks and not call.args.get("attachments"):
        raise SlackError("no_text")
    return text[:MOST_TEXT], blocks


def metadata_of(call: Call) -> Json | None:
    """Message metadata as sent; None where the argument is absent."""
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if metadata == {}:
        return {}
    if (
        not isinstance(metadata, dict)
        or not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST_METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


def parent_of(workspace: Workspace, channel: str, thread_ts: str) -> str | None:
    """The thread to answer in. Slack wants the parent's ts and never a reply's."""
    if not thread_ts:
        return None
    parent = workspace.find_message(channel, thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.thread_ts is not None:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def posting_channel(call: Call) -> Channel:
    """Where the bot may post; a user's id stands for the conversation with them."""
    workspace = call.workspace
    user = workspace.users.get(call.required("channel"))
    channel = workspace.direct_channel(user.id) if user else call.known_channel()
    if channel.kind == "im" and not workspace.messages_tab_enabled:
        raise SlackError("messages_tab_disabled")
    if BOT_USER not in channel.members and not call.has_scope("chat:write.public"):
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def parses_names(call: Call) -> bool:
    """Whether Slack turns a bare @here in this text into a mention."""
    return call.flag("link_names") or call.optional("parse") == "full"


def post_message(call: Call) -> Json:
    workspace = call.workspace
    channel = posting_channel(call)
    text, blocks = content_of(call)
    message = Message(
        channel=channel.id,
        ts="",
        user=BOT_USER,
        text=text,
        blocks=blocks,
        thread_ts=parent_of(workspace, channel.id, call.optional("thread_ts")),
        metadata=metadata_of(call) or None,
        by_app=True,
        broadcast=call.flag("reply_broadcast"),
    )
    message.ts = workspace.next_ts()
    workspace.add_message(message, parses_names=parses_names(call))
    load_pictures(workspace, blocks)
    if call.flag("unfurl_links", True) or call.flag("unfurl_media", True):
        crawl(workspace, text, blocks)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(workspace, message, include_metadata=True),
    }


def post_ephemeral(call: Call) -> Json:
    workspace = call.workspace
    channel = call.own_channel()
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind == "im" and not workspace.messages_tab_enabled:
        raise SlackError("messages_tab_disabled")
    user = call.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = content_of(call)
    ephemeral = Ephemeral(
        channel=channel.id,
        ts=workspace.next_ts(),
        user=user,
        text=text,
        blocks=blocks,
        thread_ts=parent_of(workspace, channel.id, call.optional("thread_ts")),
        author=BOT_USER,
    )
    workspace.add_ephemeral(ephemeral)
    load_pictures(workspace, blocks)
    return {"message_ts": ephemeral.ts}


def own_message(call: Call, refusal: str) -> Message:
    """A message of the bot itself; nobody else's may be changed."""
    channel = call.known_channel()
    message = call.workspace.find_message(channel.id, call.required("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    workspace = call.workspace
    message = own_message(call, "cant_update_message")
    if len(call.optional("text")) > MOST_UPDATED_TEXT:
        raise SlackError("msg_too_long")
    given = call.structure("blocks", "invalid_blocks_format")
    metadata = metadata_of(call)
    before = message_json(workspace, message)
    if given is None and not call.optional("text"):
        raise SlackError("no_text")
    if given is not None:
        message.blocks = checked(given)
        load_pictures(workspace, message.blocks)
    if call.optional("text"):
        message.text = call.optional("text")
    if metadata is not None:
        message.metadata = metadata or None
    message.edited = True
    # parse defaults to client here, which leaves bare names alone.
    workspace.note_mentions(message, parses_names=parses_names(call))
    workspace.app_acted(message, before)
    workspace.touch()
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(workspace, message),
    }


def delete(call: Call) -> Json:
    workspace = call.workspace
    message = own_message(call, "cant_delete_message")
    before = message_json(workspace, message)
    message.deleted = True
    workspace.app_acted(message, before)
    workspace.touch()
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: Call) -> Json:
    channel = call.known_channel()
    message = call.workspace.find_message(channel.id, call.required("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    address = (
        f"{call.workspace.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    )
    if message.thread_ts is not None:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), tier=4),
    "chat.update": Method(update, ("chat:write",), tier=3),
    "chat.delete": Method(delete, ("chat:write",), tier=3),
    "chat.getPermalink": Method(permalink),
}
