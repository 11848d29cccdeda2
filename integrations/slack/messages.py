"""Our results as Slack messages: who, when, what went wrong, and what to press. Pure.

The same card serves a command, a mention and a shortcut. Sending is left to
``destination``, the words about one recording to ``facts``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.model import (
    Failed,
    Found,
    LinkChanged,
    NothingFound,
    Person,
    Reason,
    Recording,
    ReplayFile,
    SharedReplay,
    Summary,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    dialog,
    fits,
    section,
)
from integrations.slack.choices import (
    ATTACH,
    MAX_ID,
    OPEN,
    REVOKE,
    SHARE,
    LinkChoice,
    ReplayChoice,
)
from integrations.slack.replies import guide
from integrations.slack.text import (
    clean,
    code,
    count,
    escape,
    length,
    moment,
    size,
    user,
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


def shared(result: SharedReplay, *, shared_by: str) -> Message:
    """One replay for the whole conversation: what happened, and its link."""
    recording, summary, link = result.recording, result.summary, result.link
    wrong = facts.errors(summary)
    failing = facts.failures(summary)
    expiry = f"Link expires {moment(link.expires_at)}"
    revoke = button(
        "Revoke link",
        REVOKE,
        value=LinkChoice(link.id, shared_by).to_value(),
        style="danger",
        confirm=dialog(
            "Revoke this link?",
            "It stops playing at once, for everybody. This cannot be undone.",
            "Revoke link",
            "Keep it",
        ),
    )
    watch = button("Watch the replay", OPEN, url=result.watch_url, style="primary")
    details = [facts.landing(result.watch_url, summary), expiry, size(result.size)]
    return Message(
        f"{user(shared_by)} shared a session replay of"
        f" {escape(facts.owner_name(recording), 100)}",
        (
            section(
                f"Session replay of {facts.owner(recording)},"
                f" shared by {user(shared_by)}",
                _headline(recording, summary),
                facts.pages(recording, summary, shown=5),
            ),
            section(f"*{facts.troubles(recording, summary)}*", wrong),
            *([section("*Failed requests*", failing)] if failing else []),
            *actions(watch, revoke),
            context(" · ".join(filter(None, details))),
        ),
    )


def attached(result: ReplayFile, *, attached_by: str) -> str:
    """What is said beside the file: one text, so all customer data in it is code."""
    recording, summary = result.recording, result.summary
    whose = code(facts.owner_name(recording))
    return "\n".join(
        [
            f"Session replay of {whose}, attached by {user(attached_by)}",
            facts.when(recording, summary),
            facts.troubles(recording, summary),
            "Download it and open it in a browser: Slack shows only its source. It"
            " plays offline and does not expire.",
        ]
    )


def file_title(result: ReplayFile) -> str:
    """The file's name in Slack, plain text."""
    start = result.recording.start
    return clean(
        f"Session replay of {facts.owner_name(result.recording)}, {start:%Y-%m-%d}", 120
    )


def revoked(result: LinkChanged) -> Message:
    """What is left of a shared message: that it was here, and who closed it."""
    head = f"Session replay shared by {user(result.shared.shared_by)}"
    at = result.at or result.shared.link.expires_at
    closed = f"Link revoked by {user(result.by)}, {moment(at)}"
    return Message("Session replay: link revoked", (section(head, f"*{closed}*"),))


def failed(
    result: Failed,
    *,
    again: ReplayChoice | None = None,
    action: str = "",
) -> Message:
    """What went wrong in plain words, a way to try again, and what to quote to an
    administrator."""
    retry = button("Try again", action, value=again.to_value()) if again else None
    plain = escape(result.plain, 1000) or "That did not work."
    return Message(
        plain,
        (
            section(plain),
            *actions(retry),
            context(f"Reference {code(result.reference)}"),
        ),
    )


def confirmed(result: SharedReplay) -> Message:
    """For whoever shared into a thread from a list in the channel."""
    text = f"Shared in the thread. The link expires {moment(result.link.expires_at)}."
    return Message("Shared in the thread.", (section(text),))


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
            _headline(recording, summary),
            facts.pages(recording, summary),
            facts.troubles(recording, summary),
            facts.worst(summary) if summary else "",
        ),
        *actions(share, attach, open_),
    ]


def _headline(recording: Recording, summary: Summary | None) -> str:
    parts = [facts.when(recording, summary), facts.where(recording, summary)]
    return " · ".join(filter(None, parts))


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
