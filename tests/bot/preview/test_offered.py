"""Links show what is there of a replay; frames come when nobody waits for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.database.engine import connect, upgrade
from bot.exporter import export
from bot.preview.chromium import Chromium
from bot.preview.frame import Frames
from bot.preview.offered import OfferedPictures
from bot.replays import Replays
from bot.storage import ReplayStore
from tests import recorded, servers
from tests.journeys.waiting import eventually

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def stored(tmp_path, store):
    engine = connect(f"sqlite:///{tmp_path / 'courier.db'}")
    upgrade(engine)
    yield Replays(engine, store)
    engine.dispose()


@pytest.fixture
def replay(stored):
    with export(recorded.events("checkout"), source="file") as exported:
        return stored.keep(exported, is_final=True)


@pytest.fixture
def offered(stored, store):
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        servers.missing("Chromium")
    pictures = OfferedPictures(Frames(stored, store, Chromium(Path(str(found)))))
    yield pictures
    pictures.close()


def test_a_frame_is_offered_once_it_was_made_aside(offered, replay):
    offered.prepare(replay)
    assert offered.of(replay, is_limited=False) == ("preview.png",)
    both = ("preview.png", "frame.png")
    eventually(lambda: offered.of(replay, is_limited=False) == both)
    assert offered.of(replay, is_limited=True) == ("preview.png",)


def test_a_frame_that_cannot_be_made_leaves_the_timeline(stored, store, replay):
    pictures = OfferedPictures(Frames(stored, store, Chromium(Path("/nowhere"))))
    for _ in range(3):
        assert pictures.of(replay, is_limited=False) == ("preview.png",)
    pictures.close()
