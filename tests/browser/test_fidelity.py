"""Recordings play as in the reference replayer, to the pixel, wherever one seeks.

Most pictures are the same, byte for byte. What may differ is anti-aliasing, and on
canvases the smoothing of recorded frames, which are smaller than the canvas was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.recording.files import open_recording
from tests.browser.fidelity import FILES, Stage, differences, open_in
from tests.browser.pictures import colour
from tests.browser.reference import UPSTREAM, Reference
from tests.browser.viewer import Viewer
from tests.recorded import ROOT

# Of all pixels of a picture, in percent.
TOLERANCE = 0.01
CANVAS_TOLERANCE = 1.0

# Forward through a recording, back, further back, and forward again; `make fidelity`
# looks at more.
TIMES = 5
SEEKS = (3, 1, 4)


@pytest.fixture(scope="module")
def reference(browser: Browser) -> Iterator[Reference]:
    context = browser.new_context()
    reference = Reference(context, UPSTREAM)
    yield reference
    reference.close()
    context.close()


@pytest.mark.parametrize("name", FILES)
def test_every_window_plays_as_in_the_bare_replayer(
    viewer: Viewer, reference: Reference, tmp_path: Path, name: str
) -> None:
    found = differences(
        viewer, reference, FILES[name], tmp_path, count=TIMES, seeks=SEEKS
    )

    tolerance = CANVAS_TOLERANCE if name == "pages canvas" else TOLERANCE
    assert max(found) <= tolerance, found
    assert viewer.said == []


def test_a_video_has_only_the_controls_its_page_gave_it(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Browsers without scripts add some, over all of a small video."""
    events = list(open_recording(FILES["pages mixed"][0]).events)
    open_in(viewer, events, tmp_path)

    picture = Stage(viewer).at(900, shows_media=True)

    assert colour(viewer.page, picture, 610, 295) == (0xDD, 0xDD, 0xEE)


def test_a_seek_scrolls_as_far_as_the_page_was_when_its_pictures_are_there(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Before, the page is shorter than it was, and cannot be scrolled so far."""
    events = list(open_recording(FILES["checkout"][0]).events)
    start_ms = min(event.timestamp_ms for event in events)
    last = max(
        (e for e in events if e.source == 3 and e.timestamp_ms - start_ms < 3189),
        key=lambda event: event.timestamp_ms,
    )
    open_in(viewer, events, tmp_path)

    Stage(viewer).at(3189)

    page = "document.querySelector('.screen.front iframe').contentWindow"
    viewer.eventually(lambda: viewer.page.evaluate(f"{page}.scrollY") == last.data["y"])
    assert last.data["y"] > 300


def test_one_event_of_a_phone_opens(viewer: Viewer, tmp_path: Path) -> None:
    """A bare replayer knows no wireframes, and none plays a single event."""
    file = ROOT / "tests/recordings/wire/android-session-replay-request.jsonl.gz"

    open_in(viewer, list(open_recording(file).events), tmp_path)

    assert viewer.said == []
