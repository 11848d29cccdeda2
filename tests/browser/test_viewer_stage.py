"""The stage, its timeline and controls: by mouse, by keyboard, by screen reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import grave_violations
from tests.browser.replays import (
    POSTHOG,
    Replay,
    checkout,
    click,
    document,
    exported,
    lines,
    meta,
    of_file,
    plugin,
    words,
    written,
)
from tests.browser.viewer import Viewer

NARROW = {"width": 420, "height": 860}


def two_windows(tmp_path: Path) -> Replay:
    """A quiet half minute between two windows' few clicks, and one error."""
    first, second = words(5, "The first tab"), words(5, "The second tab")
    boom = plugin("console", {"level": "error", "payload": ['"boom"']})
    return exported(
        tmp_path,
        lines(
            ("a", 4, 0, meta("https://shop.test/cart")),
            ("a", 2, 10, document(first)),
            ("a", 3, 1000, {**click(4), "x": 400, "y": 300}),
            ("b", 4, 4000, meta("https://shop.test/orders/7?tab=2")),
            ("b", 2, 4010, document(second)),
            ("b", 3, 5000, click(4)),
            ("b", 6, 5010, boom),
            ("a", 3, 8000, click(4)),
            ("a", 3, 40_000, click(4)),
        ),
    )


def test_a_click_leaves_a_ring_where_it_was(viewer: Viewer, tmp_path: Path) -> None:
    """It stands while the picture does, and is seen at the highest speed too."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=0.5")

    viewer.page.keyboard.press(".")
    ring = viewer.at("click-mark")
    expect(ring).to_have_count(1)
    middle = """mark => {
        const ring = mark.getBoundingClientRect()
        const glass = mark.closest('.glass').getBoundingClientRect()
        const share = (at, from, size) => (at - from) / size
        return [share(ring.left + ring.width / 2, glass.left, glass.width),
                share(ring.top + ring.height / 2, glass.top, glass.height)]
    }"""
    assert ring.evaluate(middle) == pytest.approx([0.5, 0.5], abs=0.01)
    viewer.go(3)
    expect(ring).to_have_count(0)

    viewer.page.locator("[data-speed='16']").click()
    viewer.go(0)
    viewer.at("play").click()
    expect(ring.first).to_be_visible()


def test_the_picture_is_framed_as_its_device_and_fits_or_is_full_size(
    viewer: Viewer, tmp_path: Path
) -> None:
    """A desktop page in a browser's frame; `z` shows it as large as it was."""
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=10")
    device = viewer.page.locator(".device")
    stage, glass = viewer.at("stage"), viewer.page.locator(".glass")

    expect(device).to_have_attribute("data-device", "browser")
    fitted, room = glass.bounding_box(), stage.bounding_box()
    assert fitted
    assert room
    assert fitted["width"] <= room["width"]
    assert fitted["width"] / fitted["height"] == pytest.approx(1280 / 800, abs=0.01)
    viewer.page.keyboard.press("z")
    expect(viewer.at("actual-size")).to_have_attribute("aria-pressed", "true")
    expect(device).to_contain_text("1280 \u00d7 800 at 100 %")
    assert glass.evaluate("e => [e.clientWidth, e.clientHeight]") == [1280, 800]
    stage.focus()
    viewer.page.keyboard.press("End")
    viewer.eventually(lambda: bool(stage.evaluate("e => e.scrollTop > 0")))
    viewer.at("actual-size").click()
    expect(device).not_to_contain_text("100 %")


def test_a_phone_is_framed_as_a_phone(viewer: Viewer, tmp_path: Path) -> None:
    """With the name of its screen where a browser has the address."""
    phone = of_file(POSTHOG / "v2-mobile-android-wireframes.jsonl")
    viewer.open(f"{written(tmp_path, phone).as_uri()}#t=1")
    device = viewer.page.locator(".device")
    expect(device).to_have_attribute("data-device", "phone")
    expect(viewer.at("address")).to_have_text("CheckoutActivity")


def test_windows_are_named_by_page_and_followed_until_one_is_pinned(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Which is in use stays visible while another is looked at; `w` walks them."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=1.5")
    cart, orders = viewer.at("window").nth(0), viewer.at("window").nth(1)
    follow = viewer.at("follow-window")

    expect(cart).to_have_text("/cart")
    expect(orders).to_have_text("/orders/7")
    expect(follow).to_have_text("Following")
    expect(cart).to_have_attribute("aria-pressed", "true")
    viewer.go(6)
    expect(orders).to_have_attribute("aria-pressed", "true")
    expect(orders).to_have_accessible_name("/orders/7, in use now")
    cart.focus()
    viewer.page.keyboard.press("Enter")
    viewer.eventually(lambda: viewer.picture() == "The first tab")
    expect(cart).to_be_focused()
    expect(follow).to_have_text("Follow")
    expect(orders).to_have_accessible_name("/orders/7, in use now")
    viewer.page.keyboard.press("w")
    viewer.eventually(lambda: viewer.picture() == "The second tab")
    viewer.page.keyboard.press("w")
    expect(follow).to_have_text("Following")
    assert viewer.said == []


def test_the_timeline_tells_kinds_crowds_and_pages(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Marks that would cover each other are one; resting on one says what it holds."""
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=10")
    marks = viewer.page.get_by_role("toolbar", name="What went wrong")
    crowded = marks.get_by_test_id("mark").filter(has_text=re.compile(r"\d")).first

    crowded.hover()
    expect(viewer.at("tip")).to_contain_text("Console error: Payment failed 500")
    expect(viewer.at("tip")).to_contain_text("Exception: Uncaught TypeError")
    shapes = marks.locator("[data-kind] path").evaluate_all(
        """paths => [...new Set(paths.map(path =>
             [path.closest('[data-kind]').dataset.kind, path.getAttribute('d')].join()
           ))].map(pair => pair.split(','))"""
    )
    kinds = {kind for kind, _ in shapes}
    assert {"exception", "console_error", "network_failure"} <= kinds
    assert len({shape for _, shape in shapes}) == len(shapes) == len(kinds)
    pages = viewer.page.get_by_role("toolbar", name="Pages").get_by_test_id("mark")
    assert pages.all_inner_texts()[1:4] == [
        "/checkout.html",
        "/checkout/shipping",
        "/checkout/payment",
    ]


def test_idle_time_is_told_and_skipped_in_words(viewer: Viewer, tmp_path: Path) -> None:
    """Over the timeline before, over the picture when it happens."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=8.5")
    slider = viewer.at("slider")
    box = slider.bounding_box()
    assert box
    slider.hover(position={"x": box["width"] / 2, "y": 10})
    expect(viewer.at("tip")).to_contain_text("Idle for 30 s, skipped when playing")
    viewer.at("play").click()
    expect(viewer.at("toast")).to_have_text("Skipped 30 s idle")
    viewer.eventually(lambda: viewer.time_ms() > 38_000)


def test_steps_go_from_event_to_event(viewer: Viewer, tmp_path: Path) -> None:
    """`.` and `,` or their buttons: pages, clicks and errors, each told in words."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=0.5")
    toast = viewer.at("toast")

    told = []
    for _ in range(4):
        viewer.page.keyboard.press(".")
        told.append((viewer.time_ms(), toast.inner_text()))
    assert told == [
        (1001, 'Clicked body "The first tab"'),
        (4001, "Page https://shop.test/orders/7?tab=2"),
        (5001, 'Clicked body "The second tab"'),
        (5011, "Console error: boom"),
    ]
    viewer.page.keyboard.press(",")
    assert viewer.time_ms() == 5001
    viewer.at("previous-event").click()
    assert viewer.time_ms() == 4001
    viewer.at("next-error").click()
    assert viewer.time_ms() == 5011
    viewer.at("next-error").click()
    expect(toast).to_have_text("No error after this")
    assert viewer.time_ms() == 5011


def test_a_link_to_the_moment_is_copied(viewer: Viewer, tmp_path: Path) -> None:
    """`c`, anywhere: the address with the time we are at."""
    url = written(tmp_path, two_windows(tmp_path)).as_uri()
    viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.open(f"{url}#t=1")

    viewer.page.keyboard.press("ArrowRight")
    viewer.page.keyboard.press("c")
    expect(viewer.at("toast")).to_have_text("Link to 0:06 copied")
    copied = viewer.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{url}#t=6"


def test_the_theme_is_switched_and_remembered(viewer: Viewer, tmp_path: Path) -> None:
    """The system decides until the reader does, who is asked once."""
    viewer.page.emulate_media(color_scheme="dark")
    viewer.open(written(tmp_path, two_windows(tmp_path)).as_uri())
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = viewer.page.evaluate(colour)

    viewer.page.get_by_role("button", name="Light or dark").click()
    light = viewer.page.evaluate(colour)
    viewer.page.reload()
    expect(viewer.page.locator("html")).to_have_attribute("data-state", "ready")

    assert dark != light
    assert viewer.page.evaluate(colour) == light


def test_a_narrow_window_shows_every_control_whole(
    viewer: Viewer, tmp_path: Path
) -> None:
    """At the width of a phone nothing is cut off, and the speed is a menu."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=1")
    cut = """() => [...document.querySelectorAll(
                '.top button, .controls button, .tab, select')]
            .filter(one => one.checkVisibility())
            .filter(one => {
                const box = one.getBoundingClientRect()
                const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2
                return box.left < 0 || box.right > innerWidth
                    || one.scrollWidth > one.clientWidth + 1
                    || !one.contains(document.elementFromPoint(x, y))
            })
            .map(one => one.outerHTML)"""

    for width in (1100, 420):
        viewer.page.set_viewport_size({"width": width, "height": 860})
        assert viewer.page.evaluate(cut) == []
        assert viewer.page.evaluate("document.documentElement.scrollWidth") == width
    viewer.at("speed-menu").select_option("8")
    viewer.at("play").click()
    viewer.eventually(lambda: viewer.time_ms() > 3000)


def test_full_screen_is_the_player_alone(viewer: Viewer, tmp_path: Path) -> None:
    """`f` and Escape, or the button; keys and words work there as well."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=1")
    panels = viewer.page.get_by_role("complementary", name="Details")

    viewer.page.keyboard.press("f")
    expect(panels).to_be_hidden()
    viewer.eventually(lambda: bool(viewer.page.evaluate("document.fullscreenElement")))
    viewer.page.keyboard.press("e")
    expect(viewer.at("toast")).to_be_visible()
    viewer.page.keyboard.press("?")
    expect(viewer.at("help")).to_be_visible()
    viewer.page.keyboard.press("?")
    viewer.page.keyboard.press("Escape")
    expect(panels).to_be_visible()
    assert viewer.page.evaluate("document.fullscreenElement === null")


def test_the_help_keeps_the_focus_and_gives_it_back(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Escape closes it; the keys of the player rest meanwhile."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=1")
    button = viewer.page.get_by_role("button", name="Keyboard and help (?)")

    button.focus()
    viewer.page.keyboard.press("Enter")
    help_ = viewer.page.get_by_role("dialog", name="Keyboard")
    for key in (",", ".", "e", "f", "z", "w", "c", "s", "/", "?", "Space", "Esc"):
        expect(
            help_.locator("kbd", has_text=re.compile(f"^{re.escape(key)}$"))
        ).not_to_have_count(0)
    outside = """dialog => document.activeElement !== document.body
        && !dialog.contains(document.activeElement)"""
    for _ in range(4):
        viewer.page.keyboard.press("Tab")
        assert not help_.evaluate(outside)
    viewer.page.keyboard.press("ArrowRight")
    assert viewer.time_ms() == 1000
    viewer.page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(button).to_be_focused()


def test_everything_can_be_done_with_the_keyboard_alone(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Tab reaches every part once, in the order it is seen; each part works."""
    viewer.open(f"{written(tmp_path, two_windows(tmp_path)).as_uri()}#t=1")
    press = viewer.page.keyboard.press
    focused = """() => {
        const { dataset, ariaLabel, textContent, tagName } = document.activeElement
        return dataset.testid || ariaLabel || textContent || tagName
    }"""
    reached: list[Any] = []
    for _ in range(60):
        press("Tab")
        reached.append(viewer.page.evaluate(focused))
        if reached[-1] == "Search the console":
            break
    wanted = [
        "Light or dark",
        "window",
        "follow-window",
        "mark",
        "slider",
        "play",
        "next-event",
        "skip-idle",
        "full-screen",
        "copy-link",
        "divider",
        "tab-console",
        "Search the console",
    ]
    assert [one for one in dict.fromkeys(reached) if one in wanted] == wanted

    viewer.page.keyboard.type("boom")
    expect(viewer.at("console-row")).to_have_count(1)
    press("Escape")
    viewer.at("tab-console").focus()
    press("ArrowRight")
    expect(viewer.at("tab-network")).to_be_focused()
    expect(viewer.page.get_by_role("tabpanel", name="Network")).to_be_visible()
    press("4")
    expect(viewer.page.get_by_role("tabpanel", name="Info")).to_be_visible()
    slider = viewer.page.get_by_role("slider")
    slider.focus()
    press("End")
    assert viewer.time_ms() == 40_000
    press("Home")
    press("PageUp")
    press("ArrowRight")
    assert viewer.time_ms() == 15_000
    expect(slider).to_have_attribute("aria-valuetext", "0:15 of 0:40, on /cart")
    viewer.page.get_by_role("toolbar", name="Pages").get_by_role("button").first.focus()
    press("ArrowRight")
    press("Enter")
    assert viewer.time_ms() == 4000
    viewer.at("divider").focus()
    press("ArrowLeft")
    expect(viewer.at("divider")).to_have_attribute("aria-valuenow", "39")
    assert viewer.time_ms() == 4000
    press(">")
    press("s")
    press("Space")
    expect(viewer.at("play")).to_have_accessible_name("Pause")
    expect(viewer.at("skip-idle")).to_have_attribute("aria-pressed", "false")
    press("Space")
    expect(viewer.at("spoken")).to_have_text(re.compile(r"^Paused at 0:0\d of 0:40$"))


@pytest.mark.parametrize(
    ("scheme", "size"),
    [("light", {"width": 1280, "height": 800}), ("dark", NARROW)],
    ids=["light and wide", "dark and narrow"],
)
def test_axe_finds_nothing_serious(
    viewer: Viewer, tmp_path: Path, scheme: Any, size: Any
) -> None:
    """Every panel with a row opened, several windows, the help, and a broken file."""
    viewer.page.emulate_media(color_scheme=scheme)
    viewer.page.set_viewport_size(size)
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=28")

    for tab in ("console", "network", "events", "info"):
        viewer.at(f"tab-{tab}").click()
        heads = viewer.page.locator(".panel:not([hidden]) .row-head")
        if heads.count():
            heads.first.click()
        assert (tab, grave_violations(viewer.page)) == (tab, [])
    viewer.page.keyboard.press("?")
    assert grave_violations(viewer.page) == []
    windows = tmp_path / "windows.replay.html"
    whole = written(tmp_path, two_windows(tmp_path)).read_bytes()
    windows.write_bytes(whole)
    viewer.open(windows.as_uri())
    viewer.page.keyboard.press("z")
    assert grave_violations(viewer.page) == []
    cut = tmp_path / "cut.replay.html"
    cut.write_bytes(whole[: whole.index(b'id="replay-end"') - 500])
    viewer.open(cut.as_uri(), state="error")
    assert grave_violations(viewer.page) == []
