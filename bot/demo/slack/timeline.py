"""What one person sees in a channel or thread, ready to be drawn.

Interleaves messages with the ephemeral ones of that person, and says where a new day
or a new author begins. Drawing is left to the templates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.demo.slack.attachments import Attachment, attachments_of
from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Ephemeral, File, Message, User
from bot.demo.slack.presenting import FILE_KINDS
from bot.demo.slack.workspace import Workspace

# Messages of one author within this time share a heading, as in Slack.
_SAME_BREATH_SECONDS = 300
_PREVIEW_LINES = 5
_PREVIEW_COLUMNS = 110


@dataclass(frozen=True, slots=True)
class FileCard:
    id: str
    title: str
    name: str
    kind: str
    size: str
    preview: tuple[str, ...]
    more_lines: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. ``day`` is set on the first of a day; ``follows`` where it shares
    the heading of the one before."""

    ts: str
    author: User
    ephemeral: bool
    text: str
    blocks: list[Block]
    when: datetime
    day: str = ""
    follows: bool = False
    edited: bool = False
    deleted: bool = False
    warned: bool = False
    from_thread: str = ""
    files: tuple[FileCard, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    replies: int = 0
    repliers: tuple[User, ...] = field(default=())
    last_reply: datetime | None = None


def channel_entries(workspace: Workspace, user: str, channel: str) -> list[Entry]:
    """The channel outside threads, oldest first."""
    with workspace.lock:
        messages = [
            message
            for message in workspace.messages[channel]
            if (message.thread_ts is None or message.broadcast)
            and not (message.deleted and not workspace.replies(channel, message.ts))
        ]
        return _entries(workspace, user, messages, _private(workspace, user, channel))


def thread_entries(
    workspace: Workspace, user: str, channel: str, thread_ts: str
) -> list[Entry]:
    """A thread with its parent, oldest first."""
    with workspace.lock:
        messages = [
            message
            for message in workspace.messages[channel]
            if message.ts == thread_ts
            or (message.thread_ts == thread_ts and not message.deleted)
        ]
        private = _private(workspace, user, channel, thread_ts)
        return _entries(workspace, user, messages, private)


def _private(
    workspace: Workspace, user: str, channel: str, thread_ts: str | None = None
) -> list[Ephemeral]:
    return [
        ephemeral
        for ephemeral in workspace.ephemerals
        if (ephemeral.user, ephemeral.channel) == (user, channel)
        and ephemeral.thread_ts == thread_ts
        and workspace.is_shown(ephemeral)
    ]


def _entries(
    workspace: Workspace,
    user: str,
    messages: list[Message],
    private: list[Ephemeral],
) -> list[Entry]:
    shown: list[Message | Ephemeral] = [*messages, *private]
    shown.sort(key=lambda item: item.ts)
    entries: list[Entry] = []
    for item in shown:
        entries.append(_entry(workspace, user, item, entries[-1] if entries else None))
    return entries


def _entry(
    workspace: Workspace,
    user: str,
    item: Message | Ephemeral,
    before: Entry | None,
) -> Entry:
    ephemeral = isinstance(item, Ephemeral)
    author = workspace.users[item.author if isinstance(item, Ephemeral) else item.user]
    when = _moment(item.ts)
    new_day = before is None or before.when.date() != when.date()
    follows = (
        before is not None
        and not new_day
        and before.author is author
        and before.ephemeral == ephemeral
        and not ephemeral
        and not before.replies
        and (when - before.when).total_seconds() < _SAME_BREATH_SECONDS
    )
    entry = Entry(
        ts=item.ts,
        author=author,
        ephemeral=ephemeral,
        text=item.text,
        blocks=item.blocks,
        when=when,
        day=f"{when:%A, %B} {when.day}" if new_day else "",
        follows=follows,
        warned=user in item.warned,
    )
    return _with_thread(workspace, item, entry) if isinstance(item, Message) else entry


def _with_thread(workspace: Workspace, message: Message, entry: Entry) -> Entry:
    replies = workspace.replies(message.channel, message.ts)
    repliers = {reply.user: workspace.users[reply.user] for reply in replies}
    return replace(
        entry,
        edited=message.edited,
        deleted=message.deleted,
        from_thread=message.thread_ts or "",
        files=tuple(_card(workspace.files[id_]) for id_ in message.files),
        attachments=attachments_of(message),
        replies=len(replies),
        repliers=tuple(repliers.values()),
        last_reply=_moment(replies[-1].ts) if replies else None,
    )


def _moment(ts: str) -> datetime:
    """The time of a message in the zone of this machine."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC).astimezone()


def _card(file: File) -> FileCard:
    extension = file.name.rpartition(".")[2].lower()
    kind = FILE_KINDS.get(extension, ("", "Binary"))[1]
    lines: list[str] = []
    if extension in ("html", "json", "txt"):
        # Slack shows an HTML file as its first lines of source, never as a page.
        text = (file.content or b"").decode(errors="replace")
        lines = text.splitlines()
    return FileCard(
        id=file.id,
        title=file.title,
        name=file.name,
        kind=kind,
        size=_size(file.size),
        preview=tuple(line[:_PREVIEW_COLUMNS] for line in lines[:_PREVIEW_LINES]),
        more_lines=max(0, len(lines) - _PREVIEW_LINES),
    )


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
