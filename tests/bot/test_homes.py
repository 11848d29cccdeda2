"""Everybody's own shares, what is told of them, and the links that others post."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.audit import AuditLog
from bot.database.schema import requests
from bot.delivery import Courier, Policy
from bot.errors import NotAllowed
from bot.exporter import export
from bot.intake import CourierIntake
from bot.jobs.queue import Bell
from bot.jobs.worker import Worker
from bot.ledger import DONE, Ledger
from bot.model import (
    Action,
    Failed,
    Filters,
    Home,
    Identifier,
    IdentifierKind,
    LinkState,
    ReplayRequest,
    ReplyTo,
    ShareTerms,
    Unanswered,
)
from bot.preview.frame import Frames
from bot.preview.offered import OfferedPictures
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests import recorded
from tests.bot.jobs.test_worker import Chat
from tests.bot.test_ledger import Time
from tests.keys import sealer

DAY = timedelta(days=1)
VISIT = ReplayRequest(
    key="visit", action=Action.HOME, reply_to=ReplyTo("chat"), asked_by="ana"
)


class Club(Chat):
    """A destination with members and administrators."""

    def __init__(self):
        super().__init__()
        self.strangers = set()
        self.admins = set()

    def complete(self, request):
        if request.asked_by in self.strangers:
            raise NotAllowed("stranger", plain="Members only.")
        return replace(request, by_admin=request.asked_by in self.admins)


class World:
    """A worker that answers what it is asked, and links that the test makes."""

    def __init__(self, engine, redis_url, tmp_path, parts):
        self.time, self.chat = Time(), Club()
        lease = timedelta(seconds=60)
        self.ledger = Ledger(engine, lease=lease, clock=self.time)
        store = ReplayStore.at((tmp_path / "o").as_uri())
        replays = Replays(engine, store)
        with export(recorded.events("static-simple"), source="file") as exported:
            self.replay = replays.keep(exported, is_final=True)
        self.links = Links(
            engine,
            public_url="https://replays.example.com",
            sealer=sealer(),
            clock=self.time,
        )
        self.postings = Postings(engine, clock=self.time)
        self.bell = Bell(redis_url)
        self.intake = CourierIntake(self.ledger, self.bell, sealer().seal)
        self.worker = Worker(
            courier=Courier(
                sources=[],
                destinations={"chat": self.chat},
                ledger=self.ledger,
                replays=replays,
                links=self.links,
                postings=self.postings,
                audit=AuditLog(engine),
                policy=Policy(timedelta(days=14), timedelta(days=7), 5),
                pictures=OfferedPictures(Frames(replays, store, None)),
                parts=parts,
                clock=self.time,
            ),
            ledger=self.ledger,
            bell=self.bell,
            lease=lease,
            threads=1,
            clock=self.time,
        )

    def mint(self, name, expires_in=7 * DAY, by="ana", **terms):
        """A link, in a message."""
        link = self.unposted(name, expires_in, by, **terms)
        self.postings.add(link.id, "elsewhere", {"room": "1"})
        return link

    def unposted(self, name, expires_in=7 * DAY, by="ana", **terms):
        self.time.pass_(seconds=1)
        return self.links.mint(
            self.replay.id, origin=name, by=by, expires_in=expires_in, **terms
        )

    def answer(self, request=VISIT, times=1, **changes):
        """What is posted for the request, and how its row ends."""
        self.time.pass_(seconds=1)
        self.intake.submit(replace(request, key=str(self.time.now), **changes))
        [request_id] = self._open()
        while self._open():
            self.worker.look_at(request_id)
        return self.chat.posted.get(request_id, [None])[-1]

    def _open(self):
        self.time.pass_(seconds=10)
        return self.ledger.due()


@pytest.fixture
def database_url(sqlite_url):
    """SQLite alone; the journeys ask the same of PostgreSQL."""
    return sqlite_url


@pytest.fixture
def parts():
    return {}


@pytest.fixture
def world(engine, redis_url, tmp_path, parts):
    world = World(engine, redis_url, tmp_path, parts)
    yield world
    world.bell.close()


def ids(shares):
    return [one.link.id for one in shares]


def test_people_see_what_they_shared_and_first_what_closes_soon(world):
    old = world.mint("a", 2 * DAY)
    world.time.pass_(hours=30)
    soon, later = world.mint("b", DAY / 2), world.mint("c")
    world.mint("d", by="ben")
    world.links.revoke(world.mint("e", DAY / 2).id, by="ana")
    home = world.answer()
    assert ids(home.expiring) == [soon.id, old.id]
    assert ids(home.shares)[1:] == [later.id, soon.id, old.id]
    assert home.shares[0].link.state is LinkState.REVOKED
    assert home.installation is None


def test_a_link_closed_from_home_is_told_of_nowhere_it_never_stood(world, engine):
    link = world.unposted("a")
    home = world.answer(
        replace(VISIT, action=Action.REVOKE, link_id=link.id, from_home=True)
    )
    assert home.shares == ()
    assert world.links.revoked_at(link.id)
    world.worker.sweep()
    assert world.ledger.counts() == {DONE: 1}


def test_a_failure_is_told_among_the_shares_it_was_asked_from(world):
    link = world.mint("a")
    world.links.revoke(link.id, by="ben")
    extend = replace(
        VISIT,
        action=Action.EXTEND,
        link_id=link.id,
        terms=ShareTerms(expires_in=7 * DAY),
        from_home=True,
    )
    home = world.answer(extend)
    assert "was revoked" in home.failed.plain
    assert ids(home.shares) == [link.id]
    world.chat.strangers = {"ana"}
    assert world.answer(extend).plain == "Members only."


def test_whoever_may_not_is_told_and_no_request_failed(world):
    world.mint("a")
    world.chat.strangers = {"ana"}
    answer = world.answer()
    assert isinstance(answer, Failed)
    assert answer.plain == "Members only."
    assert world.ledger.counts() == {DONE: 1}


def broken():
    raise OSError("postgresql://courier:secret@db/courier")


@pytest.mark.parametrize("parts", [{"database": lambda: None, "storage": broken}])
def test_administrators_are_told_how_the_installation_is(world):
    world.mint("a")
    world.chat.admins = {"ada"}
    world.answer(action=Action.SHARE)
    [dead] = world.ledger.dead_letters()
    home = world.answer(asked_by="ada")
    assert home == Home(shares=(), installation=home.installation)
    state = home.installation
    assert state.parts == {"database": True, "storage": False}
    assert state.links == {"open": 1}
    assert state.requests["dead"] == 1
    assert state.unanswered == (Unanswered(dead.created_at, Action.SHARE, dead.id[:8]),)


def preview(world, *urls):
    return world.answer(replace(VISIT, action=Action.PREVIEW, urls=urls))


def test_open_links_are_described_without_opening_them(world):
    link, once = world.mint("a"), world.mint("b", max_opens=1)
    urls = (f"{link.url}/?from=chat#t=3", once.url.replace("replays.", "REPLAYS."))
    result = preview(world, *urls)
    assert {url: one.link.id for url, one in result.shared.items()} == {
        urls[0]: link.id,
        urls[1]: once.id,
    }
    assert result.picture_urls[urls[0]] == (f"{link.url}/preview.png",)
    assert [one.opens for one in world.links.entries()] == [0, 0]
    assert world.links.door.open(once.url.rpartition("/")[2]).id == once.id


def test_closed_and_foreign_links_are_not_described(world):
    revoked, expired = world.mint("a"), world.mint("b", DAY / 24)
    used_up = world.mint("c", max_opens=1)
    world.links.revoke(revoked.id, by="ana")
    world.links.door.admit(
        world.links.door.open(used_up.url.rpartition("/")[2]), "page"
    )
    world.time.pass_(hours=2)
    open_ = world.mint("d").url
    foreign = open_.replace("replays.example.com", "replays.example.org")
    unknown = "https://replays.example.com/r/unknown"
    result = preview(
        world, revoked.url, expired.url, used_up.url, foreign, unknown, f"{open_}x"
    )
    assert result.shared == {}


def test_posted_links_do_not_lie_open_in_the_database(world, engine):
    link = world.mint("a")
    preview(world, link.url)
    with engine.connect() as connection:
        bodies = connection.execute(text("select body from requests")).scalars().all()
    assert len(bodies) == 1
    assert link.url.rpartition("/")[2] not in json.dumps(bodies)


def test_a_link_somebody_typed_is_not_kept(world, engine):
    """Whoever reads the database, or the audit log, can open no replay by it."""
    link = world.mint("r1")
    word = link.url.removeprefix("https://")
    asked = f"jane@example.com {word} {link.url}#t=3"
    world.intake.submit(
        replace(
            VISIT,
            action=Action.FIND,
            text=asked,
            filters=Filters(page=f"/r/{link.url.rpartition('/')[2]}"),
            identifiers=(
                Identifier(IdentifierKind.EMAIL, "jane@example.com"),
                Identifier(IdentifierKind.DISTINCT_ID, word),
            ),
        )
    )
    with engine.connect() as connection:
        [kept] = connection.execute(select(requests.c.body)).scalars()
    assert "jane@example.com" in kept
    assert link.url.rpartition("/")[2] not in kept
