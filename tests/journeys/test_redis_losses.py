"""Redis holds nothing that must not be lost: it may be emptied, or be away."""

import pytest
import redis

from bot.demo.slack import faults as slack_faults
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


def empty(courier):
    with redis.Redis.from_url(courier.environment["REDIS_URL"]) as client:
        client.flushall()


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
    [parent] = courier.slack.messages("support")
    assert len(courier.slack.thread("support", parent.ts)) == 2
    assert courier.row().attempts == 1


def test_what_an_emptied_redis_forgot_is_answered(courier):
    courier.ask(EMAIL)
    empty(courier)
    with courier.working():
        assert EMAIL in shown(courier.told("/checkout"))


def test_a_worker_outlives_the_emptying_of_its_redis(courier):
    with courier.working():
        courier.ask(EMAIL)
        courier.told("/checkout")
        empty(courier)
        courier.ask(f"{EMAIL} last 2d")
        courier.told("last 2 days")


def test_redis_may_be_away_between_question_and_answer(alone, own_redis):
    """The question is acked all the same: its row is safe in the database."""
    with alone.working():
        own_redis.stop()
        for _ in range(3):
            alone.ask(EMAIL)
        assert max(ack.seconds for ack in alone.slack.acks) < 1.0
        assert alone.open_rows() == 3
        own_redis.start()
        alone.settled()
    assert len(alone.private()) == 3
    assert all("/checkout" in shown(one) for one in alone.private())


def test_an_answer_under_way_when_redis_goes_away_arrives(alone, own_redis):
    alone.slack.faults.add("response_url", slack_faults.timeout(0.3))
    with alone.working():
        alone.ask(EMAIL)
        eventually(lambda: alone.slack.faults.taken)
        own_redis.stop()
        alone.told("/checkout")
        own_redis.start()
        alone.settled()
