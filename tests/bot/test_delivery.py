"""What is exported, what is used again, and which recordings a ticket's note gets."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.assets.index import AssetIndex
from bot.assets.kept import KeptAssets
from bot.audit import AuditLog
from bot.delivery import Courier, Policy
from bot.errors import Gone, NotFound, RetryLater
from bot.ledger import Ledger
from bot.model import (
    Action,
    Identifier,
    IdentifierKind,
    Note,
    Person,
    Reason,
    Recording,
    ReplayRequest,
    ReplyTo,
    Told,
)
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests import recorded
from tests.bot.jobs.test_worker import Chat
from tests.bot.test_ledger import Time
from tests.keys import sealer

RECORDED = datetime(2026, 11, 23, 11, 1, 45, tzinfo=UTC)
JANE = Person("p1", "jane@example.com")


def recording(name, start=RECORDED, **more):
    length = timedelta(seconds=39)
    return Recording(
        name, "memory", start, length, end=start + length, person=JANE, **more
    )


class Source:
    """A source whose recordings all hold the events of the checkout."""

    name = "memory"

    def __init__(self, *recordings):
        self.recordings = {one.id: one for one in recordings}
        self.exports = []
        self.errors = {}
        content = gzip.decompress(recorded.snapshots("checkout").read_bytes())
        self.lines = content.split(b"\n")

    def find_people(self, identifier):
        return [JANE]

    def recordings_of(self, person, *, since, limit):
        return list(self.recordings.values())[:limit]

    def recording(self, recording_id):
        if recording_id not in self.recordings:
            raise NotFound(recording_id)
        return self.recordings[recording_id]

    def snapshot_lines(self, one):
        self.exports.append(one.id)
        if one.id in self.errors:
            raise self.errors[one.id]
        yield from self.lines


@pytest.fixture
def time():
    time = Time()
    time.now = RECORDED + timedelta(hours=2)
    return time


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def ledger(engine, time):
    return Ledger(engine, lease=timedelta(seconds=60), clock=time)


@pytest.fixture
def chat():
    return Chat()


@pytest.fixture
def note_of(courier_of, ledger, chat, time):
    """What is posted for a request, by a worker that is killed right after."""

    def answer(source, request, *others):
        request_id, _ = ledger.accept(request)
        courier_of(source, *others).deliver(ledger.claim(request_id))
        time.pass_(seconds=61)
        return chat.posted[request_id][-1]

    return answer


@pytest.fixture
def courier_of(engine, store, time, ledger, chat):
    def make(*sources, properties=(), **options):
        return Courier(
            sources=sources,
            destinations={"chat": chat},
            ledger=ledger,
            replays=Replays(engine, store, clock=time),
            links=Links(
                engine, public_url="http://courier.test", sealer=sealer(), clock=time
            ),
            postings=Postings(engine),
            audit=AuditLog(engine),
            policy=Policy(
                timedelta(days=14),
                timedelta(days=7),
                5,
                person_properties=properties,
            ),
            clock=time,
            **options,
        )

    return make


def test_a_finished_recording_is_exported_once(courier_of):
    source = Source(recording("r1"))
    courier = courier_of(source)
    first, _ = courier.answers.stored("r1")
    again, _ = courier.answers.stored("r1")
    assert again == first
    assert source.exports == ["r1"]


def test_what_one_source_gave_is_not_exported_again_from_another(courier_of):
    """A recording first exported from PostHog, and kept by capture as well."""
    theirs = Source(replace(recording("r1"), source="posthog"))
    theirs.name = "posthog"
    ours = Source(replace(recording("r1"), source="capture"))
    ours.name = "capture"
    first, _ = courier_of(theirs).answers.stored("r1")
    again, told = courier_of(ours, theirs).answers.stored("r1")
    assert (again, ours.exports) == (first, [])
    assert told.sources == ("capture", "posthog")


def test_a_source_that_is_silent_is_named_in_the_note(courier_of, note_of, chat):
    away = Source()
    away.name = "archive"
    away.find_people = away.recording = lambda _: _raise(RetryLater("away"))
    note = note_of(Source(recording("r1")), NOTE, away)
    assert note.silent == ("archive",)


def test_that_there_is_no_news_is_not_said_while_a_source_is_silent(
    courier_of, ledger, chat
):
    away = Source()
    away.name = "archive"
    away.find_people = lambda _: _raise(RetryLater("away"))
    chat.told = Told(frozenset({"r1"}))
    request_id, _ = ledger.accept(NOTE)
    with pytest.raises(RetryLater):
        courier_of(Source(recording("r1")), away).deliver(ledger.claim(request_id))


def _raise(error):
    raise error


def test_a_recording_that_may_grow_is_exported_again_when_asked_later(courier_of, time):
    time.now = RECORDED + timedelta(minutes=5)
    source = Source(recording("r1", ongoing=True))
    courier = courier_of(source)
    courier.answers.stored("r1")
    courier.answers.stored("r1")  # a retry right after uses what was exported
    time.pass_(minutes=11)
    courier.answers.stored("r1")
    assert source.exports == ["r1", "r1"]


def test_a_replay_whose_object_was_removed_is_exported_again(courier_of, store):
    """A bucket's own rules may delete objects; a link must not lead to nothing."""
    source = Source(recording("r1"))
    courier = courier_of(source)
    kept, _ = courier.answers.stored("r1")
    store.delete(kept.object_key)
    again, _ = courier.answers.stored("r1")
    assert store.size(again.object_key) == again.manifest.payload_bytes
    assert source.exports == ["r1", "r1"]


def test_each_export_gets_a_collector_of_its_own(courier_of):
    """Where assets are wanted; what it was told to carry is in the stored replay."""
    index = AssetIndex(files=(), urls={}, missing=(), missing_count=3)
    made = []

    def collector():
        made.append(KeptAssets(index, ()))
        return made[-1]

    source = Source(recording("r1"), recording("r2"))
    courier = courier_of(source, assets=collector)
    replay, _ = courier.answers.stored("r1")
    courier.answers.stored("r2")
    assert replay.manifest.assets == index
    assert len(made) == 2


def test_a_session_that_has_only_begun_says_so(courier_of, time):
    time.now = RECORDED + timedelta(seconds=20)
    source = Source(recording("r1", ongoing=True))
    source.lines = []
    with pytest.raises(RetryLater) as error:
        courier_of(source).answers.stored("r1")
    assert "still being recorded" in error.value.plain


NOTE = ReplayRequest(
    key="zendesk:1:created",
    action=Action.NOTE,
    reply_to=ReplyTo("chat", {"room": "1"}),
    asked_by="zendesk",
    identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
)


def hours(count):
    return timedelta(hours=count)


def test_a_note_takes_the_recordings_before_the_report_first(note_of):
    """What ended just before the ticket shows its trouble; what came after does not."""
    source = Source(
        recording("after", RECORDED + hours(1)),
        recording("just before", RECORDED),
        recording("days before", RECORDED - hours(70)),
        recording("hours before", RECORDED - hours(5)),
    )
    request = replace(NOTE, about=RECORDED + timedelta(minutes=10))
    note = note_of(source, request)
    assert isinstance(note, Note)
    assert [one.recording.id for one in note.replays] == ["just before", "hours before"]
    assert [one.id for one in note.others] == ["days before", "after"]


def test_a_note_says_why_its_best_recording_is_the_best(note_of):
    """By what its export shows: the source's list knew of no errors."""
    source = Source(recording("r1"), recording("days before", RECORDED - hours(70)))
    note = note_of(source, replace(NOTE, about=RECORDED + timedelta(minutes=10)))
    assert note.replays[0].summary.network_failing
    assert note.why == "errors shortly before the customer's message"
    assert note.about == RECORDED + timedelta(minutes=10)
    assert note.people == (JANE,)


def test_a_recording_that_was_named_comes_first(note_of):
    """Whoever names it means it, however old it is."""
    source = Source(recording("named", RECORDED - hours(70)), recording("newer"))
    named = Identifier(IdentifierKind.RECORDING, "named")
    request = replace(NOTE, identifiers=(*NOTE.identifiers, named))
    source.recordings_of = lambda person, **_: [source.recordings["newer"]]
    note = note_of(source, request)
    assert [one.recording.id for one in note.replays] == ["named", "newer"]
    assert note.why == ""


def test_what_may_be_somebody_elses_comes_last(courier_of, ledger, chat):
    """However near the report it is."""
    source = Source(recording("sure", RECORDED - hours(70)), recording("doubtful"))
    doubtful = Identifier(IdentifierKind.EMAIL, "bob@b.example", is_doubtful=True)
    bob = replace(JANE, id="bob")
    source.find_people = lambda one: [JANE if one in NOTE.identifiers else bob]
    source.recordings_of = lambda person, **_: [
        source.recordings["sure" if person is JANE else "doubtful"]
    ]
    chat.complete = lambda request: replace(
        request, identifiers=(*NOTE.identifiers, doubtful)
    )
    request_id, _ = ledger.accept(NOTE)
    courier_of(source).deliver(ledger.claim(request_id))
    note = chat.posted[request_id][-1]
    assert [one.recording.id for one in note.replays] == ["sure", "doubtful"]


def test_a_note_shows_what_is_configured_of_whose_recording_it_is(
    courier_of, ledger, chat
):
    """In that order, as people read it, without what is taken out of recordings."""
    properties = {
        "company": "Acme",
        "plan": "pro, card 4111 1111 1111 1111",
        "trial": False,
        "api_key": "k-1",
        "empty": "",
    }
    source = Source(recording("r1"))
    source.find_people = lambda one: [replace(JANE, properties=properties)]
    courier = courier_of(
        source, properties=("plan", "company", "trial", "api_key", "empty", "missing")
    )
    request_id, _ = ledger.accept(NOTE)
    courier.deliver(ledger.claim(request_id))
    assert list(chat.posted[request_id][-1].properties.items()) == [
        ("plan", "pro, card [redacted]"),
        ("company", "Acme"),
        ("trial", "no"),
    ]


def test_a_links_start_is_before_the_report_where_that_is_inside(note_of):
    source = Source(recording("r1"))
    request = replace(NOTE, about=RECORDED + timedelta(seconds=35.574))
    note = note_of(source, request)
    assert note.replays[0].watch_url.endswith("#t=15")


def test_what_cannot_be_exported_is_named_and_the_rest_is_shared(note_of):
    source = Source(recording("gone"), recording("whole", RECORDED - hours(1)))
    source.errors["gone"] = Gone("410", plain="This recording was deleted.")
    note = note_of(source, NOTE)
    assert [one.recording.id for one in note.replays] == ["whole"]
    ((lost, why),) = note.unavailable
    assert (lost.id, why) == ("gone", "This recording was deleted.")


def test_answering_again_after_a_kill_leaves_one_link_each(
    courier_of, ledger, chat, engine, time
):
    """The first worker's link was never posted: its row is used again."""
    courier = courier_of(Source(recording("r1")))
    request_id, _ = ledger.accept(NOTE)
    for _ in range(2):
        chat.errors = [RetryLater("killed before it posted")]
        with pytest.raises(RetryLater):
            courier.deliver(ledger.claim(request_id))
        time.pass_(seconds=61)
    links = Links(engine, public_url="http://courier.test", sealer=sealer())
    assert len(links.entries()) == 1


def live(name, start=RECORDED, **more):
    return recording(name, start, ongoing=True, **more)


@pytest.fixture
def ended(ledger, time):
    """The one request for the end of what was going on, once it is due."""

    def look():
        time.pass_(minutes=6)
        claims = [ledger.claim(request_id) for request_id in ledger.due()]
        [claim] = [one for one in claims if one.request.action is Action.ENDED]
        return claim

    return look


def test_a_session_that_goes_on_is_told_of_again_when_it_has_ended(
    courier_of, note_of, ended, chat
):
    source = Source(live("r1"))
    note_of(source, NOTE)
    claim = ended()
    assert (claim.request.action, claim.request.recording_id) == (Action.ENDED, "r1")
    longer = replace(recording("r1"), end=RECORDED + timedelta(minutes=3))
    source.recordings["r1"] = longer
    courier_of(source).deliver(claim)
    [note] = chat.posted[claim.id]
    assert [one.recording for one in note.replays] == [longer]


def test_nobody_is_told_while_the_session_goes_on(courier_of, note_of, ended, chat):
    source = Source(live("r1"))
    note_of(source, NOTE)
    claim = ended()
    exports = list(source.exports)
    with pytest.raises(RetryLater) as caught:
        courier_of(source).deliver(claim)
    assert caught.value.after == 300
    assert source.exports == exports


def test_a_pause_is_no_end(courier_of, note_of, ended, time):
    """Half an hour without anything done ends a session; a source may be quicker to say
    so."""
    source = Source(live("r1"))
    note_of(source, NOTE)
    claim = ended()
    pausing = time.now - timedelta(minutes=29)
    source.recordings["r1"] = replace(recording("r1"), end=pausing)
    with pytest.raises(RetryLater):
        courier_of(source).deliver(claim)


def test_that_nothing_was_added_is_no_news(courier_of, note_of, ended, chat):
    """It had ended, and its source did not know yet."""
    source = Source(live("r1"))
    note_of(source, NOTE)
    source.recordings["r1"] = recording("r1")
    claim = ended()
    courier_of(source).deliver(claim)
    [result] = chat.posted[claim.id]
    assert result.reason is Reason.NO_NEWS


def test_a_moment_between_what_sources_call_the_end_is_no_news(
    courier_of, note_of, ended, chat
):
    source = Source(live("r1"))
    note_of(source, NOTE)
    same = recording("r1")
    same = replace(same, end=same.end + timedelta(milliseconds=3), source="another")
    source.recordings["r1"] = same
    claim = ended()
    courier_of(source).deliver(claim)
    assert chat.posted[claim.id][0].reason is Reason.NO_NEWS


def test_one_end_is_awaited_however_often_the_note_is_made(note_of, ended):
    source = Source(live("r1"))
    note_of(source, NOTE)
    note_of(source, NOTE)
    assert ended()


def test_only_news_are_told_where_only_news_are_wanted(note_of, chat):
    """The rest is in an earlier note; who asked knows what that was."""
    source = Source(recording("told"), recording("new", RECORDED + hours(1)))
    chat.told = Told(frozenset({"told"}))
    note = note_of(source, replace(NOTE, key="n1"))
    assert [one.recording.id for one in note.replays] == ["new"]
    assert source.exports == ["new"]
    chat.told = Told(since=RECORDED + hours(1))
    note = note_of(source, replace(NOTE, key="n2"))
    assert [one.recording.id for one in note.replays] == ["new"]
    chat.told = Told(frozenset({"told", "new"}))
    assert note_of(source, replace(NOTE, key="n3")).reason is Reason.NO_NEWS
