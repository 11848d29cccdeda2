"""Workers share the archives: rung for through Redis, found without it."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from bot.archiving.building import Archives
from bot.archiving.orders import Order, target_at
from bot.clock import utc_now
from bot.jobs.archive_worker import ArchiveWorker
from bot.jobs.queue import ARCHIVE_QUEUE, Bell
from bot.policy import RedactionPolicy
from bot.storage import ReplayStore
from bot.wiring.archives import warehouse_at
from tests.quick_source import FIRST, QuickSource


class Shared(QuickSource):
    """Counts in which threads it is asked, and waits until two ask at once."""

    def __init__(self, count):
        super().__init__(count)
        self.threads = Counter()
        self.both = threading.Barrier(2)

    def snapshot_lines(self, recording):
        self.threads[threading.current_thread()] += 1
        if len(self.asked) < 2:
            self.both.wait(10)
        yield from super().snapshot_lines(recording)


@pytest.fixture
def work_of(engine):
    def make(source):
        return Archives(
            engine,
            {source.name: source},
            store_at=ReplayStore.at,
            redaction=RedactionPolicy(),
            lease=timedelta(seconds=3),
            per_hour={},
            warehouse_at=warehouse_at,
        )

    return make


@pytest.fixture
def free_port_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}"


def begin(archives, folder):
    order = Order(target_at(str(folder / "kept")))
    span = {"since": FIRST, "until": utc_now(), "is_shared": True}
    return archives.runs.begin(order, **span)[0].id


def finished(archives, run_id):
    deadline = time.monotonic() + 20
    while archives.runs.get(run_id).is_open and time.monotonic() < deadline:
        time.sleep(0.05)
    return archives.runs.report(run_id)


def test_two_workers_share_a_run(work_of, redis_url, tmp_path):
    """Each recording is fetched once, by whichever is free."""
    source = Shared(8)
    every = [
        ArchiveWorker(
            work_of(source).work,
            work_of(source).schedules,
            Bell(redis_url, queue=ARCHIVE_QUEUE),
            threads=1,
            sweep_seconds=0.05,
        )
        for _ in range(2)
    ]
    archives = work_of(source)
    for worker in every:
        worker.start()
    report = finished(archives, begin(archives, tmp_path))
    for worker in every:
        worker.stop()
    assert report.counts == {"archived": 8}
    assert sorted(source.asked) == sorted(source.recordings)
    assert len(source.threads) == 2


def test_without_redis_the_sweep_does_the_work(work_of, tmp_path, free_port_url):
    source = QuickSource(3)
    archives = work_of(source)
    worker = ArchiveWorker(
        archives.work,
        archives.schedules,
        Bell(free_port_url, queue=ARCHIVE_QUEUE),
        threads=1,
    )
    run_id = begin(archives, tmp_path)
    worker.sweep()
    assert archives.runs.report(run_id).counts == {"archived": 3}
