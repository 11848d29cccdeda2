"""The stand-in and an intake that remembers, for every Zendesk test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.demo.zendesk import ZendeskStandIn
from tests.integrations.zendesk.helpers import CLIENTS, RecordingIntake


@pytest.fixture
def intake() -> RecordingIntake:
    return RecordingIntake()


@pytest.fixture
def zendesk() -> Iterator[ZendeskStandIn]:
    stand_in = ZendeskStandIn()
    stand_in.postman.pace = 0.01
    stand_in.start()
    yield stand_in
    while CLIENTS:
        CLIENTS.pop().close()
    stand_in.stop()
