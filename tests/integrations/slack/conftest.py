"""A fresh workspace for each test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
