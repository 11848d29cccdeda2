"""The answer to a search: the recordings, or why there are none. Pure.

The same card serves a command, a mention and a shortcut.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.model import (
    Found,
    NothingFound,
    Person,
    Reason,
    Recording,
    Summary,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    fits,
    section,
)
from integrations.slack.choices import (
    ATTACH,
    MAX_ID,
    OPEN,
    SHARE,
    ReplayChoice,
)
from integrations.slack.replies import guide
from integrations.slack.text import (
    code,
    count,
    escape,
    length,
)

MAX_RECORDINGS = 5
MAX_SOURCE_URL = 500

LASTING = "A shared link expires; an attached file does not."


def found(result: Found, *, thread_ts: str | None = None) -> Message:
    """The recordings, newest first, each with what to do next.

    ``thread_ts`` is where a press shares: in that thread, or else in the channel.
    """
    whose = facts.who(result.people or _people_of(result.recordings))
    head = section(whose, f"{_how_many(result)} in the last {length(result.look_back)}")
    foot = context(LASTING)
    groups = [
        _recording(
            recording,
            result.summaries.get(recording.id),
            thread_ts=thread_ts,
            named=len(result.people) > 1,
            first=recording is result.recordings[0],
        )
        for recording in result.recordings[:MAX_RECORDINGS]
    ]
    while groups:
        blocks = [head, *(block for group in groups for block in group), foot]
        if fits(blocks):
            break
        groups.pop()
    everybody = ", ".join(person.name for person in result.people) or "this person"
    text = f"{count(len(result.recordings), 'recording')} of {escape(everybody, 150)}"
    return Message(text, tuple(blocks) if groups else (head, foot))


def nothing_found(result: NothingFound, *, command: str) -> Message:
    """Why there is nothing to show, and what to try next."""
    if result.reason is Reason.NO_IDENTIFIER:
        return guide(command, lead=f"{result.explanation} {result.advice}".strip())
    lines = [escape(result.explanation, 400), escape(result.advice, 400)]
    if result.reason is Reason.AMBIGUOUS:
        lines += [f"• {facts.who([person])}" for person in result.people[:5]]
    else:
        asked = ", ".join(code(each.value, 60) for each in result.identifiers[:3])
        lines.insert(0, f"*No recordings of {asked or 'them'}*")
    text = escape(f"Nothing found. {result.explanation}", 200)
    return Message(text, (section(*lines),))


def _recording(
    recording: Recording,
    summary: Summary | None,
    *,
    thread_ts: str | None,
    named: bool,
    first: bool,
) -> list[Block]:
    share = attach = None
    if len(recording.id) <= MAX_ID:
        value = ReplayChoice(recording.id, thread_ts).to_value()
        place = "thread" if thread_ts else "channel"
        style = "primary" if first else ""
        share = button(f"Share in {place}", SHARE, value=value, style=style)
        attach = button("Attach file", ATTACH, value=value)
    open_ = None
    if _is_web_address(recording.url):
        open_ = button("Open in PostHog", OPEN, url=recording.url or "")
    return [
        section(
            facts.owner(recording) if named else "",
            facts.headline(recording, summary),
            facts.pages(recording, summary),
            facts.troubles(recording, summary),
            facts.worst(summary) if summary else "",
        ),
        *actions(share, attach, open_),
    ]


def _how_many(result: Found) -> str:
    total = len(result.recordings)
    if result.more:
        return f"The newest {min(total, MAX_RECORDINGS)} recordings"
    if total > MAX_RECORDINGS:
        return f"The newest {MAX_RECORDINGS} of {count(total, 'recording')}"
    return count(total, "recording")


def _people_of(recordings: tuple[Recording, ...]) -> list[Person]:
    people = {each.person.id: each.person for each in recordings if each.person}
    return list(people.values())


def _is_web_address(url: str | None) -> bool:
    if not url or len(url) > MAX_SOURCE_URL or not url.isprintable() or " " in url:
        return False
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False
