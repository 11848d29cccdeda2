"""The viewer where something is missing: it says so, and shows what it can."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bot.exporter.page import share_page
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

BOOM = plugin("console", {"level": "error", "payload": ['"boom"']})
PAGE = words(5, "The page")


def of_lines(tmp_path: Path, *events: tuple[str, int, int, dict[str, Any]]) -> str:
    """The address of a file with these events."""
    return written(tmp_path, exported(tmp_path, lines(*events))).as_uri()


def in_two_segments(tmp_path: Path) -> Replay:
    """A first page so large that the second begins another segment."""
    large = words(5, "The first page " + "x" * 1_200_000)
    return exported(
        tmp_path,
        lines(
            ("w", 4, 0, meta("https://shop.test/one")),
            ("w", 2, 10, document(large)),
            ("w", 3, 1000, click(4)),
            ("w", 6, 1500, BOOM),
            ("w", 4, 5000, meta("https://shop.test/two")),
            ("w", 2, 5010, document(words(5, "The second page"))),
            ("w", 3, 9000, click(4)),
        ),
    )


@pytest.mark.parametrize(
    "inside", ['id="replay-manifest"', 'id="replay-viewer"', "<script>"]
)
def test_a_file_cut_before_its_script_ends_has_words(
    viewer: Viewer, tmp_path: Path, inside: str
) -> None:
    """Cut in manifest, viewer or its start, nothing of ours runs: plain HTML does."""
    file = written(tmp_path, checkout(tmp_path))
    page = file.read_bytes()
    file.write_bytes(page[: page.rindex(inside.encode(), 0, 200_000) + 200])

    viewer.page.goto(file.as_uri())

    late = viewer.page.get_by_text("this file was cut short")
    expect(viewer.page.get_by_text("Opening the recording")).to_be_visible()
    expect(late).to_be_hidden()
    viewer.page.evaluate("document.getAnimations().forEach(one => one.finish())")
    expect(late).to_be_visible()
    assert viewer.said == []


def test_a_browser_without_scripts_says_so(browser: Browser, tmp_path: Path) -> None:
    """The words that a cut file leaves are there for it as well."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written(tmp_path, checkout(tmp_path)).as_uri())
    expect(page.get_by_text("a browser with JavaScript on")).to_be_attached()
    context.close()


def test_the_first_words_go_when_the_player_comes(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Nobody reads of a cut file beside a whole one."""
    viewer.open(of_lines(tmp_path, ("w", 2, 0, document(PAGE))))
    expect(viewer.page.get_by_text("cut short")).to_have_count(0)


def test_a_file_cut_in_its_first_segment_shows_what_its_manifest_says(
    viewer: Viewer, tmp_path: Path
) -> None:
    """No picture, but who, when, and what went wrong; empty panels stay shut."""
    file = written(tmp_path, checkout(tmp_path))
    page = file.read_bytes()
    file.write_bytes(page[: page.index(b'id="replay-end"') - 500])

    viewer.open(file.as_uri(), state="error")

    expect(viewer.at("error")).to_contain_text("cut short")
    info = viewer.page.get_by_role("tabpanel", name="Info")
    expect(info).to_contain_text("Payment failed 500")
    expect(viewer.at("tab-console")).to_be_disabled()
    expect(viewer.at("mark").first).to_be_visible()
    viewer.page.keyboard.press("1")
    expect(info).to_be_visible()


def test_what_comes_before_a_damaged_segment_plays(
    viewer: Viewer, tmp_path: Path
) -> None:
    """The sentence is in a corner and can be put away; later times have their own."""
    replay = in_two_segments(tmp_path)
    assert len(replay.segments) == 2
    replay.segments[1] = bytes(len(replay.segments[1]))
    viewer.open(f"{written(tmp_path, replay).as_uri()}#t=2", state="error")

    expect(viewer.at("error")).to_contain_text("Part 2 of 2 of this file is damaged")
    viewer.eventually(lambda: viewer.picture().startswith("The first page"))
    expect(viewer.at("console-row")).to_have_count(1)
    viewer.at("error").get_by_role("button", name="Close").click()
    expect(viewer.at("error")).to_have_count(0)
    viewer.go(7)
    expect(viewer.at("stage-note")).to_contain_text("could not be loaded")


def test_playing_goes_on_from_one_segment_into_the_next(
    viewer: Viewer, tmp_path: Path
) -> None:
    """What the next one holds is given to the picture that is playing."""
    url = written(tmp_path, in_two_segments(tmp_path)).as_uri()
    viewer.open(f"{url}#t=4.5")
    viewer.eventually(lambda: viewer.picture().startswith("The first page"))

    viewer.page.locator("[data-speed='2']").click()
    viewer.at("play").click()

    viewer.eventually(lambda: viewer.picture() == "The second page")
    assert viewer.time_ms() >= 5010
    assert viewer.said == []


def test_a_recording_that_begins_in_the_middle_says_when_its_picture_comes(
    viewer: Viewer, tmp_path: Path
) -> None:
    """The panels work meanwhile, and the picture is there once it was taken."""
    url = of_lines(
        tmp_path,
        ("w", 3, 0, click(4)),
        ("w", 6, 500, BOOM),
        ("w", 4, 12_000, meta("https://shop.test/")),
        ("w", 2, 12_010, document(PAGE)),
        ("w", 3, 15_000, click(4)),
    )
    viewer.open(f"{url}#t=3")

    note = viewer.at("stage-note")
    expect(note).to_have_text(
        "This recording begins in the middle: there is no picture until 0:12."
    )
    expect(viewer.page.locator(".screen.front")).to_be_hidden()
    viewer.at("console-row").locator(".at").click()
    assert viewer.time_ms() == 500
    viewer.go(13)
    expect(viewer.page.locator(".screen.front")).to_be_visible()
    expect(note).to_be_empty()
    viewer.go(2)
    expect(note).to_contain_text("until 0:12")


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([("w", 6, 0, BOOM), ("w", 6, 900, BOOM)], 1),
        ([("w", 3, 0, click(4)), ("w", 6, 500, BOOM), ("w", 3, 3000, click(4))], 1),
        ([("w", 5, 0, {"tag": "hello", "payload": {}})], 0),
    ],
    ids=["console only", "no full snapshot", "one event without a picture"],
)
def test_a_recording_without_a_picture_sends_the_reader_to_the_panels(
    viewer: Viewer, tmp_path: Path, events: list[Any], rows: int
) -> None:
    """It opens all the same, and whatever there is can be read and played through."""
    viewer.open(of_lines(tmp_path, *events))

    expect(viewer.at("stage-note")).to_contain_text("There is no picture")
    expect(viewer.at("console-row")).to_have_count(rows)
    viewer.at("play").click()
    expect(viewer.at("stage-note")).to_contain_text("There is no picture")
    assert viewer.said == []


def test_an_empty_recording_says_so(viewer: Viewer, tmp_path: Path) -> None:
    """A manifest without segments, whoever wrote it."""
    replay = checkout(tmp_path)
    empty = Replay(dataclasses.replace(replay.manifest, segments=()), [])

    viewer.open(written(tmp_path, empty).as_uri(), state="error")

    expect(viewer.at("error")).to_contain_text("This recording is empty")
    assert viewer.said == []


def test_a_single_full_snapshot_is_shown(viewer: Viewer, tmp_path: Path) -> None:
    """One event, no length, no activity: still its picture."""
    viewer.open(of_lines(tmp_path, ("w", 2, 0, document(PAGE))))

    viewer.eventually(lambda: viewer.picture() == "The page")
    expect(viewer.page.locator(".screen.front")).to_be_visible()
    expect(viewer.at("clock")).to_have_text("0:00 / 0:00")
    assert viewer.said == []


def test_a_mobile_recording_without_pages_or_marks_is_shown(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Only wireframes: no page bands, no toolbar of errors, the picture."""
    lines_ = (POSTHOG / "v2-mobile-android-wireframes.jsonl").read_bytes().splitlines()
    source = tmp_path / "only.jsonl"
    source.write_bytes(b"\n".join(one for one in lines_ if b'"type": 2' in one))
    viewer.open(written(tmp_path, of_file(source)).as_uri())

    viewer.eventually(lambda: "Pay now" in viewer.picture())
    expect(viewer.page.locator(".device")).to_have_attribute("data-device", "phone")
    expect(viewer.page.get_by_role("toolbar")).to_have_count(0)


Answer = Callable[[], bytes | None]


@contextmanager
def served(replay: Replay, second: Answer) -> Iterator[str]:
    """The address of a share page; `second` answers for its second segment."""
    page = share_page(
        replay.manifest,
        segments_url="/segments/",
        download_url="/download",
        expires="2026-11-30T11:02:24Z",
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers: dict[str, Answer] = {
                "/": lambda: page,
                "/segments/0": lambda: replay.segments[0],
                "/segments/1": second,
            }
            body = answers.get(self.path, lambda: None)()
            self.send_response(410 if body is None else 200)
            if self.path == "/":
                self.send_header("Content-Type", "text/html; charset=windows-1252")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            """Keeps the test's output to what failed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_picture_that_will_not_come_is_not_waited_for(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Its window had none in what could be read, and the rest is lost."""
    quiet = plugin("console", {"level": "log", "payload": [f'"{"x" * 1_200_000}"']})
    replay = exported(
        tmp_path,
        lines(
            ("w", 6, 0, quiet),
            ("w", 3, 10, click(4)),
            ("w", 2, 5000, document(PAGE)),
            ("w", 3, 9000, click(4)),
        ),
    )
    assert len(replay.segments) == 2
    replay.segments[1] = bytes(len(replay.segments[1]))

    viewer.open(written(tmp_path, replay).as_uri(), state="error")

    expect(viewer.at("error")).to_contain_text("damaged")
    expect(viewer.at("stage-note")).to_contain_text("could not be loaded")
    expect(viewer.at("console-row")).to_have_count(1)


def test_a_part_on_its_way_is_said_to_be_and_then_shown(
    viewer: Viewer, tmp_path: Path
) -> None:
    """The first part plays before the second is there."""
    replay = in_two_segments(tmp_path)
    asked, may_answer = threading.Event(), threading.Event()

    def slowly() -> bytes:
        asked.set()
        may_answer.wait(10)
        return replay.segments[1]

    with served(replay, slowly) as url:
        viewer.open(f"{url}#t=2")
        assert asked.wait(10)
        viewer.eventually(lambda: viewer.picture().startswith("The first page"))
        viewer.go(7)
        expect(viewer.at("stage-note")).to_contain_text("Loading")
        expect(viewer.at("address")).to_have_text("https://shop.test/two")
        viewer.go(2)
        expect(viewer.at("stage-note")).to_be_empty()
        viewer.go(7)
        may_answer.set()
        viewer.eventually(lambda: viewer.picture() == "The second page")
        expect(viewer.at("stage-note")).to_be_empty()


def test_a_link_that_ends_while_watching_says_so_and_keeps_what_is_there(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Revoked between two parts: the first goes on playing."""
    with served(in_two_segments(tmp_path), lambda: None) as url:
        viewer.open(f"{url}#t=2", state="error")

        expect(viewer.at("error")).to_contain_text("expired or was revoked")
        viewer.eventually(lambda: viewer.picture().startswith("The first page"))
        viewer.at("play").click()
        viewer.eventually(lambda: viewer.time_ms() > 2100)
        expect(viewer.at("console-row")).to_have_count(1)
