"""Records the pages in `pages` again, with the real posthog-js in a real Chromium.

    python tests/recordings/record.py node_modules/posthog-js/dist

The folder is that of the npm package. A stand-in for the capture host keeps what
posthog-js sends, and writes it as PostHog's snapshots API would return it.
"""

from __future__ import annotations

import gzip
import http.server
import json
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CONFIG = {
    "token": "phc_pages",
    "supportedCompression": ["gzip", "gzip-js"],
    "sessionRecording": {"endpoint": "/s/", "recordCanvas": True, "canvasFps": 4},
    "capturePerformance": False,
    "autocapture_opt_out": True,
    "surveys": False,
    "heatmaps": False,
    "siteApps": [],
}


class StandIn(http.server.BaseHTTPRequestHandler):
    """The site, posthog-js, and the host that it captures to."""

    posthog: Path
    lines: list[bytes]

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        if name.startswith("array/"):
            return self.answer(json.dumps(CONFIG).encode(), "application/json")
        file = self.posthog if name == "posthog.js" else HERE / "pages" / name
        if not file.is_file():
            return self.send_error(404)
        kind = "text/html" if file.suffix == ".html" else "text/javascript"
        return self.answer(file.read_bytes(), kind)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/s/"):
            if body.startswith(b"\x1f\x8b"):
                body = gzip.decompress(body)
            for item in json.loads(body):
                self.keep(item["properties"])
        self.answer(b'{"status":1,"flags":{}}', "application/json")

    def keep(self, properties: dict[str, Any]) -> None:
        for event in properties["$snapshot_data"]:
            pair = [properties["$window_id"], event]
            self.lines.append(json.dumps(pair, separators=(",", ":")).encode())

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keeps the output to what was recorded."""


def use_canvas(page: Page) -> None:
    page.wait_for_timeout(3500)
    page.evaluate("addLate()")
    page.wait_for_timeout(1200)


def use_components(page: Page) -> None:
    page.wait_for_timeout(4200)
    page.mouse.move(60, 120, steps=4)
    page.wait_for_timeout(600)


def use_mixed(page: Page) -> None:
    frame = page.frame_locator("#frame")
    actions: list[Callable[[], Any]] = [
        lambda: page.fill("#text", "second value"),
        lambda: page.fill("#number", "42"),
        lambda: page.check("#check"),
        lambda: page.check("#two"),
        lambda: page.fill("#range", "80"),
        lambda: page.select_option("#select", "Large"),
        lambda: page.fill("#area", "Other text\nin two lines"),
        lambda: page.evaluate("document.querySelector('#progress').value = 8"),
        lambda: page.hover("#menu"),
        lambda: page.evaluate(
            "document.querySelector('#scroller').scrollTo({top: 80})"
        ),
        lambda: page.evaluate("document.querySelector('#turn').classList.add('on')"),
        lambda: page.evaluate(
            "document.querySelector('#second').setAttribute('fill', '#0a6')"
        ),
        lambda: page.click("#details summary"),
        lambda: frame.locator("#field").fill("typed inside"),
        lambda: frame.locator("#inside").evaluate(
            "e => { e.className = 'more'; e.after(Object.assign(document"
            ".createElement('p'), { textContent: 'Added inside' })); }"
        ),
        lambda: page.set_viewport_size({"width": 620, "height": 700}),
        lambda: page.evaluate("scrollTo(0, 300)"),
        lambda: page.set_viewport_size({"width": 900, "height": 640}),
        lambda: page.evaluate("document.querySelector('#dialog').showModal()"),
        lambda: page.click("#dialog button"),
        lambda: page.evaluate("document.querySelector('#dialog').close()"),
        lambda: page.evaluate("document.querySelector('#frame').remove()"),
    ]
    for action in actions:
        action()
        page.wait_for_timeout(350)


USES = {"canvas": use_canvas, "components": use_components, "mixed": use_mixed}


def record(name: str, page: Page, folder: Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    StandIn.posthog = folder / "module.full.no-external.js"
    StandIn.lines = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html")
    page.wait_for_timeout(1000)
    USES[name](page)
    page.goto("about:blank")
    page.wait_for_timeout(1000)
    server.shutdown()
    thread.join()
    server.server_close()
    packed = gzip.compress(b"".join(line + b"\n" for line in StandIn.lines), mtime=0)
    (HERE / "pages" / f"{name}.jsonl.gz").write_bytes(packed)
    sys.stdout.write(f"{name}: {len(StandIn.lines)} events, {len(packed)} bytes\n")


if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name in USES:
            size = {"width": 900, "height": 640}
            record(name, browser.new_page(viewport=size), Path(sys.argv[1]))
        browser.close()
