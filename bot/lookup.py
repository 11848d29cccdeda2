"""Whose recordings are meant, and an honest reason where there are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot.errors import Gone
from bot.model import (
    SOURCE_NAMES,
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
from bot.sources import Asked, Held
from bot.sources.people import People, Somebody

# One identifier that fits more people than this says nothing about whom is meant.
_MAX_PEOPLE = 5
# How far back the reason for "nothing" is looked for.
_FAR_BACK = timedelta(days=400)
_ANY = Filters()


@dataclass(slots=True)
class _Search:
    asked: Asked
    people: People
    recordings: dict[str, list[tuple[RecordingSource, Recording]]] = field(
        default_factory=dict
    )
    """In every source that has them, by their ids."""
    found_by: dict[str, Identifier] = field(default_factory=dict)
    """The first identifier that led to a recording, by its id."""
    deleted: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unknown: list[Identifier] = field(default_factory=list)

    def is_ambiguous(self) -> bool:
        """Whether different people were found. One customer may have several profiles,
        and several colleagues one address: names tell them apart. Whom somebody chose
        from a list is none of them."""
        found: dict[str, set[str]] = {}
        for somebody in self.people:
            if not somebody.is_choice:
                person = somebody.person
                address = (person.email or person.id).casefold()
                names = found.setdefault(address, set())
                if person.name.casefold() != address:
                    names.add(person.name.casefold())
        return len(found) > 1 or any(len(one) > 1 for one in found.values())

    def recordings_since(
        self, since: datetime, limit: int
    ) -> Iterator[tuple[Somebody, RecordingSource, Recording]]:
        """What every source has of everybody, each source's newest."""
        for somebody in self.people:
            for source, person in somebody.known_as:
                ask = partial(source.recordings_of, person, since=since, limit=limit)
                for recording in self.asked.ask(source, ask) or ():
                    yield somebody, source, recording


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
    asked = Asked(sources)
    search = _Search(asked, People(asked))
    # Whom a doubtful one fits beside others are too many sooner than those others.
    for identifier in sorted(given, key=lambda one: one.is_doubtful):
        if identifier.is_doubtful and len(search.people) >= _MAX_PEOPLE:
            continue
        if not _search(identifier, search):
            search.unknown.append(identifier)
    if len(search.people) > _MAX_PEOPLE or (choosing and search.is_ambiguous()):
        return NothingFound(
            given,
            Reason.AMBIGUOUS,
            f"That fits {len(search.people)} people.",
            "Give the whole e-mail address, the user id or a session id.",
            tuple(one.person for one in search.people),
        )
    search.people.find_elsewhere()
    people = tuple(one.person for one in search.people)
    every = _recordings(search, since=now - look_back, limit=limit + 1)
    if not every:
        asked.raise_silence()
        return _why(given, search, people, look_back, now)
    wanted = [one for one in every if matches(one, filters)]
    if not wanted:
        asked.raise_silence()
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
        silent=asked.silent,
    )


def matches(recording: Recording, filters: Filters) -> bool:
    """Whether the recording is as wanted, as far as its source says."""
    if filters.errors_only and not errors_of(recording, None):
        return False
    pages = [*recording.urls, recording.start_url or ""]
    wanted = filters.page.casefold()
    return not wanted or any(wanted in page.casefold() for page in pages)


def _search(identifier: Identifier, search: _Search) -> bool:
    """Whether anything is known by the identifier; what, is added to the search."""
    if identifier.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID):
        try:
            held = search.asked.recording(identifier.value)
        except Gone:
            search.deleted.append(identifier.value)
            return True
        if held is not None:
            search.recordings[held.recording.id] = list(held.by)
            # Whoever names it, it is that one recording and nobody's others.
            named = replace(identifier, is_doubtful=False)
            search.found_by.setdefault(held.recording.id, named)
            return True
        if identifier.kind is IdentifierKind.RECORDING:
            search.missing.append(identifier.value)
            return False
    return search.people.find(identifier)


def _recordings(search: _Search, *, since: datetime, limit: int) -> list[Recording]:
    """Everybody's since then, and those that were named, each once; newest first."""
    whose: dict[str, Somebody] = {}
    for somebody, source, recording in search.recordings_since(since, limit):
        search.recordings.setdefault(recording.id, []).append((source, recording))
        search.found_by.setdefault(recording.id, somebody.found_by)
        whose.setdefault(recording.id, somebody)
    erased = search.asked.erased(search.recordings)
    every = []
    for recording_id, told in search.recordings.items():
        if recording_id in erased:
            continue
        recording = Held.of(told).recording
        owner = whose.get(recording_id)
        if owner is not None and len(owner.known_as) > 1:
            recording = replace(recording, person=owner.person)
        every.append(recording)
    return sorted(every, key=lambda one: one.start)[::-1]


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
    return _why_no_session(given, search, people, look_back, now)


def _why_no_session(
    given: tuple[Identifier, ...],
    search: _Search,
    people: tuple[Person, ...],
    look_back: timedelta,
    now: datetime,
) -> NothingFound:
    days = _spoken(look_back)
    every = search.recordings_since(now - _FAR_BACK, 1)
    told = {one.id: one for _, _, one in every}
    erased = search.asked.erased(told)
    older = [one for one in told.values() if one.id not in erased]
    search.asked.raise_silence()
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
            f"Retention is set in {_places(one.source for one in older)}; what is gone"
            " cannot be brought back.",
            people,
        )
    records = {
        source.name: search.asked.ask(source, source.recordings_enabled)
        for source in search.asked.sources
    }
    if False in records.values() and True not in records.values():
        off = _places(name for name, is_on in records.items() if is_on is False)
        return NothingFound(
            given,
            Reason.RECORDING_OFF,
            "This person is known, but session recording is switched off.",
            f"An administrator can turn it on in the settings of {off}.",
            people,
        )
    return NothingFound(
        given,
        Reason.NO_SESSION,
        "This person is known, but no recording of them is kept: none was made, or it"
        " is past its retention.",
        "Who is on the site just now is found in a few seconds: ask again. Otherwise"
        " their browser may block recording, or they were not sampled; try another of"
        " their addresses, or a session id.",
        people,
    )


def _places(names: Iterable[str]) -> str:
    return " and ".join(SOURCE_NAMES.get(one, one) for one in dict.fromkeys(names))


def _spoken(look_back: timedelta) -> str:
    hours = round(look_back.total_seconds() / 3600)
    if hours < 48:
        return f"{hours} hours" if hours != 1 else "hour"
    return f"{round(hours / 24)} days"
