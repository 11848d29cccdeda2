"""An object store for captured recordings, and the tables beside it."""

import pytest

from bot.storage import ReplayStore


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())
