"""Captured recordings beside those of PostHog's API: the same sessions, each once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.captured.source import CaptureSource
from bot.clock import utc_now
from bot.config import Settings
from bot.database.captures import sessions
from bot.database.engine import transaction
from bot.delivery import Policy
from bot.delivery.exporting import Exports
from bot.delivery.watching import Watched
from bot.demo.posthog import DEMO_KEY, PostHogStandIn
from bot.demo.server import Server
from bot.errors import Gone
from bot.exporter.segments import unpack
from bot.identifiers import read
from bot.lookup import look_up
from bot.model import Action, ReplayRequest, ReplyTo
from bot.replays import Replays
from bot.sharing import Links
from bot.sources import recording_by_id
from bot.wiring import Services
from tests import commands, recorded
from tests.bot.captured.sent import PROJECT, batches
from tests.keys import sealer

FACTS = recorded.facts("checkout")
EMAIL = "jane.doe@example.com"


@pytest.fixture
def posthog():
    return PostHogStandIn()


@pytest.fixture
def environment(tmp_path, posthog):
    with Server(posthog.app) as server:
        yield {
            "DATA_DIR": str(tmp_path),
            "CAPTURE_MODE": "tee",
            "CAPTURE_PROJECTS": PROJECT,
            "CAPTURE_FORWARD_TO": server.url,
            "POSTHOG_HOST": server.url,
            "POSTHOG_PROJECT_ID": "1",
            "POSTHOG_API_KEY": DEMO_KEY,
        }


@pytest.fixture
def services(environment):
    services = Services(Settings.from_env(environment))
    yield services
    services.close()


def keep(services, some):
    for batch in some:
        services.captures.keeper.keep(batch)
    services.captures.filing.run()


def test_one_session_in_both_is_one_and_what_is_silent_is_named(
    services, environment, tmp_path
):
    """Found once, with PostHog's address and our events; then without PostHog."""
    keep(services, batches("checkout"))

    found = look_up(
        services.sources,
        read(EMAIL),
        look_back=timedelta(days=400),
        limit=10,
        now=utc_now(),
        choosing=True,
    )
    [one] = found.recordings
    assert (one.id, one.sources) == (FACTS["session_id"], ("capture", "posthog"))
    assert "/replay/" in one.url
    held = recording_by_id(services.sources, FACTS["session_id"])
    assert [source.name for source, _ in held.by] == ["capture", "posthog"]
    assert held.recording.person.email == EMAIL

    alone = commands.run(
        *("find", EMAIL, "--since", "400d"),
        environment=environment | {"POSTHOG_API_KEY": "phx_another"},
        folder=tmp_path,
    )
    assert alone.returncode == 0, alone.stderr
    assert FACTS["session_id"] in alone.stdout
    assert "capture" in alone.stdout
    assert "PostHog did not answer: there may be more." in alone.stderr


def test_what_was_erased_here_is_not_shown_from_posthog(services):
    keep(services, batches("checkout"))
    with transaction(services.engine) as connection:
        connection.execute(sessions.update().values(state="erased", start=None))
    with pytest.raises(Gone):
        recording_by_id(services.sources, FACTS["session_id"])


def test_a_session_that_is_still_being_captured_grows_behind_its_link(services):
    """What a page has read of it stays as it was, letter for letter, so that the page
    takes in what is new alone."""
    sent = batches("checkout")
    some = len(sent) // 2
    now = [sent[some - 1].received_at]
    source = CaptureSource(services.engine, services.store, clock=lambda: now[0])
    replays = Replays(services.engine, services.store, clock=lambda: now[0])
    links = Links(services.engine, public_url="", sealer=sealer(), clock=lambda: now[0])
    exports = Exports([source], replays, assets=None, clock=lambda: now[0])
    policy = Policy(timedelta(days=14), timedelta(days=7), 5)
    watched = Watched(
        exports, replays, links, services.ledger, policy=policy, clock=lambda: now[0]
    )

    keep(services, sent[:some])
    first, told = exports.stored(FACTS["session_id"], policy.redaction)
    assert told.ongoing
    link = links.mint(first.id, origin="a", by="b", expires_in=timedelta(days=1))
    keep(services, sent[some:])
    now[0] = sent[-1].received_at + timedelta(seconds=20)
    watched.follow(
        ReplayRequest(
            key="f1",
            action=Action.FOLLOW,
            reply_to=ReplyTo("web"),
            asked_by="",
            recording_id=FACTS["session_id"],
        )
    )
    [entry] = links.entries()
    newer = replays.get(entry.replay_id)
    assert (entry.id, newer.is_followable) == (link.id, True)
    assert first.manifest.summary.events < newer.manifest.summary.events
    assert newer.manifest.summary.events == FACTS["events"]
    assert newer.manifest.summary.start == first.manifest.summary.start
    assert lines(replays, first) <= lines(replays, newer)


def test_the_page_of_an_installation_asks_for_more(environment, redis_url):
    """What is still sent goes on."""
    services = Services(Settings.from_env(environment), redis_url=redis_url)
    keep(services, [replace(one, received_at=utc_now()) for one in batches("checkout")])
    rules = services.settings.redaction
    replay, _ = services.courier.answers.exports.stored(FACTS["session_id"], rules)
    link = services.links.mint(
        replay.id, origin="a", by="b", expires_in=timedelta(days=1)
    )
    client = services.app().test_client()
    path = link.url.removeprefix(services.settings.public_url)
    [newer] = re.findall(rb'data-newer="([^"]*)"', client.get(path).data)
    assert client.get(newer.decode()).json == {"ongoing": True}
    services.close()


def lines(replays, replay):
    """What a page reads of it."""
    return {
        line
        for index, segment in enumerate(replay.manifest.segments)
        for line in unpack(segment, replays.segment(replay, index)).split(b"\n")
    }
