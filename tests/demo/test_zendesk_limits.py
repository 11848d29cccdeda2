"""The Zendesk stand-in's limits hold, and tell how near a client came to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.demo.zendesk import Fault, Plan, ZendeskStandIn
from tests.demo.slack_receiver import Clock
from tests.demo.zendesk_calls import call, update


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(clock: Clock) -> Iterator[ZendeskStandIn]:
    """An account of three updates in a minute that lasts six seconds."""
    plan = Plan(calls=8, ticket_updates=3, webhook_calls=1, minute=6.0)
    stand_in = ZendeskStandIn(clock=clock, plan=plan).start()
    yield stand_in
    stand_in.stop()


def test_a_ticket_takes_thirty_updates_in_ten_minutes(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Then 429 with the time to wait, which agents at work use up too."""
    answers = [
        update(zendesk, ticket, status=("open", "pending")[number % 2])
        for number in range(31)
    ]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 600
    assert "remaining=0" in answers[-2].headers["zendesk-ratelimit-per-ticket-updates"]
    assert answers[0].headers["x-rate-limit"] == "400"


def test_a_minute_takes_so_many_updates_and_says_when_it_is_over(
    small: ZendeskStandIn, clock: Clock
) -> None:
    """Whoever waits as long as told is let in; whoever does not is counted."""
    ticket = small.create_ticket("jane@example.com", "Export", "Hangs.")
    for status in ("open", "pending", "open"):
        assert update(small, ticket, status=status).status_code == 200
    clock.now += 2
    refused = update(small, ticket, tags=["x"])
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "4")
    assert small.tickets[ticket].tags == []
    limits = small.gate.limits
    assert limits.refusals() == {"ticket-updates": 1}
    assert limits.most_updates() == 4
    clock.now += 4
    assert update(small, ticket, tags=["x"]).status_code == 200


def test_agents_at_work_leave_less_room(small: ZendeskStandIn) -> None:
    """Their own edits count as ticket updates of the account."""
    ticket = small.create_ticket("jane@example.com", "Export", "Hangs.")
    small.gate.limits.spend_updates(3)
    assert update(small, ticket, tags=["x"]).status_code == 429


def test_what_one_limit_refuses_takes_no_room_elsewhere(
    small: ZendeskStandIn, clock: Clock
) -> None:
    """All calls share the account's limit, which refuses reading too."""
    ticket = small.create_ticket("jane@example.com", "Export", "Hangs.")
    for _ in range(8):
        call(small, "GET", f"tickets/{ticket}")
    assert update(small, ticket, tags=["x"]).status_code == 429
    clock.now += 6
    headers = update(small, ticket, tags=["x"]).headers
    assert "remaining=2" in headers["zendesk-ratelimit-ticket-updates"]
    assert headers["ratelimit-remaining"] == headers["x-rate-limit-remaining"] == "7"


def test_webhook_calls_have_a_limit_of_their_own(small: ZendeskStandIn) -> None:
    """And show only that one."""
    small.bot.role = "admin"
    first = call(small, "GET", "webhooks")
    assert first.headers["x-rate-limit"] == "1"
    assert "ratelimit-limit" not in first.headers
    assert call(small, "GET", "webhooks").status_code == 429
    assert call(small, "GET", "users/me").status_code == 200


@pytest.mark.parametrize(
    ("fault", "retry_after", "error"),
    [
        (Fault.TOO_MANY, None, "TooManyRequests"),
        (Fault.TOO_MANY, "7", "TooManyRequests"),
        (Fault.TOO_MANY, "soon", "TooManyRequests"),
        (Fault.CONFLICT, None, "UpdateConflict"),
        (Fault.TOO_LARGE, None, "RequestEntityTooLarge"),
        (Fault.UNPROCESSABLE, None, "AttachmentUnprocessable"),
        (Fault.FORBIDDEN, None, "Forbidden"),
        (Fault.UNAUTHORISED, None, "Couldn't authenticate you"),
    ],
)
def test_refusals_can_be_had_on_demand(
    small: ZendeskStandIn, fault: Fault, retry_after: str | None, error: str
) -> None:
    """Once, with the time to wait as it was asked for; nothing is changed by it."""
    ticket = small.create_ticket("jane@example.com", "Export", "Hangs.")
    small.faults.next(fault, retry_after=retry_after)
    refused = update(small, ticket, tags=["x"])
    assert refused.status_code == int(fault.value)
    assert refused.json()["error"] == error
    assert refused.headers.get("Retry-After") == retry_after
    assert small.tickets[ticket].tags == []
    assert update(small, ticket, tags=["x"]).status_code == 200
