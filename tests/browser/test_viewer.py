"""The built viewer in a real Chromium: what a person sees who opens a replay."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.exporter import export
from bot.exporter.manifest import Manifest
from bot.exporter.page import VIEWER, file_page, policy, share_page
from bot.recording.files import open_recording
from tests import servers

SAMPLES = Path(__file__).parents[2] / "bot" / "viewer" / "samples"
START_MS = 1_795_431_700_000
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_DEADLINE_S = 10


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if chromium is None:
        servers.missing("Chromium")
    if not VIEWER.is_file():
        if os.environ.get("CI"):
            pytest.fail("the viewer is not built; in CI it must be")
        pytest.skip("the viewer is not built; `make install` builds it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield launched
        launched.close()


class Viewer:
    """One open page, with what it said to the console and asked the network for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, url: str, state: str = "ready") -> None:
        self.page.goto(url)
        expect(self.page.locator("html")).to_have_attribute("data-state", state)

    def at(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def time_ms(self) -> int:
        return int(self.at("player").get_attribute("data-time-ms") or 0)

    def go(self, seconds: float) -> None:
        self.page.evaluate(f"location.hash = '#t={seconds}'")

    def picture(self) -> str:
        """The text of the recorded page as it stands on the stage."""
        shown = self.page.evaluate(
            """() => document.querySelector('.screen.front iframe')
                 ?.contentDocument?.body?.innerText ?? ''"""
        )
        return str(shown)

    def eventually(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline, f"not so: {self.picture()[:300]!r}"
            self.page.wait_for_timeout(30)


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Viewer]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield Viewer(context.new_page())
    context.close()


@dataclass(frozen=True)
class Replay:
    manifest: Manifest
    segments: list[bytes]


def exported(tmp_path: Path, lines: bytes) -> Replay:
    source = tmp_path / "snapshots.jsonl"
    source.write_bytes(lines)
    recording = open_recording(source)
    made = export(recording.events, source="file", person="jane.doe@example.com")
    with made.payload:
        return Replay(made.manifest, list(made.segments()))


def checkout(tmp_path: Path) -> Replay:
    packed = (SAMPLES / "checkout.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=10**7)
    return exported(tmp_path, plain)


def written(tmp_path: Path, replay: Replay) -> Path:
    file = tmp_path / "a.replay.html"
    file.write_bytes(b"".join(file_page(replay.manifest, replay.segments)))
    return file


def lines(*events: tuple[str, int, int, dict[str, Any]]) -> bytes:
    """Snapshot lines of (window, type, ms since the start, data)."""
    return b"".join(
        json.dumps(
            [window, {"type": kind, "timestamp": START_MS + at_ms, "data": data}]
        ).encode()
        + b"\n"
        for window, kind, at_ms, data in events
    )


def document(*body: dict[str, Any]) -> dict[str, Any]:
    """The data of a full snapshot of a page with this body."""
    html = element(2, "html", {}, element(3, "head"), element(4, "body", {}, *body))
    node = {"type": 0, "id": 1, "childNodes": [html]}
    return {"node": node, "initialOffset": {"top": 0, "left": 0}}


def element(
    node_id: int,
    tag: str,
    attributes: dict[str, Any] | None = None,
    *children: dict[str, Any],
) -> dict[str, Any]:
    return {
        "type": 2,
        "id": node_id,
        "tagName": tag,
        "attributes": attributes or {},
        "childNodes": list(children),
    }


def words(node_id: int, text: str) -> dict[str, Any]:
    return {"type": 3, "id": node_id, "textContent": text}


def meta(href: str) -> dict[str, Any]:
    return {"href": href, "width": 800, "height": 600}


def click(node_id: int) -> dict[str, Any]:
    return {"source": 2, "type": 2, "id": node_id, "x": 5, "y": 5}


def plugin(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"plugin": f"rrweb/{name}@1", "payload": payload}


def test_a_file_opens_offline_and_in_silence(viewer: Viewer, tmp_path: Path) -> None:
    """From disk: rows and picture are there, nothing is asked for or complained of."""
    file = written(tmp_path, checkout(tmp_path))

    viewer.open(file.as_uri())

    expect(viewer.at("console-row")).to_have_count(15)
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
    viewer.page.get_by_role("button", name="Failed only").click()
    expect(viewer.at("network-row")).to_have_count(11)
    failed = viewer.at("network-row").filter(has_text="/api/payment").first
    failed.locator(".row-head").click()
    expect(failed).to_contain_text("payment_gateway_timeout")
    expect(failed).to_contain_text("x-request-id")
    assert viewer.time_ms() == 27_117
    viewer.at("tab-console").click()
    viewer.page.get_by_role("searchbox", name="Search the console").fill("coupon")
    expect(viewer.at("console-row")).to_have_count(1)


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


def test_a_hostile_recording_neither_runs_nor_loads_anything(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Markup stays text, handlers stay dead, and no address in it is asked for."""
    evil = "<img src=x onerror='top.ran=1'></script><script>top.ran=1</script>"
    replay = exported(
        tmp_path,
        lines(
            ("w", 4, 0, meta(f"javascript:top.ran=1//{evil}")),
            (
                "w",
                2,
                10,
                document(
                    element(10, "script", {}, words(11, "top.ran=1")),
                    element(
                        12, "img", {"src": "https://evil.test/", "onerror": "ran=1"}
                    ),
                    element(13, "iframe", {"srcdoc": evil, "src": "https://evil.test"}),
                    element(14, "a", {"href": "javascript:top.ran=1"}, words(15, evil)),
                    element(16, "svg", {"onload": "top.ran=1"}),
                    element(
                        17, "link", {"rel": "stylesheet", "href": "//evil.test/a.css"}
                    ),
                    element(18, "style", {"_cssText": "@import '//evil.test/b.css';"}),
                    element(
                        19, "meta", {"http-equiv": "refresh", "content": "0;//evil"}
                    ),
                    element(20, "base", {"href": "https://evil.test/"}),
                    element(21, "object", {"data": "https://evil.test/x"}),
                ),
            ),
            ("w", 5, 20, {"tag": evil, "payload": {evil: evil}}),
            ("w", 6, 30, plugin("console", {"level": "error", "payload": [evil]})),
            (
                "w",
                6,
                40,
                plugin(
                    "network",
                    {"requests": [{"name": f"https://a/{evil}", "method": evil}]},
                ),
            ),
            ("w", 3, 1000, click(14)),
        ),
    )
    file = written(tmp_path, replay)

    viewer.open(file.as_uri())
    viewer.go(1)
    viewer.eventually(lambda: "onerror" in viewer.picture())
    for tab in ("network", "events", "info", "console"):
        viewer.at(f"tab-{tab}").click()
    viewer.at("console-row").locator(".row-head").click()

    expect(viewer.at("console-row")).to_contain_text("<img src=x")
    assert viewer.page.evaluate("window.ran === undefined")
    assert viewer.said == []
    assert [url for url in viewer.asked if "evil" in url] == []
    sandbox = viewer.page.locator(".screen iframe").get_attribute("sandbox")
    assert sandbox == "allow-same-origin"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda page: page.replace(b'"version": 1', b'"version": 9'), "format 9"),
        (lambda page: page[: page.index(b'id="replay-end"') - 500], "cut short"),
        (lambda page: page.decode("windows-1252", "replace").encode(), "damaged"),
        (
            lambda page: (
                page.decode("windows-1252", "replace")
                .replace("windows-1252", "utf-8")
                .encode()
            ),
            "changed on its way",
        ),
        (lambda page: page.replace(b"replay-manifest", b"other", 1), "no recording"),
    ],
    ids=["newer", "cut", "altered", "re-encoded", "other"],
)
def test_a_broken_file_says_what_is_wrong(
    viewer: Viewer,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    sentence: str,
) -> None:
    """One readable sentence in place of the player, and nothing in the console."""
    file = written(tmp_path, checkout(tmp_path))
    file.write_bytes(damage(file.read_bytes()))

    viewer.open(file.as_uri(), state="error")

    expect(viewer.at("error")).to_contain_text(sentence)
    assert viewer.said == []


@contextmanager
def served(pages: dict[str, tuple[bytes, dict[str, str]]]) -> Iterator[str]:
    """A server of these bodies and headers, by path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = pages.get(self.path, (b"", {}))
            self.send_response(200 if self.path in pages else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keeps the test's output to what failed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_share_page_fetches_its_segments(viewer: Viewer, tmp_path: Path) -> None:
    """Same viewer, same recording, only the segments come from the server."""
    replay = checkout(tmp_path)
    page = share_page(
        replay.manifest,
        segments_url="/r/t/segments/",
        download_url="/r/t/download",
        expires="2026-11-30T11:02:24Z",
    )
    headers = {
        "Content-Type": "text/html; charset=windows-1252",
        "Content-Security-Policy": policy(connect="'self'"),
    }
    pages: dict[str, tuple[bytes, dict[str, str]]] = {"/r/t": (page, headers)}
    for index, packed in enumerate(replay.segments):
        pages[f"/r/t/segments/{index}"] = (packed, {})
    with served(pages) as origin:
        viewer.open(f"{origin}/r/t#t=31")
        viewer.eventually(lambda: "Payment failed" in viewer.picture())
        expect(viewer.at("console-row")).to_have_count(15)
        expect(viewer.page.get_by_role("link", name="Download")).to_have_attribute(
            "href", "/r/t/download"
        )
        assert viewer.said == []
        foreign = [u for u in viewer.asked if not u.startswith((origin, "blob:"))]
        assert foreign == []


def test_an_expired_share_link_says_so(viewer: Viewer, tmp_path: Path) -> None:
    """A page left open past the link's end does not just stay empty."""
    page = share_page(
        checkout(tmp_path).manifest,
        segments_url="/r/t/segments/",
        download_url="/r/t/download",
        expires="2026-11-30T11:02:24Z",
    )
    with served({"/r/t": (page, {"Content-Type": "text/html"})}) as origin:
        viewer.open(f"{origin}/r/t", state="error")
        expect(viewer.at("error")).to_contain_text("expired")
