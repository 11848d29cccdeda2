"""A shared link is remembered where it was posted, changed, and told of; all of it is
written into the audit log."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.audit import AuditLog, Event
from bot.delivery import Courier, Policy
from bot.errors import Gone, NotAllowed, Refused, RetryLater
from bot.ledger import Ledger
from bot.model import (
    Action,
    Audience,
    Home,
    Identifier,
    IdentifierKind,
    LinkChanged,
    LinkState,
    Nothing,
    Opening,
    Previews,
    ReplayRequest,
    ReplyTo,
    SharedReplay,
    ShareTerms,
)
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests.bot.jobs.test_worker import Chat
from tests.bot.test_delivery import RECORDED, Source, recording
from tests.bot.test_ledger import Time
from tests.keys import sealer

REQUEST = ReplayRequest(
    key="",
    action=Action.SHARE,
    reply_to=ReplyTo("chat", {"team": "T1", "channel": "C1"}),
    asked_by="U1",
    recording_id="r1",
)
FIRST_ERROR_S = 22


class Room(Chat):
    """A destination that knows who is an administrator."""

    is_by_admin = False
    on_waiting = None

    def __init__(self):
        super().__init__()
        self.order = []

    def keep_waiting(self, request):
        self.order.append("waiting")
        if self.on_waiting:
            self.on_waiting()

    def post(self, *arguments):
        self.order.append("answer")
        return super().post(*arguments)

    def complete(self, request):
        return replace(super().complete(request), by_admin=self.is_by_admin)


class SlowSource(Source):
    """A source that answers when it may."""

    answers_after = None

    def _wait(self):
        if self.answers_after is not None:
            self.answers_after.wait(5)

    def find_people(self, identifier):
        self._wait()
        return super().find_people(identifier)

    def recording(self, recording_id):
        self._wait()
        return super().recording(recording_id)


class OnePicture:
    """Shows one picture of every replay."""

    def prepare(self, replay):
        pass

    def of(self, replay, *, is_limited):
        return ["preview.png"]


class World:
    """A courier whose destination keeps what is posted."""

    def __init__(self, engine, folder):
        self.time = Time()
        self.time.now = RECORDED + timedelta(hours=2)
        self.chat = Room()
        self.ledger = Ledger(engine, lease=timedelta(seconds=60), clock=self.time)
        self.links = Links(
            engine, public_url="http://x.test", sealer=sealer(), clock=self.time
        )
        self.audit = AuditLog(engine, clock=self.time)
        self.source = SlowSource(recording("r1"))
        self.courier = Courier(
            sources=[self.source],
            destinations={"chat": self.chat},
            ledger=self.ledger,
            replays=Replays(engine, ReplayStore.at((folder / "o").as_uri())),
            links=self.links,
            postings=Postings(engine, clock=self.time),
            audit=self.audit,
            policy=Policy(timedelta(days=14), timedelta(days=7), 5),
            pictures=OnePicture(),
            clock=self.time,
        )
        self.number = 0

    def answer(self, **changes):
        """What is posted for a request, settled."""
        self.number += 1
        request = replace(REQUEST, key=f"k{self.number}", **changes)
        request_id, _ = self.ledger.accept(request)
        return self.deliver(request_id)

    def deliver(self, request_id):
        claim = self.ledger.claim(request_id)
        self.ledger.settle(claim, self.courier.deliver(claim))
        return self.chat.posted[request_id][-1]

    def told(self):
        """The results of what the sweep has told, and where."""
        self.courier.tell_changes()
        due = self.ledger.due()
        requests = [self.ledger.request(one) for one in due]
        return list(zip(requests, map(self.deliver, due), strict=True))

    def events(self):
        return [(one.event, one.subject) for one in self.audit.entries()][::-1]


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def test_a_link_is_shared_by_the_terms_of_whoever_shares(world):
    terms = ShareTerms(timedelta(days=1), Audience.CUSTOMER, 3, note="see here")
    shared = world.answer(terms=terms)
    assert isinstance(shared, SharedReplay)
    assert shared.link.expires_at == world.time.now + timedelta(days=1)
    assert (shared.link.max_opens, shared.note) == (3, "see here")
    assert (shared.audience, shared.shared_by) == (Audience.CUSTOMER, "U1")


def test_a_link_opens_where_whoever_shares_wants(world):
    error = world.answer(terms=ShareTerms(opening=Opening.FIRST_ERROR))
    at_s = int(error.watch_url.rpartition("#t=")[2])
    assert 0 < FIRST_ERROR_S - at_s <= 6
    beginning = world.answer(terms=ShareTerms(opening=Opening.BEGINNING))
    assert beginning.watch_url.endswith("#t=0")
    assert beginning.audience is Audience.STAFF


def test_the_message_is_told_whatever_closes_its_link(world):
    first, second = world.answer(), world.answer()
    assert world.told() == []
    world.links.revoke(first.link.id, by="cli:root")
    ((request, changed),) = world.told()
    assert request.action is Action.LINK_CHANGED
    assert request.reply_to == ReplyTo("chat", {"room": "1"})
    assert (changed.shared.link.state, changed.by) == (LinkState.REVOKED, "cli:root")
    world.time.pass_(days=8)
    ((request, changed),) = world.told()
    assert request.link_id == second.link.id
    assert changed.shared.link.state is LinkState.EXPIRED
    assert world.told() == []


def test_extending_keeps_the_url_and_is_told_to_the_message(world):
    shared = world.answer()
    world.time.pass_(days=6)
    changed = world.answer(action=Action.EXTEND, link_id=shared.link.id)
    assert isinstance(changed, LinkChanged)
    assert changed.shared.watch_url == shared.watch_url
    until = world.time.now + timedelta(days=7)
    assert changed.shared.link.expires_at == until
    ((_, told),) = world.told()
    assert told.shared.link.expires_at == until
    assert told.shared.link.state is LinkState.OPEN


def test_a_changed_message_names_whom_it_named_and_a_preview_does_not(world):
    shared = world.answer()
    changed = world.answer(action=Action.EXTEND, link_id=shared.link.id)
    assert changed.shared.recording.person.name == "jane@example.com"
    sealed = (sealer().seal(shared.watch_url),)
    preview = world.answer(action=Action.PREVIEW, urls=sealed)
    (described,) = preview.shared.values()
    assert described.recording.person.name == "j***@example.com"


def test_a_share_that_was_not_posted_is_not_listed(world):
    world.chat.errors = [Refused("not_in_channel")]
    with pytest.raises(Refused):
        world.answer()
    assert len(world.links.entries()) == 1
    assert world.answer(action=Action.HOME).shares == ()


def test_revoking_closes_the_link_and_says_who_did_it(world):
    shared = world.answer()
    changed = world.answer(action=Action.REVOKE, link_id=shared.link.id, asked_by="U2")
    assert (changed.by, changed.posted) == ("U2", {"room": "1"})
    with pytest.raises(Gone, match="revoked"):
        world.links.door.open(shared.link.url.rpartition("/")[2])
    assert len(world.told()) == 1


def test_a_message_of_a_version_that_remembered_none_is_told_too(world, engine):
    shared = world.answer()
    other = world.links.mint(
        world.links.get(shared.link.id).replay_id,
        origin="old",
        by="U1",
        expires_in=timedelta(days=1),
    )
    press = ReplyTo("chat", {"channel": "C1", "ts": "1.5"})
    world.answer(action=Action.REVOKE, link_id=other.id, reply_to=press)
    ((request, _),) = world.told()
    assert request.reply_to == press


def test_home_shows_ones_own_shares_as_they_are_then(world):
    mine = world.answer()
    world.answer(asked_by="U2")
    home = world.answer(action=Action.HOME)
    assert isinstance(home, Home)
    assert [one.link.id for one in home.shares] == [mine.link.id]
    assert home.installation is None
    world.chat.is_by_admin = True
    administrators = world.answer(action=Action.HOME)
    assert administrators.installation.links["open"] == 2
    after = world.answer(action=Action.REVOKE, link_id=mine.link.id, from_home=True)
    assert [one.link.state for one in after.shares] == [LinkState.REVOKED]


def test_only_open_links_of_ours_are_described(world):
    shared = world.answer()
    urls = (shared.watch_url, "http://x.test/r/unknown", "http://other.test/r/abc")
    sealed = tuple(map(sealer().seal, urls))
    previews = world.answer(action=Action.PREVIEW, urls=sealed)
    assert isinstance(previews, Previews)
    assert list(previews.shared) == [shared.watch_url]
    assert previews.picture_urls == {
        shared.watch_url: (f"{shared.link.url}/preview.png",)
    }
    assert previews.shared[shared.watch_url].link.opens == 0
    world.links.revoke(shared.link.id, by="U1")
    assert world.answer(action=Action.PREVIEW, urls=sealed).shared == {}


def test_a_share_whose_answer_got_lost_is_told_of_changes_too(world):
    request_id, _ = world.ledger.accept(replace(REQUEST, key="k"))
    world.chat.lost_answers = 1
    claim = world.ledger.claim(request_id)
    with pytest.raises(RetryLater):
        world.courier.deliver(claim)
    world.ledger.postpone(claim, world.time.now, "lost")
    shared = world.deliver(request_id)
    world.links.revoke(shared.link.id, by="U2")
    ((request, changed),) = world.told()
    assert request.reply_to == ReplyTo("chat", {"room": "1"})
    assert changed.shared.link.id == shared.link.id


def test_a_destination_may_answer_by_itself(world):
    assert world.answer(action=Action.NOTHING) == Nothing()
    assert world.links.entries() == []
    assert list(world.audit.entries()) == []


def test_a_preview_is_taken_back_once_when_its_link_closes(world):
    shared = world.answer()
    urls = tuple(map(sealer().seal, (shared.watch_url, shared.link.url)))
    world.answer(action=Action.PREVIEW, urls=urls)
    assert world.told() == []
    world.links.revoke(shared.link.id, by="U1")
    told = [each for each in world.told() if isinstance(each[1], Previews)]
    assert [request.action for request, _ in told] == [Action.PREVIEW_CLOSED] * 2
    assert {request.reply_to.destination for request, _ in told} == {"chat"}
    closed = {url: state for _, each in told for url, state in each.closed.items()}
    revoked = LinkState.REVOKED
    assert closed == {shared.watch_url: revoked, shared.link.url: revoked}
    assert all(each.shared == {} for _, each in told)
    assert world.told() == []


def test_finds_shares_and_revokes_are_written_down_once(world):
    jane = (Identifier(IdentifierKind.EMAIL, "jane@example.com"),)
    world.answer(action=Action.FIND, identifiers=jane)
    shared = world.answer()
    world.answer(action=Action.ATTACH)
    world.answer(action=Action.DETACH)
    world.answer(action=Action.EXTEND, link_id=shared.link.id)
    for _ in range(2):
        world.answer(action=Action.REVOKE, link_id=shared.link.id)
    assert world.events() == [
        (Event.FIND, "jane@example.com"),
        (Event.SHARE, "r1"),
        (Event.ATTACH, "r1"),
        (Event.DETACH, ""),
        (Event.EXTEND, ""),
        (Event.REVOKE, ""),
    ]
    (found,) = world.audit.entries(events=(Event.FIND,))
    assert (found.who, found.place) == ("U1", "chat:T1:C1")


def test_who_may_not_is_written_down_and_gets_nothing(world):
    world.chat.refuses = NotAllowed("U1 is a guest", plain="Guests may not.")
    with pytest.raises(NotAllowed):
        world.answer()
    assert world.events() == [(Event.REFUSE, "U1 is a guest")]
    assert world.links.entries() == []


@pytest.mark.parametrize("action", [Action.SHARE, Action.FIND])
def test_who_waits_is_told_so_before_the_answer_and_once(world, action):
    """The source answers only when that was said, or after seconds."""
    said = threading.Event()
    world.source.answers_after = said
    world.chat.on_waiting = said.set
    jane = (Identifier(IdentifierKind.EMAIL, "jane@example.com"),)
    world.answer(action=action, identifiers=jane)
    assert said.is_set()
    assert world.chat.order == ["waiting", "answer"]


def test_opening_is_written_down_without_who(world):
    shared = world.answer()
    token = shared.link.url.rpartition("/")[2]
    for what in ("page", "download"):
        world.links.door.admit(world.links.door.open(token), what)
    opens = list(world.audit.entries(events=(Event.OPEN, Event.DOWNLOAD)))
    assert [one.event for one in opens] == [Event.DOWNLOAD, Event.OPEN]
    assert {(one.who, one.link_id) for one in opens} == {("", shared.link.id)}
