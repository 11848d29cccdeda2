"""An archive out of PostHog keeps to its limits, and people are answered meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.archiving.building import Archives
from bot.archiving.orders import Order, target_at
from bot.database.engine import connect
from bot.demo.posthog import DEMO_KEY, PostHogStandIn
from bot.demo.server import Server
from bot.policy import RedactionPolicy
from bot.storage import ReplayStore, StoredBlobs
from bot.wiring.archives import warehouse_at
from integrations.posthog import PostHogSource

JANES = ["01a20811-ab4b-7682-8d6f-f64613bb0184"]


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def posthog(clock):
    """The free tier: 12 calls for snapshots a minute, 60 an hour."""
    posthog = PostHogStandIn(clock=clock, tier="free")
    # As many as it takes to meet a limit twice.
    simple = [one for one in posthog.project.recordings if one.cuts == [16]]
    posthog.project.recordings = [posthog.project.recordings[0], *simple]
    return posthog


@pytest.fixture
def made(posthog, clock, sqlite_url, tmp_path):
    engine = connect(sqlite_url)
    with Server(posthog.app) as server:
        source = PostHogSource(
            host=server.url,
            project_id=posthog.project.id,
            api_key=DEMO_KEY,
            cache=StoredBlobs(ReplayStore.at((tmp_path / "objects").as_uri())),
            now=clock,
        )

        def archives(**per_hour):
            return Archives(
                engine,
                {"posthog": source},
                store_at=ReplayStore.at,
                redaction=RedactionPolicy(),
                lease=timedelta(seconds=60),
                per_hour=per_hour,
                warehouse_at=warehouse_at,
                clock=clock,
            )

        archives.source = source
        yield archives
    engine.dispose()


@pytest.fixture
def begin(clock, tmp_path):
    def run(archives):
        order = Order(target_at(str(tmp_path / "kept")))
        span = {"since": clock.now - timedelta(days=30), "until": clock.now}
        return archives.runs.begin(order, **span, is_shared=True)[0].id

    return run


def work(archives):
    while archives.work.do_one():
        pass


def test_a_429_is_waited_out_and_nothing_fails(made, begin, posthog, clock):
    """After one refusal nobody asks until the time that PostHog named."""
    archives = made()
    run_id = begin(archives)
    refusals = 0
    while archives.runs.get(run_id).is_open:
        work(archives)
        if until := archives.paces.waiting().get("posthog"):
            refusals += 1
            calls = posthog.count()
            clock.now = until - timedelta(seconds=1)
            work(archives)
            assert posthog.count() == calls
            clock.now = until
    report = archives.runs.report(run_id)
    assert refusals > 1
    assert set(report.counts) <= {"archived", "ongoing", "gone"}
    assert report.counts["archived"] > 8


def test_people_are_answered_while_an_archive_runs(made, begin, clock):
    """At even distances it leaves them their share of the hour."""
    archives = made(posthog=12)
    run_id = begin(archives)
    for _ in range(8):
        clock.now += timedelta(minutes=5)
        work(archives)
        for recording in JANES:
            assert list(made.source.snapshot_lines(made.source.recording(recording)))
    assert archives.runs.report(run_id).settled == 8
