"""The answer to a search: the recordings, or why there are none. Pure.

The same card serves a command, a mention and a shortcut.
"""

from __future__ import annotations

from bot.model import (
    Found,
    NothingFound,
    Person,
    Reason,
    Recording,
    Summary,
    told_silence,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    fits,
    overflow,
    section,
)
from integrations.slack.choices import (
    ATTACH,
    MAX_ID,
    OPEN,
    PAGE,
    PAGE_BACK,
    SHARE,
)
from integrations.slack.messages.addresses import is_web_address
from integrations.slack.messages.people import whose
from integrations.slack.messages.standpoint import Standpoint
from integrations.slack.replies import guide
from integrations.slack.share_choices import (
    ADD_TO_TICKET,
    MORE,
    OPENED,
    SHARE_OPTIONS,
    TO_TICKET,
    ShareChoice,
)
from integrations.slack.text import (
    code,
    count,
    escape,
    length,
)

MAX_RECORDINGS = 5

_UNKNOWN_SHOWN = 3

LASTING = "A shared link expires; an attached file does not."


def found(result: Found, at: Standpoint) -> Message:
    """A page of recordings, most relevant first, each with what to do next."""
    whose = facts.who(result.people or _people_of(result.recordings))
    head = section(whose, _how_many(result))
    groups = [
        _recording(
            recording,
            result.summaries.get(recording.id),
            at,
            named=len(result.people) > 1,
            first=not number and not result.offset,
            page=result.offset,
        )
        for number, recording in enumerate(result.recordings[:MAX_RECORDINGS])
    ]
    while groups:
        shown = [block for group in groups for block in group]
        blocks = [head, *shown, *_pages(result, len(groups), at)]
        if fits(blocks):
            break
        groups.pop()
    everybody = ", ".join(person.name for person in result.people) or "this person"
    text = f"{count(result.total, 'recording')} of {escape(everybody, 150)}"
    return Message(text, tuple(blocks) if groups else (head, *_pages(result, 0, at)))


def looking() -> Message:
    """While another page takes longer."""
    text = "Looking for recordings…"
    return Message(text, (section(text),))


def nothing_found(result: NothingFound, at: Standpoint, *, command: str) -> Message:
    """Why there is nothing to show, and what to try next."""
    if result.reason is Reason.NO_IDENTIFIER:
        return guide(command, lead=f"{result.explanation} {result.advice}".strip())
    if result.reason is Reason.AMBIGUOUS and result.people:
        return whose(result, at)
    lines = [escape(result.explanation, 400), escape(result.advice, 400)]
    # Whom a press chose comes back as a source's id, which says nothing to people.
    chosen = {person.id: person.name for person in result.people}
    asked = ", ".join(
        code(chosen.get(each.value) or each.value, 60)
        for each in result.identifiers[:3]
    )
    lines.insert(0, f"*No recordings of {asked or 'them'}*")
    text = escape(f"Nothing found. {result.explanation}", 200)
    return Message(text, (section(*lines),))


def _pages(result: Found, shown: int, at: Standpoint) -> list[Block]:
    """Which of them these are, and the way to the others."""
    first, last = result.offset + 1, result.offset + shown
    back = forth = None
    if result.offset:
        before = at.page(max(0, result.offset - result.page))
        back = button("Back", PAGE_BACK, value=before.to_value())
    if shown and last < result.total:
        after = at.page(last)
        label = f"More ({result.total - last:,})"
        forth = button(label, PAGE, value=after.to_value())
    place = f"{first} to {last} of {result.total:,}" if back or forth else ""
    silence = escape(told_silence(result.silent), 200)
    foot = " · ".join(filter(None, [place, silence, _unknown(result), LASTING]))
    return [*actions(back, forth), context(foot)]


def _unknown(result: Found) -> str:
    """What of the question led nowhere: a mistyped option is read as an id."""
    shown = [code(one.value, 40) for one in result.unknown[:_UNKNOWN_SHOWN]]
    return f"Nobody is known by {', '.join(shown)}" if shown else ""


def _recording(
    recording: Recording,
    summary: Summary | None,
    at: Standpoint,
    *,
    named: bool,
    first: bool,
    page: int,
) -> list[Block]:
    return [
        section(
            facts.owner(recording) if named else "",
            facts.headline(recording, summary),
            facts.pages(recording, summary),
            facts.troubles(recording, summary),
            facts.worst(summary) if summary else "",
        ),
        *actions(*_buttons(recording, at, page=page, first=first)),
    ]


def _buttons(
    recording: Recording, at: Standpoint, *, page: int, first: bool
) -> list[Block | None]:
    """What to do with a recording: share it here at once where there is a here, or
    elsewhere, and what is asked for less often."""
    share = options = None
    rest: list[tuple[str, str, str, str]] = []
    if len(recording.id) <= MAX_ID:
        choice = ShareChoice(
            recording.id,
            at.thread_ts or "",
            results=at.page(page),
            whose=facts.owner_name(recording),
            again=at.answer,
        )
        value, style = choice.to_value(), "primary" if first else ""
        place = "thread" if at.thread_ts else "channel"
        if at.has_channel:
            share = button(f"Share in {place}", SHARE, value=value, style=style)
            style = ""
            if option := choice.to_option():
                rest.append((ATTACH, "Attach file", option, ""))
        options = button("Share…", SHARE_OPTIONS, value=value, style=style)
        if at.has_tickets and (option := choice.to_option(TO_TICKET)):
            rest.append((MORE, ADD_TO_TICKET, option, ""))
    if is_web_address(recording.url):
        rest.append((OPEN, "Open in PostHog", OPENED, recording.url or ""))
    if len(rest) > 1:
        return [share, options, overflow(MORE, *(entry[1:] for entry in rest))]
    single = [
        button(label, action_id, value=value, url=url)
        for action_id, label, value, url in rest
    ]
    return [share, options, *single]


def _how_many(result: Found) -> str:
    """How many of what there are, and why the first is first."""
    wanted = [
        " with errors" if result.filters.errors_only else "",
        f" on {code(result.filters.page, 60)}" if result.filters.page else "",
    ]
    number = count(result.total, "recording")
    many = f"The newest {number}" if result.more else number
    told = f"{many}{''.join(wanted)} in the last {length(result.look_back)}"
    if result.total > 1 and result.why:
        return f"{told}, most relevant first ({result.why})"
    return told


def _people_of(recordings: tuple[Recording, ...]) -> list[Person]:
    people = {each.person.id: each.person for each in recordings if each.person}
    return list(people.values())
