"""The webhook's door, with deliveries signed and retried by the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from flask import Flask

from bot import __version__
from bot.demo.server import Server
from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.webhooks import add_webhook
from integrations.zendesk.signature import sign
from integrations.zendesk.webhook import MAX_BODY_BYTES, blueprint
from tests.integrations.zendesk.helpers import RecordingIntake

AT = "2025-03-01T10:00:00Z"
NOW = 1_740_823_200.0
SECRETS = ["old-secret", "new-secret"]
CREATED = b'{"kind":"ticket_created","ticket_id":"5158"}'


@pytest.fixture
def door(intake: RecordingIntake) -> Iterator[str]:
    app = Flask(__name__)
    app.register_blueprint(blueprint(intake=intake, secrets=SECRETS, clock=lambda: NOW))
    with Server(app) as server:
        yield f"{server.url}/zendesk/webhook"


@pytest.fixture
def wired(intake: RecordingIntake, zendesk: ZendeskStandIn) -> Iterator[ZendeskStandIn]:
    """The stand-in delivering to a courier's door."""
    app = Flask(__name__)
    app.register_blueprint(blueprint(intake=intake, secrets=[zendesk.signing_secret]))
    with Server(app) as server:
        zendesk.webhook_url = f"{server.url}/zendesk/webhook"
        yield zendesk


def deliver(
    door: str,
    body: bytes,
    *,
    secret: str = "new-secret",
    at: str = AT,
    signature: str | None = None,
) -> requests.Response:
    headers = {
        "X-Zendesk-Webhook-Signature": (
            sign(secret, at, body) if signature is None else signature
        ),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": "01HANA2B5D5W9XSJS3NE5SQA1J",
    }
    return requests.post(door, data=body, headers=headers, timeout=5)


def test_a_genuine_delivery_is_accepted(door: str, intake: RecordingIntake) -> None:
    """The request is submitted before Zendesk hears 202; both secrets are good."""
    assert deliver(door, CREATED).status_code == 202
    assert deliver(door, CREATED, secret="old-secret").status_code == 202
    assert list(intake.requests) == ["zendesk:5158:created"]


def test_doctor_is_answered_and_nothing_is_asked(
    door: str, intake: RecordingIntake
) -> None:
    """Only behind a good signature; what is echoed can hold nothing but hex."""
    answer = deliver(door, b'{"kind":"doctor","nonce":"0123456789abcdef"}')
    assert answer.status_code == 200
    assert answer.json() == {"courier": __version__, "nonce": "0123456789abcdef"}
    odd = deliver(door, b'{"kind":"doctor","nonce":"<script>"}')
    assert odd.json()["nonce"] == ""
    forged = b'{"kind":"doctor","nonce":"0123456789abcdef"}'
    assert deliver(door, forged, secret="somebody else's").status_code == 401
    assert intake.submissions == 0


def test_a_bad_lock_is_refused(door: str, intake: RecordingIntake) -> None:
    """Wrong, missing or stale: 401, and nothing is read of the body."""
    answers = [
        deliver(door, CREATED, signature=""),
        deliver(door, CREATED, signature="AAAA"),
        deliver(door, CREATED, secret="somebody else's"),
        deliver(door, CREATED, at=""),
        deliver(door, CREATED, at="2025-03-01T09:54:59Z"),
        requests.post(door, data=CREATED, timeout=5),
    ]
    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert intake.submissions == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b'{"kind":', 400),
        (b'"\xff"', 400),
        (b"[" * 100_000, 400),
        (b'{"kind":"ticket_created","ticket_id":""}', 400),
        (b"[]", 200),
        (b'{"kind":"unheard_of"}', 200),
    ],
    ids=["empty", "cut", "not UTF-8", "nested", "unset id", "list", "unknown"],
)
def test_what_a_signed_body_is_answered(
    door: str, intake: RecordingIntake, body: bytes, status: int
) -> None:
    """Broken: 400, so that it shows in Zendesk's activity. Not for us: 200."""
    assert deliver(door, body).status_code == status
    assert intake.submissions == 0


def test_a_huge_body_is_not_read(door: str, intake: RecordingIntake) -> None:
    """More than an envelope can hold is refused before it is hashed."""
    answer = deliver(door, b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert intake.submissions == 0


def test_a_store_that_is_down_asks_zendesk_to_come_again(
    door: str, intake: RecordingIntake
) -> None:
    """503 with Retry-After is the answer after which Zendesk tries again."""
    intake.is_down = True
    answer = deliver(door, CREATED)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_a_new_ticket_reaches_the_intake(
    wired: ZendeskStandIn, intake: RecordingIntake
) -> None:
    """Trigger, signature and body fit together over a real connection."""
    ticket = wired.create_ticket("jane@example.com", "Export", 'It "broke"\nagain')
    assert wired.postman.settle()
    assert list(intake.requests) == [f"zendesk:{ticket}:created"]
    assert wired.deliveries[0].status == "succeeded"


def test_a_delivery_made_twice_is_one_request(
    wired: ZendeskStandIn, intake: RecordingIntake
) -> None:
    """Zendesk promises best effort, not once."""
    wired.create_ticket("jane@example.com", "Export", "It broke")
    wired.postman.settle()
    wired.redeliver(wired.deliveries[0].id)
    assert wired.postman.settle()
    assert intake.submissions == 2
    assert len(intake.requests) == 1


def test_an_event_is_not_lost_while_the_store_is_down(
    wired: ZendeskStandIn, intake: RecordingIntake
) -> None:
    """Zendesk's own retries carry the event over a short outage."""
    intake.is_down = True
    wired.create_ticket("jane@example.com", "Export", "It broke")
    first = wired.deliveries[0]
    assert wired.postman.wait_for_attempts(first, 2)
    intake.is_down = False
    assert wired.postman.settle()
    assert first.status == "succeeded"
    assert first.attempts[0].status == 503
    assert len(intake.requests) == 1


def test_a_private_command_reaches_the_intake_and_a_public_one_does_not(
    wired: ZendeskStandIn, intake: RecordingIntake
) -> None:
    """Agents ask in internal notes; what customers see asks for nothing."""
    ticket = wired.create_ticket("jane@example.com", "Export", "It broke")
    wired.add_comment(ticket, "Do you mean #replay?", public=True)
    wired.add_comment(ticket, "#replay", public=True, by=wired.customers[0])
    wired.add_comment(ticket, "#replay", public=False)
    assert wired.postman.settle()
    commands = [key for key in intake.requests if "invocation" in key]
    assert len(commands) == 1


def test_event_subscriptions_work_beside_triggers(
    wired: ZendeskStandIn, intake: RecordingIntake
) -> None:
    """Both inputs at once: still one request for the ticket's creation."""
    for kind in ("ticket.created", "ticket.comment_added"):
        subscribe(wired, f"zen:event-type:{kind}")
    ticket = wired.create_ticket("jane@example.com", "Export", "It broke")
    note = wired.add_comment(ticket, "#replay", public=False)
    assert wired.postman.settle()
    assert len(wired.deliveries) == 4
    created = [key for key in intake.requests if key.endswith("created")]
    assert created == [f"zendesk:{ticket}:created"]
    assert f"zendesk:{ticket}:comment:{note.id}" in intake.requests


def subscribe(zendesk: ZendeskStandIn, kind: str) -> None:
    add_webhook(
        zendesk.admin,
        {
            "name": kind,
            "endpoint": zendesk.webhook_url,
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": [kind],
        },
        zendesk.signing_secret,
    )
