"""Recordings and people in a line each; pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Identifier, Person, Recording, SharedReplay, Summary
from integrations.zendesk.text import counted, length, length_ms, link, safe, when
from integrations.zendesk.ways import DOUBTFUL

MAX_LINES = 4
_GOES_ON = "still recording"


def listed(lines: Iterable[str], limit: int = MAX_LINES) -> str:
    """A list of the first lines, and how many there are more."""
    every = list(lines)
    # The last line is no shorter for saying that there is one more.
    if len(every) == limit + 1:
        limit += 1
    more = len(every) - limit
    shown = "".join(f"<li>{line}</li>" for line in every[:limit])
    return f"<ul>{shown}{f'<li>and {more} more</li>' if more > 0 else ''}</ul>"


def joined(parts: Iterable[str]) -> str:
    """Facts on one line; those that are not known are left out."""
    return " · ".join(part for part in parts if part)


def errors_of(summary: Summary) -> int:
    """How many errors there were. The lines are cut where there are very many, and
    uncaught ones are console errors too."""
    return max(
        summary.console.get("error", 0), sum(one.count for one in summary.errors)
    )


def replay_line(replay: SharedReplay, *, who: bool, by: Identifier | None) -> str:
    """A replay with its link; ``who`` it is of where that differs."""
    summary = replay.summary
    troubles = [
        counted(errors, "error") if (errors := errors_of(summary)) else "",
        counted(summary.network_failing, "failed request")
        if summary.network_failing
        else "",
    ]
    return joined(
        (
            link(replay.watch_url, "Watch"),
            when(summary.start),
            length_ms(summary.duration_ms),
            ", ".join(filter(None, troubles)) or "no errors",
            _GOES_ON if replay.recording.ongoing else "",
            _whose(replay.recording, by) if who else "",
        )
    )


def recording_line(
    recording: Recording,
    *,
    who: bool = False,
    by: Identifier | None = None,
    reason: str = "",
) -> str:
    """A recording that was not exported, and the ``reason`` where it could not be."""
    errors = recording.console_error_count
    kept_in = (recording.source, *recording.sources)
    source = "Open in PostHog" if "posthog" in kept_in else "Open at the source"
    return joined(
        (
            when(recording.start),
            length(recording.duration),
            counted(errors, "console error") if errors else "",
            _GOES_ON if recording.ongoing else "",
            _whose(recording, by) if who else "",
            safe(reason),
            link(recording.url, source) if recording.url else "",
        )
    )


def person_name(person: Person) -> str:
    """Jane Doe (jane@example.com)."""
    name, email = person.name.strip(), person.email
    if email and email != name:
        return safe(f"{name} ({email})" if name else email, 120)
    return safe(name or person.id, 120)


def owner(recording: Recording) -> str:
    """Whose recording it is, as far as the source says."""
    if recording.person:
        return person_name(recording.person)
    return safe(recording.distinct_id or "", 120)


def _whose(recording: Recording, by: Identifier | None) -> str:
    name = owner(recording)
    doubt = by.known_by if by and by.known_by in DOUBTFUL else ""
    return f"{name} ({doubt})" if name and doubt else name
