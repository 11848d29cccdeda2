"""Webhooks of the Zendesk stand-in arrive signed, again, late, out of order, or not."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from hashlib import sha256

import pytest

from bot.demo.server import Server
from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.breaker import Breaker
from bot.demo.zendesk.invocations import Invocation
from bot.demo.zendesk.limits import Bucket
from tests.demo.zendesk_calls import Receiver, call


@pytest.fixture
def receiver(zendesk: ZendeskStandIn) -> Iterator[Receiver]:
    made = Receiver()
    with Server(made.app) as server:
        zendesk.webhook_url = f"{server.url}/hook"
        yield made
        zendesk.postman.settle()


def test_deliveries_are_signed_over_the_raw_body(
    zendesk: ZendeskStandIn, receiver: Receiver, ticket: int
) -> None:
    """Timestamp and body, keyed with the secret as written."""
    zendesk.postman.settle()
    ((headers, body),) = receiver.received
    at = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    digest = hmac.new(zendesk.signing_secret.encode(), at.encode() + body, sha256)
    expected = base64.b64encode(digest.digest()).decode()
    assert headers["X-Zendesk-Webhook-Signature"] == expected
    assert len(headers["X-Zendesk-Webhook-Invocation-Id"]) == 26
    assert body == f'{{"kind":"ticket_created","ticket_id":"{ticket}"}}'.encode()


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        ((200, {}), 1),
        ((500, {}), 1),
        ((401, {}), 1),
        ((409, {}), 4),
        ((503, {}), 1),
        ((503, {"Retry-After": "5"}), 6),
        ((429, {"Retry-After": "60"}), 1),
    ],
)
def test_what_is_tried_again(
    zendesk: ZendeskStandIn,
    receiver: Receiver,
    answer: tuple[int, dict[str, str]],
    tries: int,
) -> None:
    """Zendesk's table: most failures lose the event."""
    receiver.answers = [answer] * 10
    zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    assert zendesk.postman.settle()
    assert len(receiver.received) == tries
    ids = {
        headers["X-Zendesk-Webhook-Invocation-Id"] for headers, _ in receiver.received
    }
    assert len(ids) == 1


def test_nobody_listening_is_tried_again(zendesk: ZendeskStandIn) -> None:
    """A courier that is just starting gets its events."""
    zendesk.webhook_url = "http://127.0.0.1:9/hook"
    zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    assert zendesk.postman.settle()
    assert [each.status for each in zendesk.deliveries[0].attempts] == [None] * 6
    assert zendesk.deliveries[0].status == "terminated"


def new_tickets(zendesk: ZendeskStandIn, count: int) -> list[Invocation]:
    """Make tickets; their deliveries, all done."""
    before = len(zendesk.deliveries)
    for _ in range(count):
        zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    assert zendesk.postman.settle()
    return zendesk.deliveries[before:]


def test_one_event_may_come_twice(zendesk: ZendeskStandIn, receiver: Receiver) -> None:
    """Under ids of their own: only the body tells that they are the same."""
    zendesk.postman.duplicates = 1
    first, second = new_tickets(zendesk, 1)
    assert first.id != second.id
    assert [body for _, body in receiver.received] == [first.body] * 2


def test_an_event_may_never_come(zendesk: ZendeskStandIn, receiver: Receiver) -> None:
    """Nor is it in the log."""
    zendesk.postman.losses = 1
    (arrived,) = new_tickets(zendesk, 2)
    assert [body for _, body in receiver.received] == [arrived.body]
    assert len(zendesk.postman.lost) == 1


def test_events_may_come_the_wrong_way_round(
    zendesk: ZendeskStandIn, receiver: Receiver
) -> None:
    """Held back, then let go."""
    zendesk.postman.hold()
    held = new_tickets(zendesk, 3)
    assert receiver.received == []
    zendesk.postman.let_go(newest_first=True)
    assert zendesk.postman.settle()
    assert [body for _, body in receiver.received] == [each.body for each in held[::-1]]


def test_an_event_may_come_late(zendesk: ZendeskStandIn, receiver: Receiver) -> None:
    """Its signature is of the moment it was sent."""
    zendesk.postman.delay = 0.05
    zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    assert receiver.received == []
    assert zendesk.postman.settle()
    assert len(receiver.received) == 1


def test_what_is_too_much_at_once_waits(
    zendesk: ZendeskStandIn, receiver: Receiver
) -> None:
    """Its log says throttled first, and then how it went."""
    zendesk.postman.throttle = Bucket("deliveries", 1, 0.05)
    deliveries = new_tickets(zendesk, 2)
    outcomes = sorted([try_.outcome for try_ in each.attempts] for each in deliveries)
    assert outcomes == [["succeeded"], ["throttled", "succeeded"]]


def test_a_breaker_opens_on_much_failing_among_many_requests() -> None:
    """At 70 % of at least 100 in five minutes, for five seconds."""
    breaker = Breaker()
    for number in range(99):
        breaker.record(float(number), failed=True)
        assert not breaker.is_open(float(number))
    breaker.record(99.0, failed=True)
    assert breaker.is_open(99.0)
    assert breaker.is_open(103.9)
    assert not breaker.is_open(104.0)
    steady = Breaker()
    for number in range(1000):
        steady.record(0.0, failed=number % 10 < 6)
    assert not steady.is_open(0.0)
    # Five minutes later nothing of all that counts.
    breaker.record(500.0, failed=True)
    assert not breaker.is_open(500.0)


def test_a_breaker_opens_on_a_thousand_errors_however_few_they_are() -> None:
    """Over 1,000 in five minutes."""
    breaker = Breaker()
    for number in range(10_020):
        breaker.record(0.0, failed=number % 10 == 0)
    assert breaker.is_open(0.0)


def test_what_is_due_while_the_breaker_is_open_is_lost(
    zendesk: ZendeskStandIn, receiver: Receiver
) -> None:
    """The log says so, without a status: nothing was sent."""
    webhook = next(iter(zendesk.admin.webhooks))
    zendesk.postman.breakers[webhook] = Breaker(fewest=2, pause=60)
    receiver.answers = [(403, {})] * 2
    for _ in range(3):
        new_tickets(zendesk, 1)
    assert len(receiver.received) == 2
    zendesk.bot.role = "admin"
    path = f"webhooks/{webhook}/invocations"
    newest, *others = call(zendesk, "GET", path).json()["invocations"]
    assert newest["status"] == "circuit broken"
    assert "status_code" not in newest
    assert [each["status_code"] for each in others] == [403, 403]
    tries = call(zendesk, "GET", f"{path}/{newest['id']}/attempts").json()["attempts"]
    assert [sorted(each) for each in tries] == [
        ["completed_at", "id", "invocation_id", "status"]
    ]


def test_the_log_shows_what_was_sent_and_answered(
    zendesk: ZendeskStandIn, receiver: Receiver
) -> None:
    """Headers and body of both, as the recorded log does."""
    receiver.answers = [(503, {"Retry-After": "1"})]
    (delivery,) = new_tickets(zendesk, 1)
    zendesk.bot.role = "admin"
    path = f"webhooks/{delivery.webhook_id}/invocations/{delivery.id}/attempts"
    last, first = call(zendesk, "GET", path).json()["attempts"]
    assert (first["status_code"], first["status"]) == (503, "terminated")
    assert {"key": "Retry-After", "value": "1"} in first["response"]["headers"]
    assert last["status"] == "succeeded"
    assert last["request"]["payload"] == delivery.body.decode()
    sent = {each["key"]: each["value"] for each in last["request"]["headers"]}
    arrived = receiver.received[-1][0]
    assert sent.items() <= arrived.items()
