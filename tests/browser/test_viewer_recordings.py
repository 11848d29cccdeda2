"""Kinds of recordings the viewer has to show: several windows, mobile, shadow roots."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.replays import (
    POSTHOG,
    click,
    document,
    element,
    exported,
    lines,
    meta,
    of_file,
    words,
    written,
)
from tests.browser.viewer import Viewer


def test_two_windows_take_turns_and_can_be_pinned(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Each window keeps its own nodes though both use the same ids."""
    first, second = words(5, "The first tab"), words(5, "The second tab")
    replay = exported(
        tmp_path,
        lines(
            ("a", 4, 0, meta("https://shop.test/one")),
            ("a", 2, 10, document(first)),
            ("a", 3, 1000, click(4)),
            ("b", 4, 4000, meta("https://shop.test/two")),
            ("b", 2, 4010, document(second)),
            ("b", 3, 5000, click(4)),
            ("a", 3, 8000, click(4)),
            ("a", 3, 9000, click(4)),
        ),
    )
    viewer.open(f"{written(tmp_path, replay).as_uri()}#t=1")

    viewer.eventually(lambda: viewer.picture() == "The first tab")
    viewer.go(5)
    viewer.eventually(lambda: viewer.picture() == "The second tab")
    expect(viewer.at("address")).to_have_text("https://shop.test/two")
    viewer.go(8.5)
    viewer.eventually(lambda: viewer.picture() == "The first tab")
    viewer.at("window").nth(1).click()
    viewer.eventually(lambda: viewer.picture() == "The second tab")
    assert viewer.said == []


def test_a_mobile_recording_is_drawn(viewer: Viewer, tmp_path: Path) -> None:
    """Wireframes become the screen they describe, with their changes."""
    replay = of_file(POSTHOG / "v2-mobile-android-wireframes.jsonl")

    viewer.open(f"{written(tmp_path, replay).as_uri()}#t=0.5")

    viewer.eventually(lambda: "Pay now" in viewer.picture())
    assert "Card declined" not in viewer.picture()
    viewer.go(2.3)
    viewer.eventually(lambda: "Card declined" in viewer.picture())
    viewer.at("tab-events").click()
    expect(viewer.at("event-row").last).to_contain_text('Tapped"Pay now"')
    assert viewer.said == []


def test_a_seek_keeps_changed_adopted_style_sheets(
    viewer: Viewer, tmp_path: Path
) -> None:
    """A shadow root's sheet, adopted and then replaced, has its last rules."""
    host = {**element(10, "div"), "isShadowHost": True}
    inside = {**element(11, "p"), "isShadow": True}
    added = [
        {"parentId": parent, "nextId": None, "node": node}
        for parent, node in ((4, host), (10, inside), (11, words(12, "shadow")))
    ]
    mutation = {"source": 0, "adds": added, "removes": [], "texts": []}
    sheet = {"styleId": 1, "rules": [{"rule": "p{color:rgb(1,2,3)}", "index": 0}]}
    replay = exported(
        tmp_path,
        lines(
            ("w", 4, 0, meta("https://shop.test/")),
            ("w", 2, 10, document()),
            ("w", 3, 2000, {**mutation, "attributes": []}),
            (
                "w",
                3,
                2001,
                {"source": 15, "id": 10, "styleIds": [1], "styles": [sheet]},
            ),
            ("w", 3, 3000, {"source": 8, "styleId": 1, "replace": "p{color:red}"}),
            ("w", 3, 9000, click(4)),
        ),
    )

    viewer.open(f"{written(tmp_path, replay).as_uri()}#t=4")

    colour = """() => {
        const page = document.querySelector('.screen.front iframe')?.contentDocument
        const shadow = page?.querySelector('div')?.shadowRoot?.querySelector('p')
        return shadow && page.defaultView.getComputedStyle(shadow).color
    }"""
    viewer.eventually(lambda: viewer.page.evaluate(colour) == "rgb(255, 0, 0)")
