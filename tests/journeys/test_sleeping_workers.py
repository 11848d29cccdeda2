"""A worker sleeps through its lease, as a suspended machine does, and wakes up."""

import signal
import sqlite3
from contextlib import closing

import pytest

from bot.demo.posthog import Fault
from tests.journeys.courier import SHARE, installed, links, plays, shown
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually


@pytest.fixture
def courier(tmp_path, redis_url):
    settings = {"DATA_DIR": str(tmp_path / "data"), "LEASE": "1s"}
    with installed(settings, redis_url) as courier, courier.web():
        courier.services.engine  # noqa: B018 (migrates before the worker does)
        yield courier


@pytest.fixture
def process(courier, tmp_path):
    with Process("worker", courier.environment, tmp_path, "Worker started") as process:
        yield process.started()


def test_a_worker_that_wakes_up_late_breaks_no_link(courier, process):
    customer = courier.customer()
    courier.ask(customer.email)
    listing = courier.listing(customer)
    courier.posthog.faults.add("blobs", Fault.SLOW, times=1)
    assert courier.slack.click("ana", listing, SHARE).ok
    eventually(lambda: courier.posthog.count()["blobs"])
    process.signal(signal.SIGSTOP)
    with courier.working():
        courier.settled()
        process.signal(signal.SIGCONT)
        courier.posthog.release()
        eventually(lambda: "lease lost" in process.said())
    [message] = courier.slack.messages("support")
    assert plays(*links(shown(message)))


def test_a_worker_killed_between_bell_and_row_delays_an_answer(courier, process):
    """It took the bell out of the queue, and nothing says so in the row."""
    customer = courier.customer()
    process.signal(signal.SIGSTOP)
    courier.ask(customer.email)
    with closing(sqlite3.connect(courier.settings.data_dir / "courier.db")) as lock:
        lock.execute("BEGIN IMMEDIATE")
        process.signal(signal.SIGCONT)
        eventually(lambda: courier.services.bell.waiting() == 0)
        process.kill()
    assert courier.row().attempts == 0
    courier.pass_time()
    with courier.working():
        courier.listing(customer)
