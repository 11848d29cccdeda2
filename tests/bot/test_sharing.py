"""A share link opens one replay until it expires or is revoked; its token is secret."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from bot.errors import Gone, NotFound, SettingsError
from bot.exporter import export
from bot.exporter.fitting import export_part
from bot.model import LinkState
from bot.policy import Audience, RedactionPolicy
from bot.recording.files import open_recording
from bot.recording.spans import Wish
from bot.replays import Replays
from bot.sealing import Sealer, new_key
from bot.sharing import Links, OpenLink, Postings
from bot.storage import ReplayStore
from tests import recorded
from tests.bot.test_ledger import Time
from tests.keys import sealer

WEEK = timedelta(days=7)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def replays(engine, tmp_path):
    return Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))


@pytest.fixture
def replay(replays):
    with export(recorded.events("static-simple"), source="file") as exported:
        return replays.keep(exported, is_final=True)


@pytest.fixture
def links(engine, time):
    return Links(
        engine, public_url="https://replays.example.com/", sealer=sealer(), clock=time
    )


@pytest.fixture
def postings(engine):
    return Postings(engine)


def token_of(link):
    return link.url.rpartition("/")[2]


def test_a_link_opens_its_replay_and_tells_when_it_expires(links, replay, time):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert link.url.startswith("https://replays.example.com/r/")
    opened = links.door.open(token_of(link))
    assert (opened.id, opened.replay_id) == (link.id, replay.id)
    assert opened.expires_at == time.now + WEEK


def test_a_token_has_at_least_128_random_bits_and_is_not_stored(links, replay, engine):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert len(token_of(link)) >= 32  # 6 bits a character
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM links")).all()
    assert token_of(link) not in repr(rows)


def test_an_expired_link_is_gone_and_says_expired(links, replay, time):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    time.pass_(days=7)
    with pytest.raises(Gone, match="expired"):
        links.door.open(token_of(link))


def test_a_revoked_link_is_gone_at_once_and_keeps_who_revoked_it_first(links, replay):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert links.revoke(link.id, by="U2")
    assert links.revoke(link.id, by="U3")
    with pytest.raises(Gone, match="revoked"):
        links.door.open(token_of(link))
    assert links.revoked_at(link.id) is not None


@pytest.mark.parametrize("token", ["", "nothing", "x" * 5000, "\udc80"])
def test_an_unknown_token_is_not_found(links, replay, token):
    with pytest.raises(NotFound) as error:
        links.door.open(token)
    assert not isinstance(error.value, Gone)


def test_minting_again_for_the_same_origin_replaces_the_token(links, replay):
    """A worker killed before posting left a link that nobody was given."""
    lost = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    kept = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert kept.id == lost.id
    with pytest.raises(NotFound):
        links.door.open(token_of(lost))
    assert links.door.open(token_of(kept))


def test_links_are_listed_with_state_and_views_and_without_token(links, replay, time):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    links.door.admit(links.door.open(token_of(link)), "page")
    links.door.admit(links.door.open(token_of(link)), "page")
    links.door.admit(links.door.open(token_of(link)), "download")
    (entry,) = links.entries()
    assert (entry.views, entry.created_by, entry.state(time.now)) == (2, "U1", "open")
    assert entry.state(time.now + WEEK) == "expired"
    assert token_of(link) not in repr(entry)


def test_a_link_is_named_by_id_token_or_url(links, replay):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    for name in (link.id, token_of(link), link.url, f"{link.url}#t=20"):
        assert links.named(name) == link.id
    with pytest.raises(NotFound, match="replay-courier links"):
        links.named("https://replays.example.com/r/other")


def test_a_stored_replay_gives_back_its_segments(replays, replay):
    kept = replays.latest(
        "file",
        replay.manifest.recording_id or replay.id,
        redaction=RedactionPolicy(),
    )
    assert kept == replays.get(replay.id)
    assert len(replays.segment(kept, 0)) == kept.manifest.segments[0].bytes
    with pytest.raises(NotFound):
        replays.segment(kept, 1)


def test_a_shared_part_of_a_recording_is_not_taken_for_the_recording(replays):
    """Who asks for the recording gets the newest whole export of it."""
    kept = []
    for wish in (None, Wish(start=10_000)):
        recording = open_recording(recorded.snapshots("checkout"))
        make = partial(export, source="file", recording_id="r1")
        with export_part(recording.events, make, wish=wish, limit=None) as exported:
            kept.append(replays.keep(exported, is_final=False))
    assert kept[1].manifest.cut is not None
    assert replays.latest("file", "r1", redaction=RedactionPolicy()) == kept[0]
    named = [("file", "r1"), ("other", "r1"), ("file", "r2")]
    whole = {"r1": kept[0].manifest.summary}
    assert replays.summaries(named, redaction=RedactionPolicy()) == whole
    customers = RedactionPolicy().for_audience(Audience.CUSTOMER)
    assert replays.summaries(named, redaction=customers) == {}
    assert replays.summaries(named[1:], redaction=RedactionPolicy()) == {}


def test_a_stored_replay_is_found_only_by_the_rules_it_was_made_by(replays, replay):
    """Staff's copy never answers for a customer's, nor an old copy for new rules."""
    recording_id = replay.manifest.recording_id or replay.id
    for policy in (
        RedactionPolicy().for_audience(Audience.CUSTOMER),
        RedactionPolicy().also(["email"]),
        RedactionPolicy(secrets=False),
    ):
        assert replays.latest("file", recording_id, redaction=policy) is None


def test_time_in_the_database_is_aware_utc(links, replay):
    links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    (entry,) = links.entries()
    assert entry.created_at.utcoffset() == timedelta(0)
    assert entry.created_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_link_opens_as_often_as_it_may_and_is_watched_to_its_end(links, replay, time):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK, max_opens=2)
    tickets = [
        links.door.admit(links.door.open(token_of(link)), "page") for _ in range(2)
    ]
    with pytest.raises(Gone, match="used_up"):
        links.door.open(token_of(link))
    for ticket in tickets:
        opened = links.door.open(token_of(link), ticket=ticket)
        assert links.door.admits(opened, ticket)
        assert not links.door.admits(opened, "another")
    time.pass_(hours=13)
    with pytest.raises(Gone, match="used_up"):
        links.door.open(token_of(link), ticket=tickets[0])


def test_the_last_open_is_given_once(links, replay):
    """Two readers who come at the same time were both told that it opens."""
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK, max_opens=1)
    both = [links.door.open(token_of(link)), links.door.open(token_of(link))]
    links.door.admit(both[0], "page")
    with pytest.raises(Gone, match="used_up"):
        links.door.admit(both[1], "page")


@pytest.mark.parametrize("max_opens", [None, 1])
def test_a_link_revoked_meanwhile_admits_nobody(links, replay, max_opens):
    """Between being found and being opened, too."""
    minted = links.mint(
        replay.id, origin="r1:a", by="U1", expires_in=WEEK, max_opens=max_opens
    )
    link = links.door.open(token_of(minted))
    links.revoke(minted.id, by="U1")
    with pytest.raises(Gone, match="revoked"):
        links.door.admit(link, "page")
    assert links.get(minted.id).opens == 0


def test_a_ticket_opens_no_revoked_and_no_other_link(links, replay):
    first, second = (
        links.mint(replay.id, origin=origin, by="U1", expires_in=WEEK, max_opens=1)
        for origin in ("r1:a", "r2:a")
    )
    ticket = links.door.admit(links.door.open(token_of(first)), "page")
    assert not links.door.admits(links.door.open(token_of(second)), ticket)
    links.revoke(first.id, by="U1")
    with pytest.raises(Gone, match="revoked"):
        links.door.open(token_of(first), ticket=ticket)


def test_a_link_that_counts_nothing_needs_no_ticket(links, replay):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert links.door.admits(links.door.open(token_of(link)), "")


def test_an_open_link_is_extended_and_never_shortened(links, replay, time):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    time.pass_(days=6)
    assert links.extend(link.id, by="U2", expires_in=WEEK) == time.now + WEEK
    until = links.extend(link.id, by="U2", expires_in=timedelta(hours=1))
    assert until == time.now + WEEK
    time.pass_(days=6)
    assert links.door.open(token_of(link))


@pytest.mark.parametrize("close", ["revoke", "expire"])
def test_a_closed_link_stays_closed(links, replay, time, close):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    if close == "revoke":
        links.revoke(link.id, by="U1")
    else:
        time.pass_(days=8)
    with pytest.raises(Gone) as error:
        links.extend(link.id, by="U1", expires_in=WEEK)
    assert "Share the replay again" in error.value.plain


def test_the_url_is_read_back_with_the_key_and_not_without(links, replay, engine):
    link = links.mint(replay.id, origin="r1:a", by="U1", expires_in=WEEK)
    assert links.share_link(links.get(link.id)).url == link.url
    assert links.ours(f"{link.url}#t=7").id == link.id
    assert links.ours(link.url.replace("replays.", "other.")) is None
    assert links.ours("https://replays.example.com/r/unknown") is None
    other = Links(engine, public_url="https://x.test", sealer=Sealer([new_key()]))
    with pytest.raises(SettingsError):
        other.share_link(other.get(link.id))


def test_links_are_counted_by_state_and_listed_by_maker(links, postings, replay, time):
    for number in range(4):
        limit = 1 if number == 3 else None
        links.mint(
            replay.id,
            origin=f"r{number}",
            by=f"U{number % 2}",
            expires_in=timedelta(days=number + 1),
            max_opens=limit,
        )
        time.pass_(seconds=1)
    newest, _, revoked, _ = links.entries()
    links.revoke(revoked.id, by="U1")
    links.door.admit(
        OpenLink(newest.id, newest.replay_id, newest.expires_at, True), "page"
    )
    time.pass_(days=1)
    assert links.counts() == {
        LinkState.EXPIRED: 1,
        LinkState.REVOKED: 1,
        LinkState.OPEN: 1,
        LinkState.USED_UP: 1,
    }
    assert links.entries(by="U1") == [], "none of them was posted"
    for one in links.entries():
        postings.add(one.id, "chat", {"room": "1"})
    assert {one.created_by for one in links.entries(by="U1")} == {"U1"}
