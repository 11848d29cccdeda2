"""Stored replays to make pictures of."""

import pytest

from bot.database.engine import connect
from bot.replays import Replays
from bot.storage import ReplayStore


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def stored(sqlite_url, store):
    engine = connect(sqlite_url)
    yield Replays(engine, store)
    engine.dispose()
