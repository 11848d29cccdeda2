"""A worker answers a row once, tries again where that helps, and tells of failures."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.audit import AuditLog
from bot.delivery import Courier, Policy
from bot.errors import NotAllowed, NotFound, Refused, RetryLater
from bot.jobs.queue import Bell
from bot.jobs.worker import Worker
from bot.ledger import DEAD, DONE, WAITING, Ledger
from bot.model import (
    Action,
    Delivery,
    Failed,
    Found,
    Identifier,
    IdentifierKind,
    NothingFound,
    Person,
    ReplayRequest,
    ReplyTo,
)
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests.bot.test_ledger import Time
from tests.keys import sealer

JANE = Person("p1", "Jane")
REQUEST = ReplayRequest(
    key="k1",
    action=Action.FIND,
    reply_to=ReplyTo("chat", {"room": "1"}),
    asked_by="ana",
    identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
)


class Source:
    """A source of recordings that knows Jane and no recording of hers."""

    name = "memory"

    def __init__(self):
        self.errors = []
        self.asked = 0

    def find_people(self, identifier):
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return [JANE]

    def recordings_of(self, person, *, since, limit):
        return []

    def recording(self, recording_id):
        raise NotFound(recording_id)

    def recordings_enabled(self):
        return None


class Chat:
    """A destination that keeps what was posted, and fails when told to."""

    name = "chat"
    is_conversation = True

    def __init__(self):
        self.posted = {}
        self.errors = []
        self.lost_answers = 0
        self.refuses = None
        self.told = None

    def keep_waiting(self, request):
        pass

    def complete(self, request):
        if self.refuses is not None:
            raise self.refuses
        return replace(request, told=self.told)

    def admit(self, request):
        if self.refuses is not None:
            raise self.refuses
        return "Ana Ruiz"

    def way_to(self, posted):
        return ""

    def find_posted(self, request_id, request, draft):
        return Delivery({"room": "1"}) if request_id in self.posted else None

    def post(self, request_id, request, result, draft):
        if self.errors:
            raise self.errors.pop(0)
        self.posted.setdefault(request_id, []).append(result)
        if self.lost_answers:
            self.lost_answers -= 1
            raise RetryLater("the answer was lost")
        return Delivery({"room": "1"})


class World:
    """A worker whose sweep and time the test moves."""

    def __init__(self, engine, redis_url, tmp_path, gates=None, missed=None):
        self.time = Time()
        self.source, self.chat = Source(), Chat()
        lease = timedelta(seconds=60)
        self.ledger = Ledger(engine, lease=lease, clock=self.time)
        self.bell = Bell(redis_url)
        courier = Courier(
            sources=[self.source],
            destinations={"chat": self.chat},
            ledger=self.ledger,
            replays=Replays(engine, ReplayStore.at((tmp_path / "o").as_uri())),
            links=Links(engine, public_url="http://courier.test", sealer=sealer()),
            postings=Postings(engine),
            audit=AuditLog(engine),
            policy=Policy(timedelta(days=14), timedelta(days=7), 5),
            clock=self.time,
        )
        self.worker = Worker(
            courier=courier,
            ledger=self.ledger,
            bell=self.bell,
            lease=lease,
            threads=2,
            gates=gates,
            missed=missed,
            clock=self.time,
        )

    def ask(self, **changes):
        request_id, _ = self.ledger.accept(replace(REQUEST, **changes))
        return request_id

    def results(self, request_id):
        return self.chat.posted.get(request_id, [])


@pytest.fixture
def world(engine, redis_url, tmp_path):
    world = World(engine, redis_url, tmp_path)
    yield world
    world.bell.close()


@pytest.fixture
def gated(engine, redis_url, tmp_path):
    """Makes a worker that a gate with some room keeps from the chat."""
    worlds = []

    def make(room, *, entered=True):
        gate = Narrow(room, entered)
        worlds.append(World(engine, redis_url, tmp_path, gates={"chat": gate}))
        return worlds[-1], gate

    yield make
    for one in worlds:
        one.bell.close()


def test_an_accepted_request_is_answered_once(world):
    request_id = world.ask()
    world.worker.look_at(request_id)
    world.worker.look_at(request_id)
    (result,) = world.results(request_id)
    assert isinstance(result, NothingFound)
    assert world.ledger.counts() == {DONE: 1}


def test_a_source_that_is_away_is_asked_again_when_it_said(world):
    world.source.errors = [RetryLater("429", after=37)]
    request_id = world.ask()
    world.worker.look_at(request_id)
    assert world.results(request_id) == []
    world.time.pass_(seconds=36)
    assert world.ledger.due() == []
    world.time.pass_(seconds=2)
    world.worker.look_at(request_id)
    assert len(world.results(request_id)) == 1


@pytest.mark.parametrize(
    "action", [one for one in Action if one not in (Action.FOLLOW, Action.TIDY)]
)
def test_whatever_is_asked_waits_for_a_destination_that_is_away(world, action):
    request_id = world.ask(action=action)
    world.chat.refuses = RetryLater("the chat is away")
    world.worker.look_at(request_id)
    assert world.ledger.counts() == {"waiting": 1}


def test_the_asker_is_told_when_waiting_is_no_use(world):
    """A person looks at Slack: after two minutes an honest no beats a late yes."""
    world.source.errors = [RetryLater("429", after=1800, plain="Busy until 14:05.")]
    request_id = world.ask()
    world.worker.look_at(request_id)
    world.worker.look_at(request_id)
    (result,) = world.results(request_id)
    assert result == Failed("Busy until 14:05.", reference=request_id[:8])
    assert world.ledger.counts() == {DEAD: 1}


def test_a_tickets_note_waits_for_hours(world):
    world.source.errors = [RetryLater("429", after=1800)]
    request_id = world.ask(action=Action.NOTE)
    world.worker.look_at(request_id)
    assert world.ledger.counts() == {WAITING: 1}
    world.time.pass_(seconds=1801)
    world.worker.look_at(request_id)
    assert len(world.results(request_id)) == 1


def test_a_lost_answer_is_looked_for_and_not_posted_again(world):
    world.chat.lost_answers = 1
    request_id = world.ask()
    world.worker.look_at(request_id)
    world.time.pass_(seconds=10)
    world.worker.look_at(request_id)
    assert len(world.results(request_id)) == 1
    assert world.ledger.counts() == {DONE: 1}


def test_a_refusal_is_told_once_with_a_reference(world):
    world.source.errors = [Refused("401", plain="PostHog refused our key.")]
    request_id = world.ask()
    for _ in range(3):
        world.worker.look_at(request_id)
    assert world.results(request_id) == [
        Failed("PostHog refused our key.", reference=request_id[:8])
    ]


def test_where_trying_again_cannot_help_it_is_said(world):
    for error, is_final in (
        (NotAllowed("a guest", plain="Guests may not."), True),
        (Refused("not_in_channel", plain="I'm not in that channel."), False),
    ):
        world.chat.refuses = error
        request_id = world.ask(key=f"k-{is_final}")
        world.worker.look_at(request_id)
        world.chat.refuses = None
        world.worker.look_at(request_id)
        assert world.results(request_id)[-1].is_final is is_final


def test_a_failure_that_cannot_be_told_is_a_dead_letter(world):
    world.chat.errors = [NotFound("channel gone"), NotFound("channel gone")]
    request_id = world.ask()
    world.worker.look_at(request_id)
    world.worker.look_at(request_id)
    assert world.results(request_id) == []
    (letter,) = world.ledger.dead_letters()
    assert letter.error == "channel gone"


def test_an_error_of_ours_is_tried_again_and_then_told(world):
    world.source.errors = [KeyError("surprise")] * 3
    request_id = world.ask()
    for _ in range(4):
        world.worker.look_at(request_id)
        world.time.pass_(seconds=30)
    (result,) = world.results(request_id)
    assert result.plain == "Something went wrong on our side."
    assert world.source.asked == 3


def test_a_request_that_kills_its_workers_is_given_up_and_told(world):
    """A recording may take all memory there is; nobody is there to catch that."""
    request_id = world.ask()
    for _ in range(6):
        assert world.ledger.claim(request_id)
        world.time.pass_(seconds=61)
    world.worker.look_at(request_id)
    world.worker.look_at(request_id)
    (told,) = world.results(request_id)
    assert isinstance(told, Failed)
    (dead,) = world.ledger.dead_letters()
    assert "workers died over it" in dead.error


def test_a_destination_that_was_switched_off_loses_nothing(world):
    request_id = world.ask(reply_to=ReplyTo("gone", {}))
    world.worker.look_at(request_id)
    world.worker.look_at(request_id)
    (letter,) = world.ledger.dead_letters()
    assert "not configured any more" in letter.error


@contextmanager
def running(world):
    world.worker.start()
    try:
        yield
    finally:
        world.worker.stop()


def wait_until(condition, seconds=20):
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def test_a_bell_wakes_a_running_worker(world):
    with running(world):
        request_id = world.ask()
        assert world.bell.ring(request_id)
        wait_until(lambda: world.results(request_id))
        wait_until(lambda: world.ledger.counts() == {DONE: 1})


def test_the_sweep_comes_for_a_row_whose_bell_was_lost(world):
    """Redis was emptied, or away when the request came: it is answered all the same."""
    request_id = world.ask()
    world.time.pass_(seconds=6)
    with running(world):
        wait_until(lambda: world.results(request_id))
        wait_until(lambda: world.ledger.counts() == {DONE: 1})


def test_a_bell_without_redis_is_quick_and_no_error(tmp_path):
    bell = Bell(f"unix://{tmp_path}/nowhere.sock")
    assert bell.ring("r1") is False
    bell.close()


def test_what_is_found_is_newest_first_and_says_when_there_is_more(world):
    from bot.lookup import look_up
    from bot.model import Recording

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    world.source.recordings_of = lambda person, *, since, limit: [
        Recording(f"r{n}", "memory", now - timedelta(days=n), timedelta(seconds=60))
        for n in (3, 1, 2)
    ]
    found = look_up(
        [world.source],
        REQUEST.identifiers,
        look_back=timedelta(days=14),
        limit=2,
        now=now,
    )
    assert isinstance(found, Found)
    assert [one.id for one in found.recordings] == ["r1", "r2"]
    assert found.more


class Narrow:
    """A gate with little room."""

    def __init__(self, room, entered=True):
        self.left, self.entered = room, entered

    def room(self):
        return self.left

    def enter(self):
        self.left -= 1
        return self.entered


def test_a_gate_lets_the_oldest_through_whoever_rang(gated):
    world, gate = gated(1)
    older, newer = world.ask(key="older"), world.ask(key="newer")
    world.worker.look_at(newer)
    assert world.results(older)
    assert not world.results(newer)
    assert gate.left == 0
    world.worker.look_at(newer)
    assert not world.results(newer)


def test_what_waits_before_a_gate_is_no_attempt_and_rung_for_when_there_is_room(gated):
    world, gate = gated(0)
    request_id = world.ask()
    world.worker.look_at(request_id)
    world.time.pass_(seconds=6)
    world.worker.sweep()
    gate.left = 1
    world.worker.look_at(request_id)
    assert world.results(request_id)
    assert world.ledger.counts() == {DONE: 1}


def test_a_gate_that_closed_meanwhile_gives_the_request_back(gated):
    world, gate = gated(1, entered=False)
    request_id = world.ask()
    world.worker.look_at(request_id)
    assert world.ledger.counts() == {WAITING: 1}
    gate.left, gate.entered = 1, True
    world.worker.look_at(request_id)
    assert world.results(request_id)


class Lossy:
    """A vendor that knows of requests it told nobody of."""

    def __init__(self, *requests):
        self.requests, self.asked, self.error = requests, [], None

    def missed(self, since):
        self.asked.append(since)
        if self.error:
            raise self.error
        return iter(self.requests)


@pytest.fixture
def losing(engine, redis_url, tmp_path):
    """A worker, and the vendor it catches up with."""
    known, lost = REQUEST, replace(REQUEST, key="lost")
    vendor = Lossy(known, lost)
    world = World(engine, redis_url, tmp_path, missed={"chat": vendor})
    yield world, vendor
    world.bell.close()


def test_what_a_vendor_told_nobody_of_is_taken_once(losing):
    world, _ = losing
    known = world.ask()
    for _ in range(2):
        world.worker.catch_up()
        world.worker.sweep()
    assert sum(world.ledger.counts().values()) == 2
    lost, is_new = world.ledger.accept(replace(REQUEST, key="lost"))
    assert not is_new
    assert lost != known


def test_nothing_of_before_the_installation_is_caught_up_with(losing):
    """Nobody expects yesterday's tickets to be answered when it is switched on."""
    world, vendor = losing
    began = world.time.now
    world.time.pass_(hours=1)
    world.worker.catch_up()
    world.time.pass_(hours=30)
    world.worker.catch_up()
    assert vendor.asked == [began, world.time.now - timedelta(hours=24)]


def test_a_vendor_that_is_away_is_asked_again_later(losing):
    world, vendor = losing
    vendor.error = RetryLater("down")
    world.worker.catch_up()
    vendor.error = None
    world.worker.catch_up()
    assert sum(world.ledger.counts().values()) == 2
