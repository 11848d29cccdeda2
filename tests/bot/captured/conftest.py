"""An object store for captured recordings, and the tables beside it."""

import pytest

from bot.database.engine import connect
from bot.storage import ReplayStore
from tests.bot.test_storage import s3, s3_server

__all__ = ["s3", "s3_server"]


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def sqlite_engine(sqlite_url):
    """For what no database has a part in."""
    engine = connect(sqlite_url)
    yield engine
    engine.dispose()
