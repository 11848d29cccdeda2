"""Whose recordings are meant, and an honest reason where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import Gone, NotFound
from bot.model import (
    Filters,
    Found,
    Identifier,
    IdentifierKind,
    NothingFound,
    Person,
    Reason,
    Recording,
)
from bot.ports import RecordingSource
from bot.ranking import errors_of

# One identifier that fits more people than this says nothing about whom is meant.
_MAX_PEOPLE = 5
# How far back the reason for "nothing" is looked for.
_FAR_BACK = timedelta(days=400)
_ANY = Filters()


@dataclass(slots=True)
class _Search:
    people: dict[str, tuple[RecordingSource, Person]] = field(default_factory=dict)
    found_by: dict[str, Identifier] = field(default_factory=dict)
    """The first identifier that led to a person or recording, by their ids."""
    recordings: dict[str, Recording] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unknown: list[Identifier] = field(default_factory=list)
    found: dict[str, set[str]] = field(default_factory=dict)
    """Who was found by what they are called: names by address. Whom somebody chose from
    a list is not among them."""

    def is_ambiguous(self) -> bool:
        """Whether different people were found. One customer may have several profiles,
        and several colleagues one address."""
        return len(self.found) > 1 or any(len(one) > 1 for one in self.found.values())


def look_up(
    sources: Sequence[RecordingSource],
    identifiers: Sequence[Identifier],
    *,
    look_back: timedelta,
    limit: int,
    now: datetime,
    filters: Filters = _ANY,
    choosing: bool = False,
) -> Found | NothingFound:
    """The recordings meant by identifiers, newest first, or why there are none.

    A recording named by id is answered whatever its age. With ``choosing``, whose are
    meant is left to whoever asked where several people fit. Raises what sources raise.
    """
    given = tuple(identifiers)
    if not given:
        return NothingFound(
            given,
            Reason.NO_IDENTIFIER,
            "I found no e-mail address, user id, session id or PostHog replay link in"
            " that.",
            "Try an e-mail address, such as jane@example.com.",
        )
    search = _Search()
    # Whom a doubtful one fits beside others are too many sooner than those others.
    for identifier in sorted(given, key=lambda one: one.is_doubtful):
        if identifier.is_doubtful and len(search.people) >= _MAX_PEOPLE:
            continue
        known = [_search(source, identifier, search) for source in sources]
        if not any(known):
            search.unknown.append(identifier)
    people = tuple(person for _, person in search.people.values())
    if len(people) > _MAX_PEOPLE or (choosing and search.is_ambiguous()):
        return NothingFound(
            given,
            Reason.AMBIGUOUS,
            f"That fits {len(people)} people.",
            "Give the whole e-mail address, the user id or a session id.",
            people,
        )
    since = now - look_back
    for key, (source, person) in search.people.items():
        for recording in source.recordings_of(person, since=since, limit=limit + 1):
            search.recordings[recording.id] = recording
            search.found_by.setdefault(recording.id, search.found_by[key])
    if search.recordings:
        every = sorted(search.recordings.values(), key=lambda one: one.start)[::-1]
        wanted = [one for one in every if matches(one, filters)]
        if not wanted:
            return _none_matches(given, len(every), look_back, filters, people)
        return Found(
            given,
            tuple(wanted[:limit]),
            look_back,
            people,
            total=min(len(wanted), limit),
            more=len(every) > limit,
            filters=filters,
            unknown=tuple(search.unknown),
            found_by={one.id: search.found_by[one.id] for one in wanted[:limit]},
        )
    return _why(sources, given, search, people, look_back, now)


def matches(recording: Recording, filters: Filters) -> bool:
    """Whether the recording is as wanted, as far as its source says."""
    if filters.errors_only and not errors_of(recording, None):
        return False
    pages = [*recording.urls, recording.start_url or ""]
    wanted = filters.page.casefold()
    return not wanted or any(wanted in page.casefold() for page in pages)


def recording_by_id(
    sources: Sequence[RecordingSource], recording_id: str
) -> tuple[RecordingSource, Recording]:
    """One recording and the source that has it. Raises NotFound, or Gone."""
    missing: NotFound | None = None
    for source in sources:
        try:
            return source, source.recording(recording_id)
        except NotFound as error:
            missing = missing if isinstance(missing, Gone) else error
    raise missing or NotFound(
        f"recording {recording_id}: no source of recordings is configured"
    )


def _search(source: RecordingSource, identifier: Identifier, search: _Search) -> bool:
    """Whether the source knows anything by the identifier; what, is added to the
    search."""
    if identifier.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID):
        try:
            recording = source.recording(identifier.value)
        except Gone:
            search.deleted.append(identifier.value)
            return True
        except NotFound:
            if identifier.kind is IdentifierKind.RECORDING:
                search.missing.append(identifier.value)
                return False
        else:
            search.recordings[recording.id] = recording
            # Whoever names it, it is that one recording and nobody's others.
            named = replace(identifier, is_doubtful=False)
            search.found_by.setdefault(recording.id, named)
            return True
    found = source.find_people(identifier)
    for person in found:
        key = f"{source.name}:{person.id}"
        search.people[key] = (source, person)
        search.found_by.setdefault(key, identifier)
        if identifier.kind is not IdentifierKind.PERSON:
            address = (person.email or person.id).casefold()
            names = search.found.setdefault(address, set())
            if person.name.casefold() != address:
                names.add(person.name.casefold())
    return bool(found)


def _none_matches(
    given: tuple[Identifier, ...],
    total: int,
    look_back: timedelta,
    filters: Filters,
    people: tuple[Person, ...],
) -> NothingFound:
    wanted = [
        *(["has errors"] if filters.errors_only else []),
        *([f"was on {filters.page}"] if filters.page else []),
    ]
    options = [
        *(["`errors only`"] if filters.errors_only else []),
        *(["`on …`"] if filters.page else []),
    ]
    there = "there is one" if total == 1 else f"there are {total}"
    explanation = (
        f"No recording in the last {_spoken(look_back)} {' and '.join(wanted)};"
        f" {there} in all."
    )
    advice = f"Ask again without {' and '.join(options)}, or look further back."
    return NothingFound(given, Reason.FILTERED, explanation, advice, people)


def _why(
    sources: Sequence[RecordingSource],
    given: tuple[Identifier, ...],
    search: _Search,
    people: tuple[Person, ...],
    look_back: timedelta,
    now: datetime,
) -> NothingFound:
    if search.deleted:
        return NothingFound(
            given,
            Reason.DELETED,
            f"Recording {search.deleted[0]} was deleted.",
            "It cannot be brought back. Ask for the person's other sessions instead.",
        )
    if search.missing:
        return NothingFound(
            given,
            Reason.PAST_RETENTION,
            f"There is no recording {search.missing[0]}: it is past its retention, or"
            " belongs to another project.",
            "Check the link's project, or ask for the person's other sessions.",
        )
    if not people:
        return NothingFound(
            given,
            Reason.UNKNOWN_PERSON,
            "Nobody is known by that.",
            "Check the spelling, or try the user id your app identifies people by.",
        )
    return _why_no_session(sources, given, search, people, look_back, now)


def _why_no_session(
    sources: Sequence[RecordingSource],
    given: tuple[Identifier, ...],
    search: _Search,
    people: tuple[Person, ...],
    look_back: timedelta,
    now: datetime,
) -> NothingFound:
    days = _spoken(look_back)
    older = [
        recording
        for source, person in search.people.values()
        for recording in source.recordings_of(person, since=now - _FAR_BACK, limit=1)
    ]
    live = [one for one in older if one.expires_at is None or one.expires_at > now]
    if live:
        last = max(one.start for one in live)
        ago = (now - last).days + 1
        return NothingFound(
            given,
            Reason.NO_SESSION,
            f"No session in the last {days}; the last one was on {last:%-d %B %Y}.",
            f"Look further back: add `last {ago}d`.",
            people,
        )
    if older:
        return NothingFound(
            given,
            Reason.PAST_RETENTION,
            "There were sessions, but they are past their retention.",
            "Retention is set in PostHog; what is gone cannot be brought back.",
            people,
        )
    if any(source.recordings_enabled() is False for source in sources):
        return NothingFound(
            given,
            Reason.RECORDING_OFF,
            "This person is known, but session recording is switched off.",
            "An administrator can turn it on in PostHog's project settings.",
            people,
        )
    return NothingFound(
        given,
        Reason.NO_SESSION,
        "This person is known, but no recording of them is kept: none was made, or it"
        " is past its retention.",
        "Their browser may block recording, or they were not sampled. Try another of"
        " their addresses, or a session id.",
        people,
    )


def _spoken(look_back: timedelta) -> str:
    hours = round(look_back.total_seconds() / 3600)
    if hours < 48:
        return f"{hours} hours" if hours != 1 else "hour"
    return f"{round(hours / 24)} days"
