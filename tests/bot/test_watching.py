"""A session that goes on is watched: its link leads to what there is of it by now."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.audit import AuditLog
from bot.database.engine import connect
from bot.delivery import Courier, Policy
from bot.errors import RetryLater
from bot.intake import CourierIntake
from bot.jobs.attempts import Attempts
from bot.jobs.queue import Bell
from bot.ledger import Ledger
from bot.model import Audience
from bot.policy import RedactionPolicy
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from bot.web import replays as share_routes
from bot.web.app import create_app
from bot.web.watching import Watching
from tests.bot.test_delivery import RECORDED, Source, recording
from tests.bot.test_ledger import Time
from tests.keys import sealer

URL = "http://courier.test"
LIVE = replace(recording("r1", ongoing=True), source="capture")
CUSTOMERS = RedactionPolicy().for_audience(Audience.CUSTOMER)


class World:
    """A courier, a session that grows, and pages that watch it."""

    def __init__(self, engine, folder):
        self.time = Time()
        self.time.now = RECORDED + timedelta(minutes=1)
        self.source = Source(LIVE)
        self.source.name = "capture"
        self.all_lines = self.source.lines
        self.grow_to(0.4)
        store = ReplayStore.at((folder / "objects").as_uri())
        self.store = store
        self.replays = Replays(engine, store, clock=self.time)
        self.links = Links(engine, public_url=URL, sealer=sealer(), clock=self.time)
        self.ledger = Ledger(engine, lease=timedelta(seconds=60), clock=self.time)
        self.bell = Bell(f"unix://{folder}/nowhere.sock")
        self.courier = Courier(
            sources=[self.source],
            destinations={},
            ledger=self.ledger,
            replays=self.replays,
            links=self.links,
            postings=Postings(engine),
            audit=AuditLog(engine),
            policy=Policy(timedelta(days=14), timedelta(days=7), 5),
            clock=self.time,
        )
        self.intake = CourierIntake(self.ledger, self.bell, sealer().seal)
        keys = [RedactionPolicy().key, CUSTOMERS.key]
        watching = Watching(self.intake, keys, clock=self.time)
        self.client = create_app(
            [
                share_routes.blueprint(
                    links=self.links, replays=self.replays, watching=watching
                )
            ]
        ).test_client()

    def grow_to(self, part):
        """The source has so much of the session by now."""
        self.source.lines = self.all_lines[: int(len(self.all_lines) * part)]

    def share(self, *, audience=None, **terms):
        replay, _ = self.courier.answers.stored("r1", audience)
        terms = {"expires_in": timedelta(hours=1), **terms}
        link = self.links.mint(
            replay.id, origin=f"{len(self.links.entries())}", by="U1", **terms
        )
        return replay, link.url.removeprefix(URL)

    def open(self, path):
        """Where the page asks for more, and where its segments are."""
        page = self.client.get(path).data.decode("latin-1")
        segments, *_ = re.findall(r'data-segments="([^"]*)"', page)
        return next(iter(re.findall(r'data-newer="([^"]*)"', page)), None), segments

    def work(self):
        """What a worker does with all that was asked; how much that was."""
        attempts = Attempts(self.courier, self.ledger, self.bell, clock=self.time)
        self.time.pass_(seconds=6)
        due = self.ledger.due()
        for request_id in due:
            attempts.make(self.ledger.claim(request_id))
        return len(due)

    def news(self, newer):
        answer = self.client.get(newer)
        assert answer.status_code == 200
        return json.loads(answer.data)


@pytest.fixture
def world(sqlite_url, tmp_path):
    engine = connect(sqlite_url)
    made = World(engine, tmp_path)
    yield made
    made.bell.close()
    engine.dispose()


@pytest.fixture
def world_anywhere(engine, tmp_path):
    """The same with a database of each kind."""
    made = World(engine, tmp_path)
    yield made
    made.bell.close()


def grown(world, newer, part=0.8):
    """A page asked, a worker looked, and the page asks again."""
    world.time.pass_(seconds=20)
    world.grow_to(part)
    assert world.news(newer) == {"ongoing": True}
    assert world.work() == 1
    return world.news(newer)


def test_what_was_added_is_behind_the_same_link(world_anywhere):
    world = world_anywhere
    first, path = world.share()
    newer, segments = world.open(path)
    news = grown(world, newer)
    assert news["ongoing"]
    assert news["manifest"]["counts"]["events"] > first.manifest.summary.events
    assert news["manifest"]["recording_id"] == "r1"
    size = news["manifest"]["segments"][0]["bytes"]
    assert len(world.client.get(f"{news['segments']}0").data) == size
    assert world.news(news["newer"]) == {"ongoing": True}
    # The page that is still reading what was there is let.
    old = first.manifest.segments[0].bytes
    assert len(world.client.get(f"{segments}0").data) == old
    assert len(world.links.entries()) == 1


def test_nothing_is_done_while_nobody_looks(world):
    world.share()
    world.time.pass_(minutes=5)
    assert world.work() == 0
    assert world.source.exports == ["r1"]


def test_all_who_watch_have_it_exported_once(world):
    """Several links, several pages, each asking often."""
    pages = [world.open(world.share()[1])[0] for _ in range(3)]
    world.time.pass_(seconds=20)
    world.grow_to(0.8)
    for newer in [*pages, *pages]:
        world.news(newer)
    assert world.work() == 1
    for newer in pages:
        assert "manifest" in world.news(newer)
    assert world.work() == 0, "just made"
    assert world.source.exports == ["r1", "r1"]


def test_a_session_without_news_is_not_stored_again(world):
    replay, path = world.share()
    newer, _ = world.open(path)
    assert grown(world, newer, 0.4) == {"ongoing": True}
    assert world.source.exports == ["r1", "r1"]
    assert world.links.entries()[0].replay_id == replay.id


def test_the_end_is_told_even_where_nothing_was_added(world):
    _, path = world.share()
    newer, _ = world.open(path)
    world.source.recordings["r1"] = replace(LIVE, ongoing=False)
    news = grown(world, newer, 0.4)
    assert news["ongoing"] is False
    world.time.pass_(minutes=1)
    assert world.news(news["newer"]) == {"ongoing": False}
    assert world.work() == 0
    assert world.open(path)[0] is None, "nobody who opens it now has to ask"


def test_a_source_that_is_away_is_asked_again_later(world):
    _, path = world.share()
    newer, _ = world.open(path)
    world.source.errors["r1"] = RetryLater("away")
    assert grown(world, newer) == {"ongoing": True}
    world.source.errors.clear()
    assert "manifest" in grown(world, newer)
    assert world.ledger.dead_letters() == []


@pytest.mark.parametrize("closing", ["revoke", "expire"])
def test_a_closed_link_tells_nothing_more_and_leads_nowhere_new(world, closing):
    replay, path = world.share()
    newer, segments = world.open(path)
    world.news(newer)
    [entry] = world.links.entries()
    if closing == "revoke":
        world.links.revoke(entry.id, by="U1")
    else:
        world.time.pass_(hours=2)
    assert world.client.get(newer).status_code == 410
    assert world.client.get(f"{segments}0").status_code == 410
    world.grow_to(0.8)
    world.courier.answers.exports.newest("r1", RedactionPolicy())
    world.work()
    assert world.links.get(entry.id).replay_id == replay.id


def test_a_link_that_opens_once_is_watched_to_the_end_and_counted_once(world):
    _, path = world.share(max_opens=1)
    newer, _ = world.open(path)
    assert "/opened/" in newer
    news = grown(world, newer)
    assert world.client.get(f"{news['segments']}0").status_code == 200
    assert world.links.entries()[0].opens == 1
    # Without the ticket nothing is told.
    bare = re.sub("/opened/[^/]+", "", newer)
    assert world.client.get(bare).status_code == 410


def test_each_audience_is_led_on_by_its_own_rules(world):
    staffs, _ = world.share()
    customers, their_path = world.share(audience=Audience.CUSTOMER)
    news = grown(world, world.open(their_path)[0])
    assert news["manifest"]["audience"] == "customer"
    led = {one.replay_id for one in world.links.entries()}
    assert staffs.id in led
    assert customers.id not in led
    # Nor does a customer's page get at the staff's copy by its name.
    staffs_part = f"{their_path}/of/{staffs.id}/segments/0"
    assert world.client.get(staffs_part).status_code == 404


def test_what_no_link_leads_to_is_deleted_once_nobody_reads_it(world_anywhere):
    world = world_anywhere
    first, path = world.share()
    newer, segments = world.open(path)
    news = grown(world, newer, 0.6)
    assert world.work() == 0
    assert world.client.get(f"{segments}0").status_code == 200
    world.time.pass_(minutes=4)
    assert world.work() == 1
    assert world.store.size(first.object_key) is None
    assert world.client.get(f"{segments}0").status_code == 404
    assert world.client.get(f"{news['segments']}0").status_code == 200


def test_what_another_link_leads_to_is_kept(world):
    """A closed one is led nowhere, and its maker may still see what it was."""
    world.share()
    [entry] = world.links.entries()
    world.links.revoke(entry.id, by="U1")
    grown(world, world.open(world.share()[1])[0])
    world.time.pass_(minutes=4)
    world.work()
    kept = world.links.get(entry.id)
    assert world.store.size(world.replays.get(kept.replay_id).object_key)


def test_pages_of_other_replays_do_not_ask(world):
    """One that had ended; and what was made by rules that are not the workers'."""
    world.source.recordings["r1"] = replace(LIVE, ongoing=False)
    assert world.open(world.share()[1])[0] is None
    world.source.recordings["r1"] = LIVE
    made, _ = world.courier.answers.exports.stored(
        "r1", RedactionPolicy().also(["email"])
    )
    link = world.links.mint(made.id, origin="x", by="U1", expires_in=timedelta(hours=1))
    assert world.open(link.url.removeprefix(URL))[0] is None
