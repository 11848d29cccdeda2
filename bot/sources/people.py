"""Who is whom among the people that sources know: the same address or a shared distinct
id make one person of two sources' two. What one source keeps apart stays apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.model import Identifier, IdentifierKind, Person
from bot.ports import RecordingSource
from bot.sources.asking import Asked
from bot.sources.merging import one_person

# A source that does not know somebody's address is asked for so many of their ids.
_IDS_TRIED = 3


@dataclass(slots=True)
class Somebody:
    """One person, and who they are in each source that knows them."""

    known_as: list[tuple[RecordingSource, Person]]
    found_by: Identifier
    """The first identifier that led to them."""
    is_choice: bool = False
    """Somebody chose them from a list, and meant nobody else."""

    @property
    def person(self) -> Person:
        """What is known of them anywhere."""
        person = one_person(person for _, person in self.known_as)
        assert person is not None  # noqa: S101 (nobody is nobody)
        return person

    def knows(self, source: RecordingSource) -> bool:
        """Whether they were found in that source."""
        return any(one.name == source.name for one, _ in self.known_as)


class People:
    """Those that were found for one question, each once."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._all: list[Somebody] = []
        self._answers: dict[tuple[str, IdentifierKind, str], list[Person]] = {}

    def __iter__(self) -> Iterator[Somebody]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def find(self, identifier: Identifier) -> bool:
        """Whether anybody is known by the identifier anywhere; they are added."""
        found = False
        for source in self._asked.sources:
            for person in self._ask(source, identifier):
                self._add(source, person, identifier)
                found = True
        return found

    def find_elsewhere(self) -> None:
        """Look for everybody in the sources that were not found to know them: what was
        asked for may be known in one source alone, such as its own id of a person."""
        for somebody in list(self._all):
            for source in self._asked.sources:
                if not somebody.knows(source):
                    self._find_in(source, somebody)

    def _find_in(self, source: RecordingSource, somebody: Somebody) -> None:
        person = somebody.person
        ways = [(IdentifierKind.EMAIL, person.email)] if person.email else []
        ids = [(IdentifierKind.DISTINCT_ID, one) for one in person.distinct_ids]
        for kind, value in [*ways, *ids[:_IDS_TRIED]]:
            found = self._ask(source, Identifier(kind, value))
            somebody.known_as += [
                (source, one)
                for one in _nearest(found, person)
                if self._whose(source, one) is None
            ]
            if somebody.knows(source):
                return

    def _ask(self, source: RecordingSource, identifier: Identifier) -> list[Person]:
        key = (source.name, identifier.kind, identifier.value)
        if key not in self._answers:
            found = self._asked.ask(source, lambda: source.find_people(identifier))
            self._answers[key] = found or []
        return self._answers[key]

    def _add(
        self, source: RecordingSource, person: Person, identifier: Identifier
    ) -> None:
        is_choice = identifier.kind is IdentifierKind.PERSON
        somebody = self._whose(source, person) or self._like(source, person)
        if somebody is None:
            somebody = Somebody([(source, person)], identifier, is_choice)
            self._all.append(somebody)
            return
        somebody.is_choice &= is_choice
        if not self._whose(source, person):
            somebody.known_as.append((source, person))

    def _whose(self, source: RecordingSource, person: Person) -> Somebody | None:
        """Who they were found to be before."""
        for somebody in self._all:
            for known_in, known in somebody.known_as:
                if (known_in.name, known.id) == (source.name, person.id):
                    return somebody
        return None

    def _like(self, source: RecordingSource, person: Person) -> Somebody | None:
        """Who they are in the other sources."""
        others = [one for one in self._all if not one.knows(source)]
        like = [one for one in others if _is_same(one.person, person)]
        nearest = _nearest([one.person for one in like], person)
        return next((one for one in like if one.person in nearest), None)


def _is_same(one: Person, other: Person) -> bool:
    email = (one.email or "").casefold()
    return _shares_id(one, other) or (
        bool(email) and email == (other.email or "").casefold()
    )


def _shares_id(one: Person, other: Person) -> bool:
    return not set(one.distinct_ids).isdisjoint(other.distinct_ids)


def _nearest(found: list[Person], person: Person) -> list[Person]:
    """Of colleagues with one address those who share an id with the person, or else are
    called the same; everybody where that tells nobody apart."""
    name = person.name.casefold()
    return (
        [one for one in found if _shares_id(one, person)]
        or [one for one in found if one.name.casefold() == name]
        or found
    )
