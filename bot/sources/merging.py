"""What several sources tell of one recording or person, as one; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.model import Person, Recording

S = TypeVar("S")
# PostHog's part of a session that goes on is a minute late, and clocks are read anew.
_LITTLE = timedelta(minutes=2)
# Each is filled from the next where it is not known.
_FACTS = (
    "distinct_id",
    "start_url",
    "browser",
    "os",
    "device",
    "url",
)
# Whoever saw more of a session counted more.
_COUNTS = (
    "active",
    "click_count",
    "keypress_count",
    "console_error_count",
    "exception_count",
)


def best_first(
    told: Sequence[tuple[S, Recording]],
) -> tuple[tuple[S, Recording], ...]:
    """In the order given, but first those that have the session from its beginning to
    its end: one that was turned on in its middle has no picture of what was before."""
    start = min(recording.start for _, recording in told)
    end = max(map(_end, (recording for _, recording in told)))

    def lacks(one: tuple[S, Recording]) -> bool:
        return one[1].start - start > _LITTLE or end - _end(one[1]) > _LITTLE

    return tuple(sorted(told, key=lacks))


def one_recording(told: Sequence[Recording]) -> Recording:
    """One recording of what sources tell of it, the one to be believed first."""
    first = told[0]
    if len(told) == 1:
        return replace(first, sources=(first.source,))
    # Whoever saw the newest of it knows whether it goes on.
    newest = max(told, key=_end)
    known: dict[str, Any] = {
        name: next(filter(None, (getattr(one, name) for one in told)), None)
        for name in _FACTS
    }
    counted: dict[str, Any] = {
        name: max(
            (n for one in told if (n := getattr(one, name)) is not None), default=None
        )
        for name in _COUNTS
    }
    expiries = [one.expires_at for one in told]
    return replace(
        first,
        **known,
        **counted,
        urls=next(filter(None, (one.urls for one in told)), ()),
        start=min(one.start for one in told),
        end=max((one.end for one in told if one.end), default=None),
        duration=max(one.duration for one in told),
        person=one_person([one.person for one in told if one.person]),
        platform=next((p for one in told if (p := one.platform) != "web"), "web"),
        ongoing=newest.ongoing,
        expires_at=None
        if None in expiries
        else max(one for one in expiries if one is not None),
        sources=tuple(one.source for one in told),
    )


def one_person(told: Iterable[Person]) -> Person | None:
    """One person of what sources tell of them; None where nobody tells of any. Named as
    people are, where a source knows more than an address or id."""
    people = list(told)
    if len(people) < 2:
        return people[0] if people else None
    ids = dict.fromkeys(id_ for one in people for id_ in one.distinct_ids)
    properties: dict[str, str | int | float | bool] = {}
    for one in reversed(people):
        properties |= one.properties
    return replace(
        people[0],
        name=next(filter(_is_named, people), people[0]).name,
        email=next((one.email for one in people if one.email), None),
        distinct_ids=tuple(ids),
        properties=properties,
    )


def _is_named(person: Person) -> bool:
    name = person.name.strip().casefold()
    return bool(name) and name not in {
        (person.email or "").casefold(),
        person.id.casefold(),
        *(one.casefold() for one in person.distinct_ids),
    }


def _end(recording: Recording) -> datetime:
    return recording.end or recording.start + recording.duration
