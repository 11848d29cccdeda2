"""``serve``: one process with a Redis of its own, killed, started again, and ended."""

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import requests

from bot.demo.posthog import Fault
from bot.operations.embedded_redis import EmbeddedRedis
from tests.journeys.courier import installed
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually


@pytest.fixture
def courier(tmp_path):
    # The lease of a real installation: nothing here may wait for it to end.
    with installed({"DATA_DIR": str(tmp_path / "data")}, None) as courier:
        courier.environment["PORT"] = courier.url.rpartition(":")[2]
        yield courier


@contextmanager
def serving(courier, folder):
    with Process("serve", courier.environment, folder, "answers on") as process:
        process.started()
        eventually(lambda: answers(courier))
        yield process


def answers(courier):
    try:
        return requests.get(f"{courier.url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def redis_pid(folder):
    """The process id of the Redis that answers on the data folder, if one does."""
    with redis.Redis.from_url(EmbeddedRedis(folder / "data").url) as client:
        try:
            return int(client.info("server")["process_id"])
        except redis.ConnectionError:
            return None


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody reaps orphans, an ended one stays in the table.
    status = Path(f"/proc/{pid}/stat")
    return (
        not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    )


def ask_slowly(courier):
    """Ask for a customer whom PostHog takes its time to find."""
    customer = courier.customer()
    courier.posthog.faults.add("persons", Fault.SLOW, times=1)
    courier.ask(customer.email)
    eventually(lambda: courier.posthog.count()["persons"])
    return customer


def test_a_killed_serve_goes_on_where_it_was_when_started_again(courier, tmp_path):
    with serving(courier, tmp_path) as process:
        customer = ask_slowly(courier)
        orphan = redis_pid(tmp_path)
        process.kill()
    assert runs(orphan), "nobody told its Redis"
    with serving(courier, tmp_path):
        began = time.monotonic()
        courier.listing(customer)
        assert time.monotonic() - began < 10, "it waited for the lease"
        assert redis_pid(tmp_path) not in (None, orphan)
        eventually(lambda: not runs(orphan))
        courier.settled()
    assert len(courier.private()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_when_the_work_in_hand_is_done(courier, tmp_path, number):
    with serving(courier, tmp_path) as process:
        customer = ask_slowly(courier)
        server = redis_pid(tmp_path)
        process.signal(number)
        eventually(lambda: "Finishing the work in hand" in process.said())
        assert not answers(courier), "it still takes requests"
        courier.posthog.release()
        assert process.end(within=10) == 0, process.said()
    courier.listing(customer)
    assert courier.open_rows() == 0
    assert not runs(server)


def test_an_idle_serve_ends_at_once(courier, tmp_path):
    with serving(courier, tmp_path) as process:
        process.signal(signal.SIGINT)
        assert process.end(within=3) == 0, process.said()


def test_serve_answers_on_when_its_redis_is_killed(courier, tmp_path):
    with serving(courier, tmp_path) as process:
        os.kill(redis_pid(tmp_path), signal.SIGKILL)
        customer = courier.customer()
        courier.ask(customer.email)
        courier.pass_time()
        courier.listing(customer)
        process.signal(signal.SIGINT)
        assert process.end(within=5) == 0, process.said()


def test_a_second_serve_on_the_folder_says_so_and_ends(courier, tmp_path):
    with serving(courier, tmp_path):
        with Process("serve", courier.environment, tmp_path, "") as second:
            assert second.end(within=10) == 1
        assert "another replay-courier is running" in second.said()
        assert "Traceback" not in second.said()
        assert answers(courier)


def test_web_and_worker_apart_end_in_order(courier, tmp_path, redis_url):
    courier.environment["REDIS_URL"] = redis_url
    with (
        Process("web", courier.environment, tmp_path, "answers on") as web,
        Process("worker", courier.environment, tmp_path, "started") as worker,
    ):
        eventually(lambda: answers(courier), within=30)
        worker.started()
        customer = ask_slowly(courier)
        worker.signal(signal.SIGTERM)
        eventually(lambda: "Finishing the work in hand" in worker.said())
        courier.posthog.release()
        assert worker.end(within=10) == 0
        courier.listing(customer)
        courier.ask(customer.email)
        web.signal(signal.SIGTERM)
        assert web.end(within=5) == 0
    assert courier.open_rows() == 1, "asked after the worker had gone"
