"""The viewer in a real Chromium: what a person sees who opens a replay."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.replays import checkout, written
from tests.browser.viewer import Viewer


def test_a_file_opens_offline_and_in_silence(viewer: Viewer, tmp_path: Path) -> None:
    """From disk: rows and picture are there, nothing is asked for or complained of."""
    file = written(tmp_path, checkout(tmp_path))

    viewer.open(file.as_uri())

    expect(viewer.at("console-row")).to_have_count(11)
    expect(viewer.at("network-row")).to_have_count(49)
    assert viewer.page.locator("[data-failing]").count() == 11
    viewer.eventually(lambda: "Contact" in viewer.picture())
    viewer.at("play").click()
    viewer.go(30)
    viewer.eventually(lambda: "Payment failed" in viewer.picture())
    viewer.at("tab-info").click()
    expect(viewer.page.locator(".verdict")).to_have_class("verdict intact")
    assert viewer.said == []
    # The one other request is the page's own worker, made from its own script.
    assert [url for url in viewer.asked if not url.startswith("blob:")] == [
        file.as_uri()
    ]


def test_a_link_opens_at_its_time_and_seeks_both_ways(
    viewer: Viewer, tmp_path: Path
) -> None:
    """`#t=` shows that moment; going back shows what was there before."""
    file = written(tmp_path, checkout(tmp_path))

    viewer.open(f"{file.as_uri()}#t=31")

    assert viewer.time_ms() == 31_000
    viewer.eventually(lambda: "Payment failed" in viewer.picture())
    viewer.go(8)
    viewer.eventually(lambda: "1. Contact" in viewer.picture())
    assert "Payment failed" not in viewer.picture()
    viewer.go(26)
    viewer.eventually(lambda: "3. Payment" in viewer.picture())
    assert "Payment failed" not in viewer.picture()


def test_without_a_time_it_opens_shortly_before_what_went_wrong(
    viewer: Viewer, tmp_path: Path
) -> None:
    """The manifest's start_at_ms is where the reader begins."""
    replay = checkout(tmp_path)

    viewer.open(written(tmp_path, replay).as_uri())

    assert viewer.time_ms() == replay.manifest.to_json()["start_at_ms"] > 0


def test_play_moves_the_clock_and_pause_holds_it(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Play, speed and pause; the clock of the page is the clock of the picture."""
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=23")

    viewer.page.locator("[data-speed='8']").click()
    viewer.at("play").click()
    viewer.eventually(lambda: "Payment failed" in viewer.picture())
    viewer.at("play").click()
    held = viewer.time_ms()

    assert held >= 27_000
    viewer.page.wait_for_timeout(200)
    assert viewer.time_ms() == held


def test_keys_and_marks_go_to_what_went_wrong(viewer: Viewer, tmp_path: Path) -> None:
    """`e` walks the errors, arrows five seconds, a mark goes to its moment."""
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=20")

    viewer.page.keyboard.press("ArrowRight")
    assert viewer.time_ms() == 25_000
    viewer.page.keyboard.press("ArrowLeft")
    assert viewer.time_ms() == 20_000
    viewer.page.keyboard.press("e")
    first = viewer.time_ms()
    viewer.page.keyboard.press("e")

    assert 22_000 < first < viewer.time_ms()
    viewer.page.locator("[data-testid=mark][data-kind=page]").last.click()
    assert viewer.time_ms() != first
    viewer.page.keyboard.press("?")
    expect(viewer.page.get_by_role("dialog")).to_be_visible()


def test_rows_open_filter_and_go_to_their_moment(
    viewer: Viewer, tmp_path: Path
) -> None:
    """A failed request shows headers and body; filters and search narrow the lists."""
    viewer.open(written(tmp_path, checkout(tmp_path)).as_uri())

    viewer.at("tab-network").click()
    viewer.page.get_by_role("button", name="Failed 11").click()
    expect(viewer.at("network-row")).to_have_count(11)
    failed = viewer.at("network-row").filter(has_text="/api/payment").first
    failed.locator(".row-head").click()
    expect(failed).to_contain_text("payment_gateway_timeout")
    expect(failed).to_contain_text("x-request-id")
    assert viewer.time_ms() == 27_117
    viewer.at("tab-console").click()
    viewer.page.get_by_role("searchbox", name="Search the console").fill("coupon")
    expect(viewer.at("console-row")).to_have_count(1)
