"""A Slack stand-in on a clock that stands still, an app that hears of it; a Zendesk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.demo.slack import SlackStandIn
from bot.demo.zendesk import ZendeskStandIn
from tests.demo.slack_receiver import Clock, Receiver


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with receiver.server:
        yield receiver


@pytest.fixture
def slack(clock: Clock, receiver: Receiver) -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn(clock=clock, request_url=receiver.url).start()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def client(slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch) -> WebClient:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return WebClient(slack.bot_token, base_url=slack.api_url, timeout=5)


@pytest.fixture
def zendesk() -> Iterator[ZendeskStandIn]:
    stand_in = ZendeskStandIn()
    stand_in.postman.pace = 0.01
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def ticket(zendesk: ZendeskStandIn) -> int:
    return zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
