"""The lock on /slack/events: only what Slack signed, just now and whole, gets in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.integrations.slack.sending import FORM, Courier, Slack, payload, signed

BODY = urlencode(payload("command"))


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def slack(courier: Courier) -> Slack:
    return Slack(courier)


def test_good_signature(slack: Slack, courier: Courier) -> None:
    """A signed command is taken."""
    assert slack.send(BODY).status_code == 200
    assert courier.only.asked_by == "U07ANA00001"


def _without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: _without(signed(BODY), "X-Slack-Signature"),
        lambda: _without(signed(BODY), "X-Slack-Request-Timestamp"),
        lambda: signed(BODY, at=time.time() - 301),
        lambda: signed(BODY, at=time.time() + 400),
        lambda: signed(BODY + "&x=1"),
        lambda: {**signed(BODY), "X-Slack-Signature": "v0=" + "0" * 64},
        lambda: {**signed(BODY), "X-Slack-Signature": "v0=é"},
        lambda: {**signed(BODY), "X-Slack-Signature": ""},
        lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "yesterday"},
        lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "-1"},
        lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "٣"},
    ],
    ids=[
        "no headers",
        "no signature",
        "no timestamp",
        "stale",
        "from the future",
        "altered body",
        "wrong signature",
        "signature not ASCII",
        "empty signature",
        "timestamp a word",
        "timestamp negative",
        "timestamp in other digits",
    ],
)
def test_refused(
    slack: Slack, courier: Courier, headers: Callable[[], dict[str, str]]
) -> None:
    """Anything else is answered 401 before its body is parsed."""
    sent = {key: value.encode().decode("latin-1") for key, value in headers().items()}
    assert slack.post(BODY, headers=sent).status_code == 401
    assert not courier.requests


def test_unsigned_ssl_check_is_refused(slack: Slack) -> None:
    """Bolt would answer an unsigned ssl_check; our lock comes first."""
    assert slack.post("ssl_check=1", headers={}).status_code == 401


def test_secret_of_another_app(slack: Slack) -> None:
    """A signature made with another secret opens nothing."""
    headers = signed(BODY, secret="rotated-away")
    assert slack.post(BODY, headers=headers).status_code == 401


@pytest.mark.parametrize("body", ["", "{", "payload=%7B", "a=b"])
def test_signed_nonsense(slack: Slack, courier: Courier, body: str) -> None:
    """A signed body that means nothing is no error of ours."""
    for content_type in ("application/json", FORM):
        assert slack.send(body, content_type=content_type).status_code in {200, 400}
    assert not courier.requests


def test_bytes_that_are_no_text(slack: Slack) -> None:
    """A body that is not UTF-8 cannot have been signed by Slack."""
    assert slack.post(b"\xff\xfe", headers=signed(BODY)).status_code == 401


def test_too_big(slack: Slack) -> None:
    """More than a mebibyte is refused."""
    body = "text=" + "x" * 1024 * 1024
    assert slack.send(body).status_code == 413


def test_url_verification(slack: Slack) -> None:
    """Saving the address in Slack's settings works."""
    answer = slack.event(
        {"type": "url_verification", "challenge": "q1w2", "token": "legacy"}
    )
    assert answer.status_code == 200
    assert answer.get_json() == {"challenge": "q1w2"}


def test_bodies_stay_out_of_the_log(
    slack: Slack, courier: Courier, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither customers' addresses nor response_urls are logged, at any level."""
    caplog.set_level(logging.DEBUG)
    slack.send(BODY)
    slack.post(BODY, headers=signed("other"))
    slack.command("help", command="/other")
    slack.interaction("press_private", actions=[{"action_id": "unknown"}])
    courier.is_down = True
    slack.send(BODY)
    assert "jane@example.com" not in caplog.text
    assert "hooks.slack.test" not in caplog.text
