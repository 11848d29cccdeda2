"""Two hundred people ask at once while PostHog stalls: each is acked at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from bot.demo.posthog import Fault
from tests.journeys.courier import installed, shown
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually

PEOPLE = 200


@pytest.fixture
def courier(installation, redis_url, tmp_path):
    """The web side and the worker are processes, as with an installation's."""
    with installed(installation, redis_url) as courier:
        courier.environment["PORT"] = courier.url.rpartition(":")[2]
        with (
            Process("web", courier.environment, tmp_path, "answers on") as web,
            Process("worker", courier.environment, tmp_path, "started") as worker,
        ):
            web.started()
            worker.started()
            eventually(lambda: answers(courier.url))
            yield courier


def test_acks_take_milliseconds_while_posthog_stalls(courier):
    customers = [courier.customer() for _ in range(PEOPLE)]
    courier.posthog.faults.add("persons", Fault.SLOW)
    with ThreadPoolExecutor(PEOPLE) as people:
        list(people.map(lambda one: courier.ask(one.email), customers))
    seconds = sorted(ack.seconds for ack in courier.slack.acks)
    assert len(seconds) == PEOPLE
    assert seconds[-1] < 3.0, "Slack's deadline"
    assert seconds[int(PEOPLE * 0.99) - 1] < 1.0
    assert courier.open_rows() == PEOPLE
    courier.posthog.faults.clear()
    courier.posthog.release()
    courier.settled(within=30)
    answers = [shown(one) for one in courier.private()]
    assert len(answers) == PEOPLE
    for customer in customers:
        assert sum(customer.email in answer for answer in answers) == 1


def answers(url):
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False
