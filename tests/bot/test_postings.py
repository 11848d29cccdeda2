"""A message that holds a link has to say so when the link closes or is extended."""

from datetime import timedelta

import pytest

from bot.exporter import export
from bot.model import LinkState
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests import recorded
from tests.bot.test_ledger import Time
from tests.keys import sealer

DAY = timedelta(days=1)
ADDRESS = {"channel": "C1", "ts": "1.2"}


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def postings(engine, time):
    return Postings(engine, clock=time)


@pytest.fixture
def links(engine, time):
    return Links(engine, public_url="http://x.test", sealer=sealer(), clock=time)


@pytest.fixture
def link(engine, tmp_path, links, postings):
    """A link that opens once, posted."""
    replays = Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))
    with export(recorded.events("static-simple"), source="file") as exported:
        replay = replays.keep(exported, is_final=True)
    link = links.mint(replay.id, origin="a", by="U1", expires_in=DAY, max_opens=1)
    postings.add(link.id, "chat", ADDRESS)
    return link


def told(postings):
    """What there is to be told, told."""
    found = postings.untold()
    for one in found:
        postings.told(one)
    return [(one.link_id, one.state) for one in found]


def test_an_open_link_has_nothing_to_tell(postings, link):
    assert told(postings) == []


def test_an_expired_link_is_told_of_once(postings, link, time):
    time.pass_(days=1)
    (one,) = postings.untold()
    assert (one.destination, one.address) == ("chat", ADDRESS)
    assert told(postings) == [(link.id, LinkState.EXPIRED)]
    assert told(postings) == []


def test_a_revoked_link_is_told_of_with_who_did_it(postings, links, link):
    links.revoke(link.id, by="U2")
    (one,) = postings.untold()
    assert (one.state, one.by) == (LinkState.REVOKED, "U2")
    assert told(postings) == [(link.id, LinkState.REVOKED)]
    assert told(postings) == []


def test_a_used_up_link_is_told_of(postings, links, link):
    links.door.admit(links.door.open(link.url.rpartition("/")[2]), "page")
    assert told(postings) == [(link.id, LinkState.USED_UP)]
    assert told(postings) == []


def test_an_extension_is_told_of_each_time(postings, links, link, time):
    for _ in range(2):
        time.pass_(hours=1)
        links.extend(link.id, by="U1", expires_in=DAY)
        assert told(postings) == [(link.id, LinkState.OPEN)]
    assert told(postings) == []


def test_an_extension_while_another_is_told_is_not_lost(postings, links, link, time):
    links.extend(link.id, by="U1", expires_in=2 * DAY)
    (one,) = postings.untold()
    links.extend(link.id, by="U1", expires_in=3 * DAY)
    postings.told(one)
    assert told(postings) == [(link.id, LinkState.OPEN)]


def test_a_link_that_was_posted_nowhere_is_never_told_of(engine, postings, links, link):
    entry = links.get(link.id)
    other = links.mint(entry.replay_id, origin="b", by="cli:root", expires_in=DAY)
    links.revoke(other.id, by="cli:root")
    assert told(postings) == []
