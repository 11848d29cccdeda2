"""Stored replays to make pictures of."""

import pytest

from bot.database.engine import connect, upgrade
from bot.replays import Replays
from bot.storage import ReplayStore


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def stored(tmp_path, store):
    engine = connect(f"sqlite:///{tmp_path / 'courier.db'}")
    upgrade(engine)
    yield Replays(engine, store)
    engine.dispose()
