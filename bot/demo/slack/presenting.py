"""Messages, people, channels and files in the shapes Slack's API gives them.

Imitates docs.slack.dev/reference/objects (message, user, conversation and file
objects).
"""

from __future__ import annotations

from bot.demo.slack.model import Channel, File, Json, Message, User
from bot.demo.slack.workspace import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM_ID,
    Workspace,
)

FILE_KINDS = {
    "html": ("text/html", "HTML"),
    "json": ("application/json", "JSON"),
    "txt": ("text/plain", "Plain Text"),
    "zip": ("application/zip", "Zip"),
    "png": ("image/png", "PNG"),
    "jpg": ("image/jpeg", "JPEG"),
}


def team_of(user: User) -> str:
    """The id of the workspace the person is at home in."""
    return user.team or TEAM_ID


def message_json(
    workspace: Workspace, message: Message, *, include_metadata: bool = False
) -> Json:
    """A message as conversations.replies and interaction payloads show it."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "team": TEAM_ID,
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.by_app:
        shown["bot_id"] = BOT_ID
        shown["app_id"] = APP_ID
        shown["bot_profile"] = {
            "id": BOT_ID,
            "app_id": APP_ID,
            "name": workspace.users[BOT_USER].name,
            "deleted": False,
            "team_id": TEAM_ID,
        }
    author = workspace.users[message.user]
    if author.is_bot and not message.by_app:
        shown["bot_id"] = f"B{author.id[1:]}"
    if author.team:
        shown["user_team"] = shown["source_team"] = author.team
    replies = workspace.replies(message.channel, message.ts)
    if message.thread_ts is not None:
        shown["thread_ts"] = message.thread_ts
    elif replies:
        shown["thread_ts"] = message.ts
        shown["reply_count"] = len(replies)
        shown["reply_users"] = sorted({reply.user for reply in replies})
        shown["latest_reply"] = replies[-1].ts
    if message.files:
        shown["files"] = [
            file_json(workspace, workspace.files[id_])
            for id_ in message.files
            if id_ in workspace.files
        ]
        shown["upload"] = True
    if message.attachments or message.unfurls:
        unfurls = [unfurl_json(message, url) for url in message.unfurls]
        shown["attachments"] = [*message.attachments, *unfurls]
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    if include_metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown


def unfurl_json(message: Message, url: str) -> Json:
    """What an app put below a message for one of its links."""
    number = len(message.attachments) + list(message.unfurls).index(url) + 1
    return {
        "id": number,
        "blocks": message.unfurls[url],
        "app_unfurl_url": url,
        "from_url": url,
        "is_app_unfurl": True,
        "app_id": APP_ID,
    }


def user_json(user: User, *, with_email: bool) -> Json:
    """A user as users.info shows one; ``email`` needs its own scope.

    Of people of another company nobody here sees the roles they have there.
    """
    profile: Json = {"display_name": user.name, "real_name": user.real_name}
    if with_email and user.email:
        profile["email"] = user.email
    shown: Json = {
        "id": user.id,
        "team_id": team_of(user),
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "tz_offset": 3600,
        "is_bot": user.is_bot,
        "profile": profile,
    }
    if user.team:
        return {**shown, "is_stranger": True}
    return {
        **shown,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner,
        "is_restricted": user.is_guest or user.is_single_channel_guest,
        "is_ultra_restricted": user.is_single_channel_guest,
    }


def channel_json(channel: Channel) -> Json:
    """A conversation as conversations.info shows one."""
    if channel.kind == "im":
        other = next((id_ for id_ in channel.members if id_ != BOT_USER), "")
        return {
            "id": channel.id,
            "is_channel": False,
            "is_im": True,
            "is_mpim": False,
            "is_archived": channel.archived,
            "user": other,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_private": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_member": BOT_USER in channel.members,
        "is_archived": channel.archived,
        "is_ext_shared": channel.ext_shared,
        "is_shared": channel.ext_shared,
        "num_members": len(channel.members),
    }


def file_json(workspace: Workspace, file: File) -> Json:
    """A file object; ``shares`` is empty until Slack has shown it somewhere."""
    extension = file.name.rpartition(".")[2].lower()
    mimetype, pretty = FILE_KINDS.get(extension, ("application/octet-stream", "Binary"))
    shares: Json = {}
    channels: dict[str, list[str]] = {"public": [], "private": [], "im": []}
    for channel_id, ts in file.shares:
        kind = workspace.channels[channel_id].kind
        visibility = "public" if kind == "public" else "private"
        share: Json = {"ts": ts, "team_id": TEAM_ID}
        message = workspace.find_message(channel_id, ts)
        if message is not None and message.thread_ts is not None:
            share["thread_ts"] = message.thread_ts
        shares.setdefault(visibility, {}).setdefault(channel_id, []).append(share)
        channels[kind].append(channel_id)
    private = f"{workspace.url}/files-pri/{TEAM_ID}-{file.id}"
    return {
        "id": file.id,
        "created": int(file.created),
        "timestamp": int(file.created),
        "name": file.name,
        "title": file.title,
        "mimetype": mimetype,
        "filetype": extension,
        "pretty_type": pretty,
        "user": BOT_USER,
        "user_team": TEAM_ID,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(channels["public"]),
        "public_url_shared": False,
        "file_access": "visible",
        "url_private": f"{private}/{file.name}",
        "url_private_download": f"{private}/download/{file.name}",
        "permalink": f"{workspace.url}/files/{BOT_USER}/{file.id}/{file.name}",
        "shares": shares,
        "channels": channels["public"],
        "groups": channels["private"],
        "ims": channels["im"],
    }
