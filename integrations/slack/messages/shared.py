"""What everybody in the conversation sees: a shared replay, and what became of it.

One builder makes the message in every state, so that a change updates it in place. A
closed one keeps who, when and what went wrong, and no link.
"""

from __future__ import annotations

from datetime import timedelta

from bot.model import (
    Audience,
    LinkChanged,
    LinkState,
    Recording,
    ReplayFile,
    SharedReplay,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    dialog,
    overflow,
    section,
)
from integrations.slack.choices import OPEN, REVOKE, LinkChoice
from integrations.slack.messages.addresses import is_web_address
from integrations.slack.share_choices import (
    ADD_TO_TICKET,
    EXTEND,
    MAX_NOTE,
    OPENED,
    TO_TICKET,
    ShareChoice,
)
from integrations.slack.text import clean, code, escape, moment, name, plain, size, user

EXTENSION = timedelta(days=7)
"""How much longer a link opens at the press of a button."""

_LONGER = f"Extend: {EXTENSION.days} days from now"
_CUSTOMER_COPY = "Customer copy: no console, no request contents"
_MOST_LINES = 12


def shared(result: SharedReplay, *, has_tickets: bool = False) -> Message:
    """One replay for the whole conversation: what happened, and its link. Where there
    are tickets, it can be added to one."""
    return changed(LinkChanged(result), has_tickets=has_tickets)


def changed(result: LinkChanged, *, has_tickets: bool = False) -> Message:
    """The same message as things are now."""
    shared, link = result.shared, result.shared.link
    recording, summary = shared.recording, shared.summary
    failing = facts.failures(summary)
    is_open = link.state is LinkState.OPEN
    who = user(shared.shared_by)
    text = f"{who} shared a session replay of"
    if not is_open:
        text = f"{_closed(result)}. {who} had shared a session replay of"
    return Message(
        f"{text} {escape(_called(recording, shared.audience), 100)}",
        (
            section(
                "" if is_open else f"*{_closed(result)}*",
                f"Session replay of {_owner(shared)}, shared by {who}",
                facts.headline(recording, summary),
                facts.pages(recording, summary, shown=5),
            ),
            *([section(quoted(shared.note))] if shared.note.strip() else []),
            section(f"*{facts.troubles(recording, summary)}*", facts.errors(summary)),
            *([section("*Failed requests*", failing)] if failing else []),
            *(_open_ending(shared, has_tickets=has_tickets) if is_open else []),
        ),
    )


def quoted(note: str) -> str:
    """Somebody's own words: a quotation in which nothing links, mentions or ends it."""
    # Written out, a sign takes up to five characters.
    lines = [plain(line, 5 * MAX_NOTE) for line in note[:MAX_NOTE].splitlines()]
    return "\n".join(f"> {line or ' '}" for line in lines[:_MOST_LINES])


def attached(result: ReplayFile, *, attached_by: str, note: str = "") -> str:
    """What is said beside the file: one text, so all customer data in it is code."""
    recording, summary = result.recording, result.summary
    whose = code(_called(recording, result.audience))
    lines = [
        f"Session replay of {whose}, attached by {user(attached_by)}",
        quoted(note) if note.strip() else "",
        facts.when(recording, summary),
        facts.troubles(recording, summary),
        f"{_CUSTOMER_COPY}." if result.audience is Audience.CUSTOMER else "",
        "Download it and open it in a browser: Slack shows only its source. It"
        " plays offline and does not expire.",
    ]
    return "\n".join(filter(None, lines))


def file_removed(*, by: str) -> Message:
    """What is left of a message whose file was taken back."""
    text = f"Session replay taken back by {user(by)}: the file is deleted."
    return Message(text, (section(text),))


def file_title(result: ReplayFile) -> str:
    """The file's name in Slack, plain text."""
    start, whose = result.recording.start, _called(result.recording, result.audience)
    return clean(f"Session replay of {whose}, {start:%Y-%m-%d}", 120)


def _owner(shared: SharedReplay) -> str:
    if shared.audience is Audience.CUSTOMER:
        return name(_called(shared.recording, shared.audience))
    return facts.owner(shared.recording)


def _called(recording: Recording, audience: Audience) -> str:
    """Whose it is; beside a customer's copy without addresses and ids, which the copy
    leaves out as well."""
    known = facts.owner_name(recording)
    if audience is not Audience.CUSTOMER:
        return known
    if recording.person is None:
        return "a customer"
    mailbox, at, domain = known.partition("@")
    return f"{mailbox[:1]}***@{domain}" if at else known


def _open_ending(shared: SharedReplay, *, has_tickets: bool) -> list[Block]:
    """What can be done with the link, and how long."""
    link = shared.link
    watch = button("Watch the replay", OPEN, url=shared.watch_url, style="primary")
    value = LinkChoice(link.id, shared.shared_by).to_value()
    revoke = button(
        "Revoke link",
        REVOKE,
        value=value,
        style="danger",
        confirm=dialog(
            "Revoke this link?",
            "It stops playing at once, for everybody. This cannot be undone.",
            "Revoke link",
            "Keep it",
        ),
    )
    source = shared.recording.url
    is_theirs = shared.audience is Audience.CUSTOMER
    entries = [(_LONGER, value, "")]
    if has_tickets and (option := _to_ticket(shared)):
        entries.append((ADD_TO_TICKET, option, ""))
    if source and not is_theirs and is_web_address(source):
        entries.append(("Open in PostHog", OPENED, source))
    more = button(_LONGER, EXTEND, value=value)
    if len(entries) > 1:
        more = overflow(EXTEND, *entries)
    details = [
        facts.landing(shared.watch_url, shared.summary),
        f"Link expires {moment(link.expires_at)}",
        opens(link.max_opens),
        _CUSTOMER_COPY if is_theirs else "",
        size(shared.size),
    ]
    return [
        *actions(watch if shared.watch_url else None, revoke, more),
        context(" · ".join(filter(None, details))),
    ]


def _to_ticket(shared: SharedReplay) -> str | None:
    """What adds the same recording to a ticket."""
    whose = _called(shared.recording, shared.audience)
    return ShareChoice(shared.recording.id, whose=whose).to_option(TO_TICKET)


def opens(most: int | None) -> str:
    """How often a link opens, where that is limited."""
    if most is None:
        return ""
    return "Opens once" if most == 1 else f"Opens {most} times"


def _closed(result: LinkChanged) -> str:
    """Why the link opens no more, by whom and when."""
    shared, link = result.shared, result.shared.link
    at = moment(result.at or link.expires_at)
    if link.state is LinkState.REVOKED:
        if not result.by:
            return f"Link revoked, {at}"
        if result.by == shared.shared_by:
            return f"Taken back by {user(result.by)}, {at}: the link is revoked"
        return f"Link revoked by {user(result.by)}, {at}"
    if link.state is LinkState.USED_UP:
        most = link.max_opens or link.opens
        return f"Link used up: it was opened {_times(most)}"
    return f"Link expired {moment(link.expires_at)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
