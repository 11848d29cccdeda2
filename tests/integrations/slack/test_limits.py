"""Slack's rate limits, kept by several workers over a real Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import redis
from slack_sdk import WebClient

from bot.demo.slack import faults
from bot.errors import RetryLater
from bot.jobs.queue import Bell
from integrations.slack.client import response_url_client, strict, web_client
from integrations.slack.clients import OneWorkspace
from integrations.slack.destination import SlackDestination
from integrations.slack.errors import Limited, ours
from integrations.slack.limits import LimitedClient, Limits
from tests.integrations.slack.samples import SHARED, found
from tests.integrations.slack.test_destination import ask, press
from tests.integrations.slack.world import ANA, TOKEN, Draft, World

Worker = Callable[..., LimitedClient]


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def worker(world: World, redis_url: str, waits: list[float]) -> Iterator[Worker]:
    """Makes the client of one more worker; none of them really waits."""
    open_ones: list[redis.Redis] = []

    def another(token: str = TOKEN) -> LimitedClient:
        shared = redis.Redis.from_url(redis_url)
        open_ones.append(shared)
        limits = Limits(shared, sleep=waits.append)
        client = LimitedClient(limits=limits, token=token, base_url=world.slack.api_url)
        limited = strict(client)
        assert isinstance(limited, LimitedClient)
        return limited

    yield another
    for one in open_ones:
        one.close()


def say(client: WebClient, channel: str = "C07SUPPORT1") -> None:
    with ours("saying hello"):
        client.chat_postMessage(channel=channel, text="hello")


def test_one_message_a_second_in_a_channel(
    world: World, worker: Worker, waits: list[float]
) -> None:
    """Whoever of the workers posts; a second is waited for, three are not."""
    say(worker())
    with pytest.raises(RetryLater) as limited:
        say(worker())
    assert len(waits) in (1, 2)
    assert limited.value.after == pytest.approx(1, abs=0.3)
    say(worker(), channel="C07RANDOM02")
    assert world.calls("chat.postMessage") == 2


def test_a_short_wait_is_waited_for(world: World, redis_url: str) -> None:
    """So short that Slack, had it no patience at all, would not refuse."""
    world.slack.allowance.burst = 2
    with redis.Redis.from_url(redis_url) as shared:
        client = LimitedClient(
            limits=Limits(shared), token=TOKEN, base_url=world.slack.api_url
        )
        began = time.monotonic()
        say(client)
        say(client)
        assert time.monotonic() - began > 0.9
    assert world.calls("chat.postMessage") == 2


def test_retry_after_holds_for_every_worker(world: World, worker: Worker) -> None:
    """Of the same workspace and method; nobody asks Slack before it is over."""
    world.slack.faults.add("users.info", faults.ratelimited(30))
    for _ in range(2):
        with pytest.raises(Limited) as limited, ours("looking up a user"):
            worker().users_info(user=ANA)
        assert limited.value.after == pytest.approx(30, abs=1)
    assert world.calls("users.info") == 1
    assert worker().auth_test()["ok"]
    other = worker("xoxb-of-another-workspace")
    with pytest.raises(Exception, match="invalid_auth"):
        other.users_info(user=ANA)


def test_methods_have_their_tiers(worker: Worker) -> None:
    limits = worker().limits
    for _ in range(50):
        limits.take("chat.update", "w", "")
    with pytest.raises(Limited) as limited:
        limits.take("chat.update", "w", "")
    assert limited.value.after == pytest.approx(60, abs=5)
    limits.take("chat.update", "another", "")
    limits.take("users.info", "w", "")


def test_modals_are_not_waited_for(worker: Worker, waits: list[float]) -> None:
    """Their trigger lives three seconds."""
    limits = worker().limits
    limits.take("views.open", "w", "")
    limits.remember("views.open", "w", 1)
    with pytest.raises(Limited):
        limits.take("views.open", "w", "")
    assert waits == []


def test_response_urls_are_limited_each(
    world: World, worker: Worker, waits: list[float], redis_url: str
) -> None:
    one, other = (ask(world).reply_to.address["response_url"] for _ in range(2))
    client = worker()
    assert response_url_client(client, one).send_dict({"text": "1"}).status_code == 200
    assert (
        response_url_client(client, other).send_dict({"text": "1"}).status_code == 200
    )
    assert waits == []
    with pytest.raises(Limited):
        response_url_client(client, one).send_dict({"text": "2"})
    with redis.Redis.from_url(redis_url) as kept:
        assert "hooks" not in str(kept.keys())


def test_a_limited_post_was_certainly_not_made(
    world: World, worker: Worker, draft: Draft
) -> None:
    """It is posted later without first looking for it."""
    world.post(ask(world), found(), Draft())
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", faults.ratelimited(30))
    with pytest.raises(RetryLater):
        say(worker())
    world.destination = SlackDestination(OneWorkspace(worker()))
    with pytest.raises(Limited):
        world.post(request, SHARED, draft)
    assert draft.data["posting"] == "no"
    assert world.calls("chat.postMessage") == 1


def test_without_redis_calls_go_through(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    bell = Bell("redis://127.0.0.1:1")
    client = web_client(bell.broker.client, token=TOKEN, base_url=world.slack.api_url)
    say(client)
    say(client)
    bell.close()
    assert "rate limits are not shared" in caplog.text
