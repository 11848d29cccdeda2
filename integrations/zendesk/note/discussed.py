"""Where in Slack a note's recordings were talked about; pure.

Only the message's address is told, which opens for whom Slack lets in: no channel's
name, and nothing that was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.model import Discussed, Discussion, Note
from integrations.zendesk.note.frame import reference, within
from integrations.zendesk.note.lines import owner
from integrations.zendesk.text import link, when


def discussed(discussions: Iterable[Discussion]) -> Iterator[str]:
    """A line with the way to each, where there are any."""
    if ways := [link(one.url, when(one.at)) for one in discussions]:
        yield f"<p>Discussed in Slack, {' and '.join(ways)}.</p>"


def others_discussed(note: Note) -> Iterator[str]:
    """The same for the recordings below the best, each by its time."""
    below = [*(one.recording for one in note.replays[1:]), *note.others]
    for one in below:
        for line in discussed(note.discussed.get(one.id, ())):
            yield line.replace("<p>", f"<p>The session of {when(one.start)}: ", 1)


def render_discussed(result: Discussed, request_id: str) -> str:
    """The note that tells of a discussion that began later."""
    recording, discussion = result.recording, result.discussion
    whose = owner(recording)
    blocks = [
        "<h3>Discussed in Slack</h3>",
        f"<p>The session of {when(recording.start)}, {whose or 'of somebody unknown'},"
        f" was shared in Slack on {link(discussion.url, when(discussion.at))}.</p>",
    ]
    return within(blocks, reference(request_id))
