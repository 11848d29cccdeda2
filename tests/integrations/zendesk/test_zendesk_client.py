"""How we talk to Zendesk: credentials, retries, limits, paging, real answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request

from bot.demo.server import Server
from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.errors import NotFound, Refused, RetryLater, SettingsError
from integrations.zendesk.admin import Administration, Kind
from integrations.zendesk.client import Zendesk, connect
from integrations.zendesk.credentials import ApiToken, OAuthClient
from integrations.zendesk.records import (
    Audit,
    Comment,
    Ticket,
    User,
)
from integrations.zendesk.setup.differences import differences, is_ours
from tests.integrations.zendesk.helpers import CLIENTS, client

FIXTURES = Path(__file__).parent / "fixtures"


class Clock:
    def __init__(self) -> None:
        self.now = 1_772_000_000.0

    def __call__(self) -> float:
        return self.now


def oauth(zendesk: ZendeskStandIn, clock: Clock) -> OAuthClient:
    known = zendesk.credentials
    return OAuthClient(zendesk.url, known.client_id, known.client_secret, clock=clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed() -> Iterator[tuple[ZendeskStandIn, Clock]]:
    clock = Clock()
    stand_in = ZendeskStandIn(clock=clock).start()
    yield stand_in, clock
    while CLIENTS:
        CLIENTS.pop().close()
    stand_in.stop()


def test_an_oauth_client_asks_for_one_token_and_again_in_time(
    timed: tuple[ZendeskStandIn, Clock],
) -> None:
    """One token serves many calls, and is renewed before Zendesk would refuse it."""
    zendesk, clock = timed
    calls = client(zendesk, oauth(zendesk, clock))
    ticket = str(zendesk.create_ticket("jane@example.com", "S", "D"))
    calls.ticket(ticket)
    calls.ticket(ticket)
    assert len(zendesk.gate.tokens) == 1
    clock.now += 7200 - 30
    calls.ticket(ticket)
    assert len(zendesk.gate.tokens) == 2
    assert all(call.status == 200 for call in zendesk.api_calls)
    assert all(call.authorisation.startswith("Bearer ") for call in zendesk.api_calls)


def test_a_token_revoked_early_is_replaced_once(
    timed: tuple[ZendeskStandIn, Clock],
) -> None:
    """A 401 mid-run costs one new token, and no failed request."""
    zendesk, clock = timed
    calls = client(zendesk, oauth(zendesk, clock))
    ticket = str(zendesk.create_ticket("jane@example.com", "S", "D"))
    calls.ticket(ticket)
    zendesk.gate.tokens.clear()
    assert calls.ticket(ticket).subject == "S"
    assert [call.status for call in zendesk.api_calls] == [200, 401, 200]
    zendesk.faults.next(Fault.UNAUTHORISED, method="GET", path="/tickets/", times=2)
    with pytest.raises(Refused, match="credentials"):
        calls.ticket(ticket)


def test_wrong_credentials_are_refused_without_repeating_them(
    zendesk: ZendeskStandIn, clock: Clock
) -> None:
    """The message names the settings, never the secret."""
    wrong = OAuthClient(zendesk.url, "replay_courier", "s3cr3t-typo", clock=clock)
    with pytest.raises(Refused, match="ZENDESK_OAUTH_CLIENT_ID") as refused:
        client(zendesk, wrong).me()
    assert "s3cr3t-typo" not in str(refused.value)
    with pytest.raises(Refused, match="401"):
        client(zendesk, ApiToken("x@example.com", "t0k3n")).me()


def test_connect_prefers_oauth_and_wants_a_whole_pair(zendesk: ZendeskStandIn) -> None:
    """API tokens end in 2027; half a pair is a setting that is missing."""
    known = zendesk.credentials
    made = connect(
        "acme",
        oauth_client_id=known.client_id,
        oauth_client_secret=known.client_secret,
        email=known.agent_email,
        api_token="wrong",
        url=zendesk.url,
    )
    CLIENTS.append(made)
    assert made.me().role == "agent"
    with pytest.raises(SettingsError):
        connect("acme", email="bot@example.com")
    assert connect("acme", email="b@example.com", api_token="t").base_url == (
        "https://acme.zendesk.com"
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Fault.UNAVAILABLE, RetryLater),
        (Fault.ERROR_PAGE, RetryLater),
        (Fault.TRUNCATED, RetryLater),
        (Fault.TOO_MANY, RetryLater),
    ],
)
def test_a_bad_day_is_for_later(
    zendesk: ZendeskStandIn, status: Fault, error: type[Exception]
) -> None:
    """What may work tomorrow is never told as a no."""
    ticket = str(zendesk.create_ticket("jane@example.com", "S", "D"))
    # A read that broke off is read once more before it is given up.
    zendesk.faults.next(status, method="GET", times=2)
    with pytest.raises(error):
        client(zendesk).ticket(ticket)


def test_nobody_listening_is_for_later() -> None:
    """A connection refused is Zendesk being away."""
    calls = Zendesk("acme", ApiToken("a@example.com", "t"), "http://127.0.0.1:9")
    with pytest.raises(RetryLater, match="does not answer"):
        calls.me()
    calls.close()


def test_what_is_not_there_is_not_found(zendesk: ZendeskStandIn) -> None:
    """A 404 names what was asked for."""
    with pytest.raises(NotFound, match="reading ticket 404404"):
        client(zendesk).ticket("404404")


def test_long_lists_are_read_to_their_end(zendesk: ZendeskStandIn) -> None:
    """The marker may be on the last page of audits."""
    ticket = zendesk.create_ticket("jane@example.com", "S", "D")
    for number in range(120):
        zendesk.add_comment(ticket, f"comment {number}", public=False)
    calls = client(zendesk)
    assert len(calls.audits(str(ticket))) == 121
    assert [c.text for c in calls.comments(str(ticket))][-1] == "comment 119"


def test_credentials_go_to_one_host_whatever_an_answer_names() -> None:
    """A next page on another host is asked for at ours."""
    app = Flask(__name__)
    seen: list[str] = []

    @app.get("/api/v2/tickets/1/comments.json")
    def comments() -> Response:
        seen.append(request.headers["Authorization"])
        is_first = "after" not in request.args.get("page[after]", "")
        elsewhere = "https://evil.example/api/v2/tickets/1/comments.json"
        page: dict[str, Any] = {
            "comments": [
                {
                    "id": 1 if is_first else 2,
                    "type": "Comment",
                    "author_id": 3,
                    "body": "text",
                    "public": True,
                    "created_at": "2026-03-02T09:14:05Z",
                }
            ],
            "meta": {"has_more": is_first, "after_cursor": "after"},
            "links": {"next": f"{elsewhere}?page[after]=after"},
        }
        return Response(json.dumps(page), mimetype="application/json")

    with Server(app) as server:
        calls = Zendesk("acme", ApiToken("a@example.com", "t"), server.url)
        assert [each.id for each in calls.comments("1")] == [1, 2]
        calls.close()
    assert len(seen) == 2


def test_a_redirect_is_not_followed() -> None:
    """A renamed account is told to the administrator; nothing is sent elsewhere."""
    app = Flask(__name__)

    @app.get("/api/v2/users/me.json")
    def moved() -> Response:
        return Response(status=301, headers={"Location": "https://other.example/"})

    with Server(app) as server:
        calls = Zendesk("acme", ApiToken("a@example.com", "t"), server.url)
        with pytest.raises(Refused, match="ZENDESK_SUBDOMAIN"):
            calls.me()
        calls.close()


@pytest.fixture
def recorded() -> Iterator[Zendesk]:
    """Recorded answers, served as they are."""
    app = Flask(__name__)
    answers = {
        "/api/v2/tickets/2.json": "GET_ticket",
        "/api/v2/users/369531345753.json": "GET_user",
        "/api/v2/tickets/666/audits.json": "GET_ticket_audits",
        "/api/v2/tickets/2/comments.json": "GET_ticket_comments",
        "/api/v2/triggers.json": "GET_triggers",
        "/api/v2/webhooks": "GET_webhooks",
        "/api/v2/uploads.json": "POST_upload",
    }

    @app.route("/<path:path>", methods=["GET", "POST", "PUT"])
    def answer(path: str) -> Response:
        content = (FIXTURES / f"{answers['/' + path]}.json").read_bytes()
        return Response(content, mimetype="application/json")

    with Server(app) as server:
        calls = Zendesk("acme", ApiToken("a@example.com", "t"), server.url)
        yield calls
        calls.close()


def test_recorded_answers_are_read(recorded: Zendesk) -> None:
    """Real Zendesk objects, older and fuller than the stand-in's, hold no surprise."""
    ticket = recorded.ticket("2")
    assert isinstance(ticket, Ticket)
    assert (ticket.status, ticket.stamp) == ("solved", "2019-06-05T01:13:24Z")
    assert isinstance(recorded.user(369531345753), User)
    (audit,) = recorded.audits("666")
    made = datetime(2011, 9, 25, 22, 35, 44, tzinfo=UTC)
    assert audit == Audit(2127301143, made, {}, ((2127301148, False),))
    assert all(isinstance(each, Comment) for each in recorded.comments("2"))
    admin = Administration(recorded)
    triggers = admin.rows(Kind.TRIGGER)
    assert len(triggers) > 3
    assert not any(differences(row, row) or is_ours(row) for row in triggers)
    (webhook,) = admin.rows(Kind.WEBHOOK)
    wanted = {**webhook, "endpoint": "https://replays.example.com"}
    (difference,) = differences(webhook, wanted)
    assert difference.was == "https://example.com/status/200"
    upload = recorded.upload("crash.log", "text/plain", b"x")
    assert upload.token == "6bk3gql82em5nmf"
    assert upload.url.startswith("https://")
