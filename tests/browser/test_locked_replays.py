"""Locked replays in a real Chromium: closed to everyone without the passphrase."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.exporter.binary import from_page, to_page
from bot.exporter.page import file_page
from tests.browser.replays import Replay, checkout
from tests.browser.viewer import Viewer

PASSPHRASE = "correct horse battery staple"
_SEGMENT = re.compile(rb'(class="replay-segment" data-index="0">)([^<]*)')


def locked(replay: Replay) -> bytes:
    pages = file_page(replay.manifest, replay.segments, passphrase=PASSPHRASE)
    return b"".join(pages)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return locked(checkout(tmp_path_factory.mktemp("locked")))


@pytest.fixture
def file(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "a.replay.html"
    path.write_bytes(content)
    return path


def answer(page: Page, passphrase: str) -> None:
    page.get_by_test_id("passphrase").fill(passphrase)
    page.keyboard.press("Enter")


def test_the_passphrase_opens_it_offline_and_nothing_else_does(
    viewer: Viewer, file: Path
) -> None:
    """A wrong one says so and stays to be corrected; the right one plays; nothing is
    asked of the network, and nothing that was typed or opened is kept."""
    viewer.open(file.as_uri(), state="locked")
    field = viewer.at("passphrase")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    expect(viewer.page).to_have_title("Locked replay")
    assert "acme" not in viewer.page.content()

    viewer.page.keyboard.press("Enter")
    expect(viewer.at("problem")).to_have_text("Type the passphrase first.")
    answer(viewer.page, "correct hose")
    expect(viewer.at("unlock")).to_have_text("Unlocking…")
    expect(viewer.at("problem")).to_have_text("That is not the passphrase.")
    expect(field).to_have_value("correct hose")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    viewer.page.get_by_role("button", name="Show the passphrase").click()
    expect(field).to_have_attribute("type", "text")
    viewer.page.get_by_role("button", name="Hide the passphrase").click()
    answer(viewer.page, PASSPHRASE)

    expect(viewer.page.locator("html")).to_have_attribute("data-state", "ready")
    expect(viewer.at("console-row")).to_have_count(11)
    viewer.go(30)
    viewer.eventually(lambda: "Payment failed" in viewer.picture())
    viewer.at("tab-info").click()
    expect(viewer.page.locator(".verdict")).to_have_class("verdict intact")
    assert viewer.said == []
    asked = [url for url in viewer.asked if not url.startswith("blob:")]
    assert asked == [file.as_uri()]
    kept = viewer.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert PASSPHRASE not in kept
    assert "acme" not in kept
    assert PASSPHRASE not in viewer.page.content()


def _bit_of_the_segment(page: bytes) -> bytes:
    def flip(found: re.Match[bytes]) -> bytes:
        piece = bytearray(from_page(found[2]))
        piece[50] ^= 1
        return found[1] + to_page(bytes(piece))

    return _SEGMENT.sub(flip, page)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_bit_of_the_segment, "Part 1 of 1 of this file was altered"),
        (lambda page: page[: page.index(b'id="replay-end"') - 500], "cut short"),
    ],
    ids=["altered", "cut"],
)
def test_what_was_altered_inside_is_said_once_it_is_unlocked(
    viewer: Viewer,
    file: Path,
    damage: Callable[[bytes], bytes],
    sentence: str,
) -> None:
    file.write_bytes(damage(file.read_bytes()))
    viewer.open(file.as_uri(), state="locked")
    answer(viewer.page, PASSPHRASE)
    expect(viewer.at("error")).to_contain_text(sentence)
    expect(viewer.at("console-row")).to_have_count(0)
    assert viewer.said == []


@pytest.mark.parametrize(
    ("was", "is_", "sentence"),
    [
        (b'"passes":3', b'"passes":1', "its lock was changed"),
        (b'"passes":3', b'"passes":17', "more work"),
        (b'"producer": "', b'"person": "x", "producer": "', "its lock was changed"),
    ],
)
def test_what_was_altered_in_the_open_is_said_before_anyone_is_asked(
    viewer: Viewer, file: Path, was: bytes, is_: bytes, sentence: str
) -> None:
    page = file.read_bytes()
    assert page.count(was) == 1
    file.write_bytes(page.replace(was, is_))
    viewer.open(file.as_uri(), state="error")
    expect(viewer.at("error")).to_contain_text(sentence)
    expect(viewer.at("passphrase")).to_have_count(0)


def test_segments_of_another_file_with_the_same_passphrase_are_refused(
    viewer: Viewer, file: Path, tmp_path: Path
) -> None:
    foreign = _SEGMENT.search(locked(checkout(tmp_path)))
    assert foreign is not None
    piece = foreign[0]
    file.write_bytes(_SEGMENT.sub(lambda _: piece, file.read_bytes()))
    viewer.open(file.as_uri(), state="locked")
    answer(viewer.page, PASSPHRASE)
    expect(viewer.at("error")).to_contain_text("belongs to another")


def test_where_browsers_do_not_decrypt_it_says_so(
    viewer: Viewer, content: bytes
) -> None:
    """Over plain http, unless from this very machine."""
    viewer.page.route(
        "http://replays.test/",
        lambda route: route.fulfill(
            body=content, content_type="text/html; charset=windows-1252"
        ),
    )
    viewer.open("http://replays.test/", state="error")
    expect(viewer.at("error")).to_contain_text("open it from disk")
