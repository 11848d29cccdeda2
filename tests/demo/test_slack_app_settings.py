"""The stand-in for Slack is strict about OAuth and Socket Mode too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.demo.slack import SlackStandIn
from bot.demo.slack.oauth import CODE_LIFE, TOKEN_LIFE
from bot.demo.slack.socket import MOST_CONNECTIONS

BACK = "https://replays.example.com/slack/oauth_redirect"


@pytest.fixture
def now() -> list[float]:
    return [time.time()]


@pytest.fixture
def slack(now: list[float]) -> Iterator[SlackStandIn]:
    slack = SlackStandIn(clock=lambda: now[0])
    slack.start()
    slack.oauth.redirect_urls = [BACK]
    yield slack
    slack.stop()


def ask(slack: SlackStandIn, **changes: str) -> requests.Response:
    """Open Slack's page that asks an administrator."""
    query = {
        "client_id": slack.oauth.client_id,
        "scope": "commands,chat:write",
        "redirect_uri": BACK,
        "state": "s1",
        **changes,
    }
    return requests.get(
        f"{slack.url}/oauth/v2/authorize", query, allow_redirects=False, timeout=5
    )


def code(slack: SlackStandIn) -> str:
    return parse_qs(urlsplit(ask(slack).headers["Location"]).query)["code"][0]


def access(slack: SlackStandIn, **changes: str) -> SlackResponse:
    fields = {
        "client_id": slack.oauth.client_id,
        "client_secret": slack.oauth.client_secret,
        "redirect_uri": BACK,
        **changes,
    }
    return WebClient(base_url=slack.api_url).oauth_v2_access(**fields)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example.com/"}, "bad_redirect_uri"),
        ({"scope": ""}, "no_scopes"),
    ],
)
def test_the_page_refuses_what_the_app_is_not(
    slack: SlackStandIn, changes: dict[str, str], error: str
) -> None:
    answer = ask(slack, **changes)
    assert (answer.status_code, answer.text) == (400, error)


def test_cancelling_sends_back_an_error_and_the_state(slack: SlackStandIn) -> None:
    slack.oauth.consent = "cancel"
    assert ask(slack).headers["Location"] == f"{BACK}?state=s1&error=access_denied"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"client_secret": "guess"}, "bad_client_secret"),
        ({"redirect_uri": "https://evil.example.com/"}, "bad_redirect_uri"),
        ({"code": "guess"}, "invalid_code"),
    ],
)
def test_a_code_is_given_to_the_app_alone(
    slack: SlackStandIn, changes: dict[str, str], error: str
) -> None:
    with pytest.raises(SlackApiError, match=error):
        access(slack, **{"code": code(slack), **changes})


def test_a_code_works_once_and_for_ten_minutes(
    slack: SlackStandIn, now: list[float]
) -> None:
    first, late = code(slack), code(slack)
    assert access(slack, code=first)["scope"] == "commands,chat:write"
    with pytest.raises(SlackApiError, match="invalid_code"):
        access(slack, code=first)
    now[0] += CODE_LIFE + 1
    with pytest.raises(SlackApiError, match="code_expired"):
        access(slack, code=late)


def test_tokens_end_and_a_refresh_token_works_once(
    slack: SlackStandIn, now: list[float]
) -> None:
    slack.oauth.rotates = True
    given = access(slack, code=code(slack))
    assert given["expires_in"] == TOKEN_LIFE
    old = WebClient(given["access_token"], base_url=slack.api_url)
    refreshing = {
        "grant_type": "refresh_token",
        "refresh_token": given["refresh_token"],
    }
    renewed = access(slack, **refreshing)
    assert old.auth_test()["ok"]
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        access(slack, **refreshing)
    now[0] += TOKEN_LIFE
    with pytest.raises(SlackApiError, match="token_expired"):
        old.auth_test()
    assert renewed["access_token"] != given["access_token"]


def opened(slack: SlackStandIn) -> str:
    client = WebClient(base_url=slack.api_url)
    return str(client.apps_connections_open(app_token=slack.socket.app_token)["url"])


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-demo", "not_allowed_token_type"), ("xapp-guess", "invalid_auth")],
)
def test_sockets_are_for_the_apps_own_token(
    slack: SlackStandIn, token: str, error: str
) -> None:
    slack.socket.start()
    with pytest.raises(SlackApiError, match=error):
        WebClient(base_url=slack.api_url).apps_connections_open(app_token=token)


def test_a_ticket_opens_one_connection_and_ten_are_the_most(
    slack: SlackStandIn,
) -> None:
    slack.socket.start()
    with ExitStack() as stack:

        def join(url: str) -> ClientConnection:
            return stack.enter_context(connect(url, proxy=None))

        url = opened(slack)
        assert '"hello"' in str(join(url).recv(5))
        with pytest.raises(ConnectionClosed):
            join(url).recv(5)
        for _ in range(MOST_CONNECTIONS - 1):
            join(opened(slack)).recv(5)
        with pytest.raises(SlackApiError, match="too_many_websockets"):
            opened(slack)


def test_an_envelope_without_an_answer_has_failed(slack: SlackStandIn) -> None:
    """As has one where nobody is connected; an event comes again, and says so."""
    slack.socket.start()
    slack.delivery.deadline = 0.1
    assert slack.run_command("ana", "support", "x").error == "connection_failed"
    with connect(opened(slack), proxy=None) as socket:
        socket.recv(5)
        ack = slack.run_command("ana", "support", "x")
        assert (ack.ok, ack.error) == (False, "timeout")
        assert '"slash_commands"' in str(socket.recv(5))
        slack.mention("ana", "support", "x")
        assert '"retry_attempt": 0' in str(socket.recv(5))
        again = str(socket.recv(5))
        assert '"retry_attempt": 1' in again
        assert '"retry_reason": "timeout"' in again
