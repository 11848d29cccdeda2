"""Several sources as one: the same session, the same person, and who is silent."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Gone, NotFound, Refused, RetryLater
from bot.exporter.remote import export_recording, is_settled
from bot.lookup import look_up
from bot.model import (
    Filters,
    Found,
    Identifier,
    IdentifierKind,
    Person,
    Reason,
    Recording,
    told_silence,
)
from bot.policy import RedactionPolicy
from bot.sources import Asked, recording_by_id
from tests import recorded

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)
BEGAN = datetime(2026, 11, 23, 11, 1, 45, tzinfo=UTC)
LENGTH = timedelta(seconds=39)
EMAIL = Identifier(IdentifierKind.EMAIL, "jane@example.com")
JANE = Person("p1", "Jane Doe", "jane@example.com", ("u-42", "anon-1"), {"plan": "pro"})
OUR_JANE = Person(
    "7", "jane@example.com", "Jane@example.com", ("anon-1",), {"seats": 3}
)


class Shelf:
    """A source of recorded files and the people it was given."""

    def __init__(self, name, *recordings, people=(), file="checkout"):
        self.name = name
        self.recordings = {one.id: replace(one, source=name) for one in recordings}
        self.people = list(people)
        self.file = file
        self.failure = None
        self.lost = None
        self.records = None
        self.asked = []

    def find_people(self, identifier):
        self._answer(identifier.value)
        value = identifier.value.casefold()
        return [
            one
            for one in self.people
            if {
                IdentifierKind.PERSON: value == one.id,
                IdentifierKind.EMAIL: value == (one.email or "").casefold(),
            }.get(identifier.kind, value in one.distinct_ids)
        ]

    def recordings_of(self, person, *, since, limit):
        self._answer(person.id)
        mine = [one for one in self.recordings.values() if one.start >= since]
        mine = [one for one in mine if one.person is None or one.person.id == person.id]
        return sorted(mine, key=lambda one: one.start)[::-1][:limit]

    def recording(self, recording_id):
        self._answer(recording_id)
        if recording_id not in self.recordings:
            raise NotFound(recording_id)
        found = self.recordings[recording_id]
        if isinstance(found, Exception):
            raise found
        return found

    def snapshot_lines(self, recording):
        self._answer(recording.id)
        lines = gzip.decompress(recorded.snapshots(self.file).read_bytes()).split(b"\n")
        yield from lines[: len(lines) // 2 if self.lost else None]
        if self.lost:
            raise self.lost

    def recordings_enabled(self):
        return self.records

    def check(self):
        return ()

    def _answer(self, value):
        self.asked.append(value)
        if self.failure is not None:
            raise self.failure


class House(Shelf):
    """Ours, where recordings are erased on purpose."""

    def __init__(self, *recordings, erased=(), **more):
        super().__init__("capture", *recordings, **more)
        self.gone = set(erased)

    def erased(self, recording_ids):
        return self.gone & set(recording_ids)


def recording(name="r1", start=BEGAN, **more):
    more = {"duration": LENGTH, "end": start + LENGTH, **more}
    return Recording(name, "?", start, **more)


def find(sources, *identifiers, **options):
    options = {"look_back": timedelta(days=14), "limit": 10, "now": NOW, **options}
    return look_up(sources, identifiers or (EMAIL,), **options)


def both(ours=(), theirs=()):
    """What each source has of Jane, whom both know."""
    return (
        House(*ours, people=[OUR_JANE]),
        Shelf("posthog", *theirs, people=[JANE]),
    )


def test_a_session_in_two_sources_is_one_recording_with_all_that_is_known_of_it():
    ours = recording(
        urls=("https://shop.test/", "https://shop.test/cart"), click_count=9
    )
    theirs = recording(
        url="https://us.posthog.com/replay/r1", click_count=7, keypress_count=2
    )
    theirs = replace(theirs, start=BEGAN + timedelta(seconds=1), browser="Firefox")
    found = find(both([ours], [theirs, recording("r2", BEGAN - timedelta(hours=1))]))
    assert [(one.id, one.sources) for one in found.recordings] == [
        ("r1", ("capture", "posthog")),
        ("r2", ("posthog",)),
    ]
    assert found.total == 2
    one = found.recordings[0]
    assert (one.source, one.url, one.browser, one.start) == (
        "capture",
        "https://us.posthog.com/replay/r1",
        "Firefox",
        BEGAN,
    )
    assert (one.urls, one.click_count, one.keypress_count) == (ours.urls, 9, 2)
    assert one.person == found.people[0]


def test_a_person_in_two_sources_is_one_and_no_question():
    found = find(both([recording()]), choosing=True)
    assert isinstance(found, Found)
    [person] = found.people
    assert (person.id, person.name) == ("7", "Jane Doe")
    assert person.distinct_ids == ("anon-1", "u-42")
    assert person.properties == {"seats": 3, "plan": "pro"}


def test_colleagues_with_one_address_stay_two_people_of_two_sources_each():
    joan = Person("p2", "Joan", "jane@example.com", ("u-43",))
    house = House(people=[replace(joan, id="8", name="jane@example.com"), OUR_JANE])
    posthog = Shelf("posthog", people=[JANE, joan])
    result = find([house, posthog], choosing=True)
    assert result.reason is Reason.AMBIGUOUS
    assert [one.name for one in result.people] == ["Joan", "Jane Doe"]


@pytest.mark.parametrize("chosen", ["7", "p1"])
def test_whom_somebody_chose_by_one_sources_id_brings_the_others_recordings(chosen):
    sources = both([recording("ours")], [recording("theirs")])
    found = find(sources, Identifier(IdentifierKind.PERSON, chosen), choosing=True)
    assert {one.id for one in found.recordings} == {"ours", "theirs"}
    assert len(found.people) == 1


def test_of_two_with_the_address_of_whom_was_chosen_only_they_are_shown():
    joan = Person("p2", "Joan", "jane@example.com", ("u-43",))
    house = House(people=[OUR_JANE])
    posthog = Shelf(
        "posthog",
        recording("hers", person=JANE),
        recording("joans", person=joan),
        people=[JANE, joan],
    )
    chosen = Identifier(IdentifierKind.PERSON, "7")
    found = find([house, posthog], chosen, choosing=True)
    assert [one.id for one in found.recordings] == ["hers"]


def test_who_is_known_by_a_user_id_in_one_source_is_found_by_it_in_both():
    """Before she logged in, ours knows her by the anonymous id alone."""
    anonymous = Person("9", "anon-1", None, ("anon-1",))
    house = House(recording("ours"), people=[anonymous])
    posthog = Shelf("posthog", recording("theirs"), people=[JANE])
    found = find([house, posthog], Identifier(IdentifierKind.DISTINCT_ID, "u-42"))
    assert {one.id for one in found.recordings} == {"ours", "theirs"}


def test_nobody_is_asked_the_same_twice():
    house, posthog = House(), Shelf("posthog", recording(), people=[JANE])
    find([house, posthog])
    assert house.asked == ["jane@example.com", "u-42", "anon-1"]


@pytest.mark.parametrize(
    "failure", [RetryLater("away"), Refused("the key was revoked")], ids=repr
)
def test_a_silent_source_is_named_and_hides_nothing(failure):
    house, posthog = both([recording()])
    posthog.failure = failure
    found = find([house, posthog])
    assert [one.id for one in found.recordings] == ["r1"]
    assert found.silent == ("posthog",)
    assert posthog.asked == ["jane@example.com"], "asked once"
    line = told_silence(found.silent)
    assert line == "PostHog did not answer: there may be more."


def test_nothing_is_not_said_while_a_source_is_silent():
    house, posthog = both([recording()])
    posthog.failure = RetryLater("away")
    with pytest.raises(RetryLater, match="away"):
        find([house, posthog], filters=Filters(errors_only=True))
    house.recordings.clear()
    with pytest.raises(RetryLater, match="away"):
        find([house, posthog])
    with pytest.raises(RetryLater, match="away"):
        recording_by_id([house, posthog], "r1")


def test_a_source_that_is_alone_says_itself_why_it_does_not_answer():
    posthog = Shelf("posthog", recording(), people=[JANE])
    posthog.failure = Refused("the key was revoked")
    with pytest.raises(Refused, match="revoked"):
        find([posthog])


def test_what_posthog_deleted_and_ours_has_is_there():
    house, posthog = both([recording()])
    posthog.recordings["r1"] = Gone("deleted")
    named = Identifier(IdentifierKind.RECORDING, "r1")
    assert [one.id for one in find([house, posthog], named).recordings] == ["r1"]
    house.recordings.clear()
    assert find([house, posthog], named).reason is Reason.DELETED


def test_what_was_erased_here_stays_erased_whoever_still_has_it():
    theirs = [recording("r1"), recording("r2")]
    house, posthog = both(theirs=theirs)
    house.gone = {"r1"}
    assert [one.id for one in find([house, posthog]).recordings] == ["r2"]
    named = Identifier(IdentifierKind.RECORDING, "r1")
    assert find([house, posthog], named).reason is Reason.DELETED
    with pytest.raises(Gone):
        recording_by_id([house, posthog], "r1")


def test_why_there_is_nothing_is_said_of_all_sources():
    house, posthog = both()
    house.records, posthog.records = True, False
    assert find([house, posthog]).reason is Reason.NO_SESSION, "ours records"
    house.records = None
    nothing = find([house, posthog])
    assert nothing.reason is Reason.RECORDING_OFF
    assert "PostHog" in nothing.advice
    old = recording(start=NOW - timedelta(days=100), expires_at=NOW - timedelta(days=9))
    house.recordings["r1"] = replace(old, source="capture")
    nothing = find([house, posthog])
    assert nothing.reason is Reason.PAST_RETENTION
    assert "set in the capture store;" in nothing.advice
    posthog.recordings["r1"] = replace(old, source="posthog", expires_at=None)
    assert find([house, posthog]).reason is Reason.NO_SESSION


def exported(held):
    return export_recording(held, redaction=RedactionPolicy(), now=NOW)


def test_events_come_from_ours_first_and_are_named_after_it():
    held = recording_by_id(both([recording()], [recording()]), "r1")
    with exported(held) as made:
        assert made.manifest.source == "capture"
        assert is_settled(made, held, NOW)


@pytest.mark.parametrize(
    "failure", [RetryLater("away"), NotFound("lost"), Gone("gone")], ids=repr
)
def test_what_ours_lost_half_way_comes_whole_from_the_next_and_is_asked_again(failure):
    sources = both([recording()], [recording()])
    sources[0].lost = failure
    held = recording_by_id(sources, "r1")
    with exported(held) as made:
        assert made.manifest.source == "posthog"
        assert made.manifest.summary.events == recorded.facts("checkout")["events"]
        assert not is_settled(made, held, NOW)
    sources[1].lost = NotFound("theirs too")
    with pytest.raises(type(failure), match=str(failure)):
        exported(held)


def test_what_may_come_later_is_waited_for_before_it_is_given_up():
    sources = both([recording()], [recording()])
    sources[0].lost, sources[1].lost = NotFound("lost"), RetryLater("away")
    with pytest.raises(RetryLater):
        exported(recording_by_id(sources, "r1"))


def test_what_was_turned_on_in_the_middle_of_a_session_gives_way():
    """Nothing of what was on the page before is in it."""
    theirs = recording(duration=timedelta(hours=1), end=BEGAN + timedelta(hours=1))
    ours = recording(start=BEGAN + timedelta(minutes=50))
    held = recording_by_id(both([ours], [theirs]), "r1")
    assert [source.name for source, _ in held.by] == ["posthog", "capture"]
    assert (held.recording.source, held.recording.start) == ("posthog", BEGAN)


def test_whether_it_goes_on_is_told_by_who_saw_the_newest_of_it():
    """Not by an archive made while it went on, nor by a source that lags."""
    stale = recording(ongoing=True)
    ended = recording(end=BEGAN + timedelta(minutes=1), duration=timedelta(minutes=1))
    archive = Shelf("archive", stale)
    held = recording_by_id([Shelf("posthog", ended), archive], "r1")
    assert not held.recording.ongoing
    assert held.recording.duration == timedelta(minutes=1)


def test_a_replay_made_while_a_source_was_silent_is_not_the_last_word():
    house, posthog = both([recording()], [recording()])
    house.failure = RetryLater("away")
    held = recording_by_id([house, posthog], "r1")
    house.failure = None
    with exported(held) as made:
        assert not is_settled(made, held, NOW)


def test_erased_is_asked_only_where_things_are_erased():
    assert Asked(both()).erased(["r1"]) == frozenset()
