"""Zendesk's limits, kept by several workers over a real Redis."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
import redis

from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.errors import RetryLater
from integrations.zendesk.client import Zendesk
from integrations.zendesk.credentials import ApiToken
from integrations.zendesk.limits import Limits
from tests.integrations.zendesk.helpers import CLIENTS

Workers = Callable[..., Limits]


@pytest.fixture
def workers(redis_url: str) -> Iterator[Workers]:
    """Makes one more worker's limits of the same account; none really waits."""
    open_ones: list[redis.Redis] = []
    account = uuid.uuid4().hex

    def another(updates: int = 100) -> Limits:
        shared = redis.Redis.from_url(redis_url)
        open_ones.append(shared)
        return Limits(shared, account, updates=updates, sleep=lambda seconds: None)

    yield another
    for one in open_ones:
        one.close()


def calling(stand_in: ZendeskStandIn, limits: Limits) -> Zendesk:
    known = stand_in.credentials
    token = ApiToken(known.agent_email, known.api_token)
    made = Zendesk("acme", token, stand_in.url, timeout=5, limits=limits)
    CLIENTS.append(made)
    return made


def test_answers_are_begun_below_what_zendesk_allows(workers: Workers) -> None:
    """Agents at work update tickets as well; all workers share the rest."""
    limits = [workers(updates=20), workers(updates=20)]
    assert [one.room() for one in limits] == [18, 18]
    begun = [limits[number % 2].enter() for number in range(20)]
    assert begun == [True] * 18 + [False] * 2
    assert [one.room() for one in limits] == [0, 0]


def test_a_small_plan_allows_fewer_answers(workers: Workers) -> None:
    """An answer takes some eight calls, and Zendesk tells how many there are."""
    limits = workers(updates=100)
    assert limits.room() == 22  # the smallest plan, until Zendesk told
    limits.learn({"x-rate-limit": "400"})
    assert limits.room() == 45
    limits.learn({"x-rate-limit": "2500"})
    assert limits.room() == 90


def test_no_update_is_made_beyond_the_limit(
    zendesk: ZendeskStandIn, workers: Workers
) -> None:
    """Whichever worker makes it; reading goes on."""
    ticket_id = zendesk.create_ticket("jane@example.com", "Broken", "It hangs.")
    first = calling(zendesk, workers(updates=2))
    second = calling(zendesk, workers(updates=2))
    for client in (first, second):
        client.update(client.ticket(str(ticket_id)), tags=("a",), marker={})
    with pytest.raises(RetryLater) as caught:
        first.update(first.ticket(str(ticket_id)), tags=("b",), marker={})
    assert 50 < (caught.value.after or 0) <= 62
    assert len([c for c in zendesk.api_calls if c.method == "PUT"]) == 2


def test_what_zendesk_refused_is_remembered_for_everybody(
    zendesk: ZendeskStandIn, workers: Workers
) -> None:
    ticket_id = zendesk.create_ticket("jane@example.com", "Broken", "It hangs.")
    zendesk.faults.next(Fault.TOO_MANY, method="GET", path="tickets", retry_after="37")
    with pytest.raises(RetryLater):
        calling(zendesk, workers()).ticket(str(ticket_id))
    other = workers()
    assert other.room() == 0
    with pytest.raises(RetryLater) as caught:
        calling(zendesk, other).ticket(str(ticket_id))
    assert 30 < (caught.value.after or 0) <= 37
    assert len(zendesk.api_calls) == 1


def test_one_tickets_own_limit_holds_up_no_other(
    zendesk: ZendeskStandIn, workers: Workers
) -> None:
    """Thirty updates of one ticket in ten minutes say nothing of the account."""
    limits = workers()
    client = calling(zendesk, limits)
    ticket_id = zendesk.create_ticket("jane@example.com", "Broken", "It hangs.")
    for number in range(30):
        client.update(client.ticket(str(ticket_id)), tags=(f"t{number}",), marker={})
    with pytest.raises(RetryLater):
        client.update(client.ticket(str(ticket_id)), tags=("more",), marker={})
    assert limits.room() > 0


def test_without_redis_calls_go_through(zendesk: ZendeskStandIn) -> None:
    """Zendesk's own refusal is all there is then."""
    pool = redis.ConnectionPool(host="127.0.0.1", port=1)
    nowhere = redis.Redis(connection_pool=pool)
    limits = Limits(nowhere, "acme")
    assert limits.enter()
    assert limits.room() > 0
    assert calling(zendesk, limits).me().name == "Replay Courier"
    nowhere.close()
