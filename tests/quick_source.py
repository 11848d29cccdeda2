"""A source of as many small recordings as a test wants, without a server to ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.errors import NotFound
from bot.model import Identifier, IdentifierKind, Person, Recording, RecordingsPage

FIRST = datetime(2026, 11, 1, 8, tzinfo=UTC)
PEOPLE = 7


def person(number: int) -> Person:
    name = f"Person {number}"
    ids = (f"user-{number}", f"anonymous-{number}")
    return Person(f"p{number}", name, f"person{number}@example.com", ids)


class QuickSource:
    """``count`` recordings a minute apart, of a few people in turn. What is in
    ``errors`` is raised for the recordings it names; ``asked`` counts what was
    fetched."""

    def __init__(
        self, count: int, *, first: datetime = FIRST, name: str = "quick"
    ) -> None:
        self.name = name
        self.recordings = {
            f"session-{number:05}": self._recording(number, first)
            for number in range(count)
        }
        self.errors: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.pages = 0

    def _recording(self, number: int, first: datetime) -> Recording:
        start = first + timedelta(minutes=number)
        whose = person(number % PEOPLE)
        return Recording(
            f"session-{number:05}",
            self.name,
            start,
            timedelta(seconds=2),
            end=start + timedelta(seconds=2),
            distinct_id=whose.distinct_ids[0],
            person=whose,
            start_url=f"https://shop.test/page-{number % 3}",
            console_error_count=number % 2,
            browser="Firefox",
            os="Linux",
            device="Desktop",
        )

    def find_people(self, identifier: Identifier) -> list[Person]:
        value = identifier.value
        return [
            one
            for one in map(person, range(PEOPLE))
            if value in (one.id, one.email, *one.distinct_ids)
            and identifier.kind is not IdentifierKind.RECORDING
        ]

    def recordings_of(
        self, person: Person, *, since: datetime, limit: int
    ) -> list[Recording]:
        newest_first = list(self.recordings.values())[::-1]
        theirs = [one for one in newest_first if one.person == person]
        return [one for one in theirs if one.start >= since][:limit]

    def recordings_between(
        self, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> RecordingsPage:
        self.pages += 1
        if error := self.errors.get("list"):
            raise error
        newest_first = list(self.recordings.values())[::-1]
        wanted = [one for one in newest_first if since <= one.start < until]
        at = int(after or 0)
        more = at + limit < len(wanted)
        page = tuple(wanted[at : at + limit])
        return RecordingsPage(page, str(at + limit) if more else None)

    def recording(self, recording_id: str) -> Recording:
        if error := self.errors.get("recording"):
            raise error
        if recording_id not in self.recordings:
            raise NotFound(recording_id)
        return self.recordings[recording_id]

    def snapshot_lines(self, recording: Recording) -> Iterator[bytes]:
        self.asked.append(recording.id)
        if error := self.errors.get(recording.id):
            raise error
        yield from lines(recording)

    def recordings_enabled(self) -> bool | None:
        return True

    def check(self) -> list[object]:
        return []


def lines(recording: Recording) -> Iterator[bytes]:
    """A page, a console line and an input event, over the recording's time."""
    began = int(recording.start.timestamp() * 1000)
    size = {"href": recording.start_url, "width": 800, "height": 600}
    page = {"type": 0, "id": 1, "childNodes": []}
    offset = {"left": 0, "top": 0}
    said = {
        "plugin": "rrweb/console@1",
        "payload": {"level": "error", "payload": ['"no"'], "trace": []},
    }
    length = int(recording.duration.total_seconds() * 1000)
    for after, kind, data in (
        (0, 4, size),
        (1, 2, {"node": page, "initialOffset": offset}),
        (2, 6, said),
        (length, 3, {"source": 2, "type": 2, "id": 1, "x": 1, "y": 1}),
    ):
        event = {"type": kind, "data": data, "timestamp": began + after}
        yield json.dumps(["w1", event]).encode()
