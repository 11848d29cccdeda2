"""The upload in three steps, and what can be asked about a file afterwards.

Imitates docs.slack.dev/messaging/working-with-files and the methods
files.getUploadURLExternal, files.completeUploadExternal, files.info and files.delete.
Slack answers before it has shown the file: the message appears ``share_delay`` seconds
later, or never where ``files_never_land`` is set.
"""

from __future__ import annotations

from bot.demo.slack.blocks import checked
from bot.demo.slack.call import Call, Method
from bot.demo.slack.chat import parent_of
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import File, Json, Message
from bot.demo.slack.presenting import file_json
from bot.demo.slack.workspace import BOT_USER, Workspace


def get_upload_url(call: Call) -> Json:
    workspace = call.workspace
    length = call.number("length", 0)
    if length <= 0:
        raise SlackError.explained(
            "invalid_arguments", ["[ERROR] missing required field: length"]
        )
    name = call.required("filename")
    file = File(
        id=workspace.new_id("F"),
        ticket=workspace.new_id("ticket-"),
        name=name,
        title=name,
        size=length,
        created=workspace.clock(),
    )
    workspace.files[file.id] = file
    return {
        "upload_url": f"{workspace.url}/upload/v1/{file.ticket}",
        "file_id": file.id,
    }


def complete_upload(call: Call) -> Json:
    workspace = call.workspace
    channel = call.own_channel("channel_id") if call.optional("channel_id") else None
    if channel is not None and channel.archived:
        raise SlackError("is_archived")
    blocks = call.structure("blocks", "invalid_blocks")
    message = Message(
        channel=channel.id if channel else "",
        ts="",
        user=BOT_USER,
        text=call.optional("initial_comment"),
        by_app=True,
    )
    # Slack ignores blocks beside initial_comment, but not their mistakes.
    if blocks is not None:
        kept = checked(blocks)
        message.blocks = [] if message.text else kept
    if channel is not None:
        message.thread_ts = parent_of(workspace, channel.id, call.optional("thread_ts"))
    completed = _uploaded(call)
    for file, title in completed:
        file.title = title or file.name
        file.completed = True
        message.files.append(file.id)
    if channel is not None and not workspace.files_never_land:
        workspace.schedule.after(
            workspace.share_delay, lambda: _land(workspace, message)
        )
    return {"files": [file_json(workspace, file) for file, _ in completed]}


def _uploaded(call: Call) -> list[tuple[File, str]]:
    """The files named by the call, all of them uploaded and not yet completed."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError.explained(
            "invalid_arguments", ["[ERROR] missing required field: files"]
        )
    found = []
    for entry in wanted:
        entry = entry if isinstance(entry, dict) else {}
        file = call.workspace.files.get(str(entry.get("id")))
        if file is None or file.content is None or file.completed or file.deleted:
            raise SlackError("file_not_found")
        found.append((file, str(entry.get("title") or "")))
    return found


def _land(workspace: Workspace, message: Message) -> None:
    """Slack has scanned the files and shows them."""
    with workspace.lock:
        files = [workspace.files[id_] for id_ in message.files]
        if any(file.deleted for file in files):
            return
        message.ts = workspace.next_ts()
        workspace.add_message(message)
        for file in files:
            file.shares.append((message.channel, message.ts))


def _existing(call: Call) -> File:
    file = call.workspace.files.get(call.required("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    return file


def info(call: Call) -> Json:
    return {"file": file_json(call.workspace, _existing(call))}


def delete(call: Call) -> Json:
    """The file goes; a message that held nothing else goes with it."""
    workspace = call.workspace
    file = _existing(call)
    file.deleted = True
    file.content = None
    for channel, ts in file.shares:
        message = workspace.find_message(channel, ts)
        if message is not None:
            message.files.remove(file.id)
            if not (message.files or message.text or message.blocks):
                message.deleted = True
    workspace.touch()
    return {}


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), tier=4),
    "files.info": Method(info, ("files:read",), tier=4),
    "files.delete": Method(delete, ("files:write",), tier=3),
}
