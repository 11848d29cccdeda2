"""A file cut out of a recording shows what the whole recording shows at that moment."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bot.exporter import export
from bot.recording.cut import cut
from bot.recording.files import open_recording
from bot.recording.rrweb import RrwebEvent
from bot.recording.spool import Spool
from tests import recorded
from tests.browser.replays import (
    Replay,
    document,
    element,
    exported,
    lines,
    meta,
    words,
    written,
)
from tests.browser.viewer import Viewer

# Text drawn twice differs by shades of grey; a moved or missing thing by more.
_SHADES = 24
_DIFFERING = """async ([left, right, shades]) => {
    const pixels = async (png) => {
        const image = new Image()
        image.src = "data:image/png;base64," + png
        await image.decode()
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext("2d")
        context.drawImage(image, 0, 0)
        return context.getImageData(0, 0, image.width, image.height).data
    }
    const [one, two] = [await pixels(left), await pixels(right)]
    if (one.length !== two.length) return Infinity
    return one.filter((value, at) => Math.abs(value - two[at]) > shades).length
}"""


def differing(page: Page, one: bytes, two: bytes) -> int:
    """How many values of the pixels of two pictures differ by more than shades."""
    pictures = [base64.b64encode(picture).decode() for picture in (one, two)]
    return int(page.evaluate(_DIFFERING, [*pictures, _SHADES]))


def replay_of(events: Iterable[RrwebEvent], folder: Path) -> str:
    folder.mkdir()
    with export(events, source="file") as made:
        return written(folder, Replay(made.manifest, list(made.segments()))).as_uri()


def shown_at(viewer: Viewer, url: str, moments_ms: list[int]) -> list[bytes]:
    """Pictures of the stage at these times, each once it stands still."""
    viewer.page.goto("about:blank")
    viewer.open(f"{url}#t={moments_ms[0] / 1000}")
    # What stands over the picture until the first play, and under it where a timeline
    # has more or fewer marks, is not compared.
    viewer.page.add_style_tag(
        content=".big-play { display: none }"
        ".stage-frame { flex: none !important; height: 480px !important }"
    )
    pictures = []
    for moment_ms in moments_ms:
        viewer.go(moment_ms / 1000)
        viewer.eventually(lambda at=moment_ms: abs(viewer.time_ms() - at) < 100)
        viewer.eventually(lambda: viewer.picture() != "")
        previous = b""
        glass = viewer.page.locator(".glass")
        while (picture := glass.screenshot(animations="disabled")) != previous:
            previous = picture
        pictures.append(picture)
    return pictures


@pytest.mark.parametrize(
    ("name", "cuts", "after"),
    [("checkout", (15.5, 36.0), 2900), ("dashboard", (40.0,), 22_000)],
)
def test_a_cut_begins_with_the_whole_state_of_its_first_moment(
    viewer: Viewer,
    browser: Browser,
    tmp_path: Path,
    name: str,
    cuts: tuple[float, ...],
    after: int,
) -> None:
    """Pixel for pixel what the uncut file shows, at the cut and some seconds on."""
    comparing = browser.new_page()
    with Spool() as spool:
        whole = replay_of(spool.fill(recorded.events(name)), tmp_path / "whole")
        moments = [int(at * 1000) + more for at in cuts for more in (0, after)]
        expected = shown_at(viewer, whole, moments)
        for number, at in enumerate(cuts):
            from_ms = spool.first_ms + int(at * 1000)
            part = cut(spool, from_ms, spool.last_ms)
            url = replay_of(part, tmp_path / f"from {at}")
            found = shown_at(viewer, url, [0, after])
            pair = expected[2 * number : 2 * number + 2]
            for one, two in zip(found, pair, strict=True):
                assert differing(comparing, one, two) == 0
    assert differing(comparing, expected[0], expected[-1]) > 1000
    comparing.close()


def mutation(**changes: Any) -> dict[str, Any]:
    none: dict[str, Any] = {"adds": [], "removes": [], "texts": [], "attributes": []}
    return {"source": 0, **none, **changes}


def added(parent: int, *nodes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"parentId": parent, "nextId": None, "node": node} for node in nodes]


# What no full snapshot can say, in the order a page may do it.
_SCRIPTED = (
    mutation(
        adds=[
            *added(4, {**element(10, "div"), "isShadowHost": True}),
            *added(10, {**element(11, "p"), "isShadow": True}),
            *added(11, words(12, "in a shadow root")),
            *added(4, element(20, "iframe", {"width": "300", "height": "80"})),
        ]
    ),
    mutation(
        isAttachIframe=True,
        adds=added(
            20,
            {
                "type": 0,
                "id": 21,
                "childNodes": [
                    {
                        **element(
                            22,
                            "html",
                            {},
                            {**element(23, "head"), "rootId": 21},
                            {
                                **element(
                                    24,
                                    "body",
                                    {},
                                    {**words(25, "in a frame"), "rootId": 21},
                                ),
                                "rootId": 21,
                            },
                        ),
                        "rootId": 21,
                    }
                ],
            },
        ),
    ),
    {
        "source": 15,
        "id": 10,
        "styleIds": [1],
        "styles": [{"styleId": 1, "rules": [{"rule": "p{color:blue}", "index": 0}]}],
    },
    {"source": 8, "styleId": 1, "replace": "p{color:rgb(200,0,0);font-size:30px}"},
    {"source": 8, "id": 5, "adds": [{"rule": "h1{color:green}", "index": 1}]},
    {"source": 13, "id": 5, "index": [0], "set": {"property": "margin", "value": "0"}},
    mutation(
        attributes=[{"id": 7, "attributes": {"style": {"letter-spacing": "9px"}}}]
    ),
    mutation(attributes=[{"id": 24, "attributes": {"style": "background:pink"}}]),
    {"source": 5, "id": 31, "text": "b", "isChecked": False},
    {"source": 5, "id": 34, "text": "on", "isChecked": True},
    {"source": 5, "id": 35, "text": "two words", "isChecked": False},
    {"source": 3, "id": 36, "x": 0, "y": 70},
    {"source": 1, "positions": [{"x": 90, "y": 40, "id": 4, "timeOffset": 0}]},
)


def test_what_no_full_snapshot_can_say_is_in_the_cut_too(
    viewer: Viewer, browser: Browser, tmp_path: Path
) -> None:
    """Shadow roots, adopted and changed sheets, frames, rules, fields, scrolling."""
    option = {"value": "a", "selected": True}
    page = document(
        element(5, "style", {"_cssText": "h1{margin:50px}"}, words(6, "")),
        element(7, "h1", {}, words(8, "A page with scripts")),
        element(
            *(31, "select", {"value": "a"}),
            element(32, "option", option, words(40, "first choice")),
            element(33, "option", {"value": "b"}, words(41, "second choice")),
        ),
        element(34, "input", {"type": "checkbox"}),
        element(35, "textarea", {}),
        element(
            36,
            "div",
            {"style": "height:60px;overflow:scroll"},
            *(element(50 + n, "p", {}, words(60 + n, f"line {n}")) for n in range(9)),
        ),
    )
    events = [("w", 4, 0, meta("https://shop.test/")), ("w", 2, 10, page)]
    for number, data in enumerate(_SCRIPTED):
        events.append(("w", 3, 1000 + 10 * number, data))
    events.append(
        ("w", 3, 9000, {**mutation(), "texts": [{"id": 8, "value": "The end"}]})
    )
    whole = exported(tmp_path, lines(*events))
    source = tmp_path / "snapshots.jsonl"
    with Spool() as spool:
        list(spool.fill(open_recording(source).events))
        part = list(cut(spool, spool.first_ms + 4000, spool.last_ms))
    url = replay_of(part, tmp_path / "part")

    expected = shown_at(viewer, written(tmp_path, whole).as_uri(), [4000, 9000])
    found = shown_at(viewer, url, [0, 5000])

    comparing = browser.new_page()
    for one, two in zip(found, expected, strict=True):
        assert differing(comparing, one, two) == 0
    comparing.close()

    assert viewer.said == []
