"""The store is full or away: people are told, and nothing is lost.

The full disk is a real one of a megabyte, the bucket's server a real one that is gone.
"""

import time
from datetime import timedelta

import pytest
import requests
from moto.server import ThreadedMotoServer

from tests.journeys.courier import SHARE, installed, links, plays, shown
from tests.journeys.waiting import eventually
from tests.servers import free_port

JANE = "jane.doe@example.com"


@pytest.fixture
def courier_on(small, redis_url):
    """Called with settings that put something on the small disk."""

    def courier_on(**settings):
        return installed({**small, **settings}, redis_url)

    return courier_on


def test_a_full_store_delays_a_share(courier_on, disk):
    with (
        courier_on(STORAGE_URL=disk.folder.as_uri()) as courier,
        courier.web(),
        courier.working(),
    ):
        courier.ask(JANE)
        listing = courier.told(SHARE)
        disk.fill()
        courier.slack.click("ana", listing, SHARE)
        assert "No space left" in courier.postponed().error
        disk.make_room()
        courier.pass_time()
        [message] = eventually(lambda: courier.slack.messages("support"))
        assert plays(*links(shown(message)))


def test_who_shares_into_a_store_that_stays_full_is_told(courier_on, disk):
    with (
        courier_on(STORAGE_URL=disk.folder.as_uri()) as courier,
        courier.web(),
        courier.working(),
    ):
        courier.ask(JANE)
        listing = courier.told(SHARE)
        disk.fill()
        courier.slack.click("ana", listing, SHARE)
        courier.postponed()
        courier.pass_time(timedelta(minutes=11))
        courier.told("Our storage is full; an administrator must make room.")
        assert courier.slack.messages("support") == []


def test_a_full_ledger_takes_no_question_it_could_lose(courier_on, disk):
    """Nothing is acked that was not committed: Slack's user is told, Zendesk comes
    again."""
    with courier_on(DATA_DIR=str(disk.folder)) as courier, courier.web():
        assert courier.services.ledger.counts() == {}
        disk.fill()
        courier.ask(JANE)
        [answer] = courier.private()
        assert "could not be queued" in shown(answer)
        ticket = courier.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")
        [delivery] = courier.zendesk.deliveries
        courier.zendesk.postman.wait_for_attempts(delivery, 1)
        assert delivery.attempts[0].status == 503
        disk.make_room()
        assert courier.zendesk.postman.settle()
        assert delivery.attempts[-1].status == 202
        with courier.working():
            [note] = eventually(lambda: courier.zendesk.notes(ticket))
            assert plays(*links(note.html_body))
            courier.settled()
        assert courier.private() == [answer]


def test_a_bucket_that_is_away_holds_nobody_up(large, redis_url, monkeypatch):
    """Whoever plays a link is told at once; who shares waits for it to be back."""
    port = free_port()
    bucket = serve_bucket(port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    with installed(large, redis_url) as courier, courier.web(), courier.working():
        courier.ask(JANE)
        listing = courier.told(SHARE)
        courier.slack.click("ana", listing, SHARE)
        [message] = eventually(lambda: courier.slack.messages("support"))
        [link] = links(shown(message))
        bucket.stop()

        began = time.monotonic()
        answer = requests.get(f"{link}/segments/0", timeout=30)
        assert answer.status_code == 503
        assert time.monotonic() - began < 3.0
        assert requests.get(f"{courier.url}/readyz", timeout=30).status_code == 503

        customer = courier.customer()
        courier.ask(customer.email)
        courier.slack.click("ana", courier.listing(customer), SHARE)
        assert "object store" in courier.postponed().error
        bucket = serve_bucket(port)
        courier.pass_time()
        [_, second] = eventually(
            lambda: len(found := courier.slack.messages("support")) == 2 and found
        )
        assert plays(link)
        assert plays(*links(shown(second)))
    bucket.stop()


def serve_bucket(port):
    """The bucket, on a port of its own; what it holds outlives the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    server.get_host_and_port()
    return server
