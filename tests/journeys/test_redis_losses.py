"""Redis holds nothing that must not be lost: it may be emptied, hang, or be away."""

import os
import signal
import time

import pytest
import redis

from bot.demo.posthog import Fault
from bot.demo.zendesk import Fault as ZendeskFault
from bot.operations.embedded_redis import EmbeddedRedis
from tests.journeys.courier import installed, shown
from tests.journeys.waiting import eventually

EMAIL = "jane.doe@example.com"


@pytest.fixture
def own_redis(tmp_path):
    server = EmbeddedRedis(tmp_path / "own").start()
    yield server
    server.stop()


@pytest.fixture
def alone(small, own_redis):
    """A courier whose Redis is its own, to be stopped by the test."""
    with installed(small, own_redis.url) as courier, courier.web():
        yield courier


def test_two_workers_that_hear_of_one_row_answer_it_once(courier):
    other = courier.another()
    with courier.working(), courier.working(other):
        event = courier.slack.mention("ana", "support", EMAIL)
        row = courier.row()
        for _ in range(20):
            courier.services.bell.ring(row.id)
        courier.slack.redeliver(event)
        courier.settled()
        eventually(lambda: courier.services.bell.waiting() == 0)
    other.close()
    assert len(courier.private()) == 1
    assert courier.row().attempts == 1


def test_what_an_emptied_redis_forgot_is_answered(alone, own_redis):
    with redis.Redis.from_url(own_redis.url) as client:
        alone.ask(EMAIL)
        client.flushall()
        alone.pass_time()
        with alone.working():
            alone.told("/checkout")
            client.flushall()
            alone.ask(f"{EMAIL} last 2d")
            alone.told("in the last 2 days")


def test_questions_are_answered_while_redis_is_away(alone, own_redis):
    """Their rows are safe in the database, and the sweep looks at them itself."""
    with alone.working():
        own_redis.stop()
        for _ in range(3):
            alone.ask(EMAIL)
        assert max(ack.seconds for ack in alone.slack.acks) < 1.0
        alone.pass_time()
        alone.settled()
        assert len(alone.private()) == 3
        assert all("/checkout" in shown(one) for one in alone.private())


def test_a_ticket_opened_while_everything_is_away_gets_its_note(alone, own_redis):
    """Redis, then PostHog and Zendesk for the first tries: once, when they are back."""
    zendesk = alone.zendesk
    own_redis.stop()
    alone.posthog.faults.add("any", Fault.DOWN)
    ticket = zendesk.create_ticket(EMAIL, "Cannot pay", "It says 500.")
    assert zendesk.postman.settle()
    assert [one.status for one in zendesk.deliveries[0].attempts] == [202]
    worker = alone.services.worker()
    worker.look_at(alone.row().id)
    assert alone.row().state == "waiting"
    alone.posthog.faults.clear()
    zendesk.faults.next(ZendeskFault.APPLIED_THEN_500)
    zendesk.faults.next(ZendeskFault.UNAVAILABLE, method="GET", path="/audits$", skip=1)
    for _ in range(2):
        alone.pass_time()
        worker.look_at(alone.row().id)
    assert alone.row().state == "done"
    assert len(zendesk.faults.taken) == 2
    [note] = zendesk.notes(ticket)
    assert not note.public


def test_a_redis_that_hangs_does_not_hold_up_an_ack(alone, own_redis):
    with redis.Redis.from_url(own_redis.url) as client:
        pid = client.info("server")["process_id"]
    with alone.working():
        os.kill(pid, signal.SIGSTOP)
        try:
            alone.ask(EMAIL)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert alone.slack.acks[-1].seconds < 2.0
        alone.pass_time()
        alone.told("/checkout")


def test_a_worker_ends_in_order_though_redis_is_gone(alone, own_redis):
    """It finishes the work in hand, and does not wait for Redis to come back."""
    worker = alone.services.worker()
    worker.start()
    alone.posthog.faults.add("persons", Fault.SLOW, times=1)
    alone.ask(EMAIL)
    eventually(lambda: alone.posthog.count()["persons"])
    own_redis.stop()
    began = time.monotonic()
    alone.posthog.release()
    worker.stop()
    assert time.monotonic() - began < 5.0
    alone.told("/checkout")
    assert alone.open_rows() == 0
    own_redis.start()
