"""Links show what is there of a replay; frames come when nobody waits for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.exporter import export
from bot.preview.chromium import Chromium
from bot.preview.frame import Frames
from bot.preview.offered import OfferedPictures
from tests import recorded, servers
from tests.journeys.waiting import eventually


@pytest.fixture
def replay(stored):
    with export(recorded.events("checkout"), source="file") as exported:
        return stored.keep(exported, is_final=True)


@pytest.fixture
def offered(stored, store):
    pictures = OfferedPictures(Frames(stored, store, Chromium(servers.chromium())))
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
