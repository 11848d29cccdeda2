"""The viewer under broken files and links that end."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.exporter.page import policy, share_page
from tests.browser.replays import (
    checkout,
    written,
)
from tests.browser.viewer import Viewer


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
        expect(viewer.at("console-row")).to_have_count(11)
        expect(viewer.page.get_by_role("link", name="Download")).to_have_attribute(
            "href", "/r/t/download"
        )
        viewer.at("tab-info").click()
        with viewer.page.expect_download() as saved:
            viewer.page.get_by_role("button", name="rrweb JSON").click()
        assert len(json.loads(saved.value.path().read_bytes())) == 326
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
