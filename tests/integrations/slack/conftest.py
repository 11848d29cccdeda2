"""A fresh workspace for each test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.slack.access import Rules
from tests.integrations.slack.flow import Flow
from tests.integrations.slack.world import Draft, World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.start()
    yield world
    world.close()


@pytest.fixture
def draft() -> Draft:
    return Draft()


@pytest.fixture
def flow() -> Iterator[Flow]:
    """The same with Ana at work, and only members let in."""
    flow = Flow()
    flow.start(rules=Rules())
    yield flow
    flow.close()
