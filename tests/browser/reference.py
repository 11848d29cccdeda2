"""A page with nothing on it but a bare replayer, fed with a recording's events.

The replayer is the vendor's distributed file, unpatched, and a new one for every
picture; of a large recording, one that only goes forward. Its network answers the
pictures that elements name with a placeholder, and nothing else. Where a bare replayer
is known not to show what was recorded it is helped, and each such place says so.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, send_from_directory
from playwright.sync_api import BrowserContext, Route

from bot.demo.server import Server
from bot.recording.rrweb import META, RrwebEvent
from tests.browser.pictures import Camera
from tests.recorded import ROOT

CANVAS_MUTATION = 9
VIEWPORT_RESIZE = 4

_MODULES = ROOT / "bot" / "viewer" / "node_modules"
_PAGE = """<!doctype html><title>A bare replayer</title>
<link rel=stylesheet href=/dist/style.css><script src=/replayer.js></script><body>"""
_SHOW = """async (epochMs) => {
    if (!window.replayer || window.recorded.length < 5_000_000) {
        window.replayer?.destroy();
        const events = JSON.parse(window.recorded);
        window.startMs = events[0].timestamp;
        window.replayer = new Replayer(events, {
            root: document.body, mouseTail: false, showWarning: false,
            triggerFocus: false, ...window.options,
        });
        // A new replayer shows its first picture a little later by itself.
        await new Promise((done) => setTimeout(done, 5));
    }
    window.replayer.pause(epochMs - window.startMs);
}"""
_DRAW = """async (frames) => {
    for (const [id, source] of frames) {
        const canvas = replayer.getMirror().getNode(Number(id));
        if (!canvas) continue;
        const image = new Image();
        image.src = source;
        await image.decode();
        const context = canvas.getContext('2d');
        context.clearRect(0, 0, canvas.width, canvas.height);
        context.drawImage(image, 0, 0, canvas.width, canvas.height);
    }
}"""


@dataclass(frozen=True)
class Replayer:
    """A replayer to compare with: its distributed file, and what that defines."""

    package: str
    script: str
    name: str


UPSTREAM = Replayer("@rrweb/replay", "replay.umd.cjs", "rrwebReplay")
FORK = Replayer("@posthog/rrweb", "rrweb.umd.cjs", "rrweb")


class Reference:
    """A page with nothing on it but a bare replayer."""

    def __init__(self, context: BrowserContext, replayer: Replayer) -> None:
        self._events = b"[]"
        self._pictures: set[str] = set()
        self._placeholder = b""
        self._frames: list[tuple[float, int, str]] = []
        self._replayer = replayer
        self._server = Server(self._site()).start()
        self.page = context.new_page()
        self.page.route(re.compile(f"^(?!{self._server.url}/)"), self._answer)
        self._camera = Camera(self.page, ".replayer-wrapper")

    def close(self) -> None:
        self.page.close()
        self._server.stop()

    def load(self, events: Sequence[RrwebEvent], *, placeholder: str) -> None:
        """Takes one window's events, in any order."""
        ordered = sorted(events, key=lambda event: event.timestamp_ms)
        self._pictures = set(_pictures([event.data for event in ordered]))
        self._placeholder = urllib.parse.unquote_to_bytes(placeholder.partition(",")[2])
        # The replayer draws each frame when it is decoded, in whatever order, and as
        # large as the box, not the canvas: so frames are drawn here.
        self._frames = list(_frames(ordered))
        ordered = [event for event in ordered if event.source != CANVAS_MUTATION]
        plain = orjson.dumps([event.event for event in ordered])
        widths, heights = zip(*_sizes(ordered), strict=True)
        self.page.set_viewport_size({"width": max(widths), "height": max(heights)})
        self.feed(
            # A srcdoc is loaded whenever, over what the recording puts there.
            plain.replace(b'"srcdoc":', b'"data-srcdoc":'),
            # Without scripts there are no canvases, only what is in them.
            is_open=b'"canvas"' in plain,
            # With it, a seek loses changes of adopted style sheets.
            uses_virtual_dom=b'"styleIds"' not in plain,
        )

    def feed(
        self, events: bytes, *, is_open: bool = False, uses_virtual_dom: bool = True
    ) -> None:
        """Takes events in time order as JSON, as they are, whatever that does."""
        self._events = events
        self.page.goto(self._server.url)
        self.page.evaluate(
            """async ([name, options]) => {
                window.Replayer = window[name].Replayer;
                window.options = options;
                window.recorded = await (await fetch('/events')).text();
            }""",
            [
                self._replayer.name,
                {"UNSAFE_replayCanvas": is_open, "useVirtualDom": uses_virtual_dom},
            ],
        )

    def show(self, epoch_ms: float) -> None:
        self.page.evaluate(_SHOW, epoch_ms)

    def at(self, epoch_ms: float) -> bytes:
        """A picture of the page as it was at ``epoch_ms``."""
        self.show(epoch_ms)
        frames = {canvas: url for ms, canvas, url in self._frames if ms < epoch_ms}
        self.page.evaluate(_DRAW, list(frames.items()))
        return self._camera.take()

    def _site(self) -> Flask:
        app = Flask(__name__)
        folder = _MODULES / self._replayer.package / "dist"
        app.add_url_rule("/", "page", lambda: _PAGE)
        app.add_url_rule("/events", "events", lambda: Response(self._events))
        app.add_url_rule(
            "/replayer.js",
            "replayer",
            lambda: Response(
                (folder / self._replayer.script).read_bytes(),
                content_type="text/javascript",
            ),
        )
        app.add_url_rule(
            "/dist/<name>", "dist", lambda name: send_from_directory(folder, name)
        )
        return app

    def _answer(self, route: Route) -> None:
        if route.request.url in self._pictures and self._placeholder:
            route.fulfill(body=self._placeholder, content_type="image/svg+xml")
        else:
            route.abort()


def _sizes(events: Iterable[RrwebEvent]) -> Iterator[tuple[int, int]]:
    for event in events:
        if event.type == META or event.source == VIEWPORT_RESIZE:
            yield event.data["width"], event.data["height"]


def _pictures(value: Any) -> Iterator[str]:
    """The addresses of pictures that elements name, anywhere in the events' data."""
    if isinstance(value, list):
        for item in value:
            yield from _pictures(item)
    elif isinstance(value, dict):
        attributes = value.get("attributes")
        if isinstance(attributes, dict) and isinstance(attributes.get("src"), str):
            yield attributes["src"]
        for item in value.values():
            yield from _pictures(item)


def _frames(events: Iterable[RrwebEvent]) -> Iterator[tuple[float, int, str]]:
    """What was drawn on which canvas when, as data URLs."""
    for event in events:
        for canvas in _snapped_canvases(event.data):
            # Taken out: the replayer would draw it some time later.
            source = canvas["attributes"].pop("rr_dataURL")
            yield event.timestamp_ms, canvas["id"], source
        if event.source == CANVAS_MUTATION:
            blob = event.data["commands"][-1]["args"][0]["args"][0]
            source = f"data:{blob['type']};base64,{blob['data'][0]['base64']}"
            yield event.timestamp_ms, event.data["id"], source


def _snapped_canvases(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "rr_dataURL" in (value.get("attributes") or {}):
        yield value
    children = value.values() if isinstance(value, dict) else value
    for child in children:
        if isinstance(child, dict | list):
            yield from _snapped_canvases(child)
