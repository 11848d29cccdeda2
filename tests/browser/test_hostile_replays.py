"""Recordings made to attack whoever watches them, in a real Chromium.

Both ways to watch: the file from disk, and the share page of a real courier. A socket
of ours stands for every address the recording names: not even a connection reaches it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from bot.database.engine import connect, upgrade
from bot.demo.server import Server
from bot.exporter import export
from bot.exporter.page import file_page
from bot.model import Person, Recording
from bot.policy import RedactionPolicy
from bot.recording.lines import Damage, read_lines
from bot.replays import Replays
from bot.sharing import Links
from bot.storage import ReplayStore
from bot.web import replays as share_routes
from bot.web.app import create_app
from tests.browser.replays import click, document, element, lines, meta, plugin, words
from tests.browser.viewer import Viewer

RUN = "top.ran=1;alert(1)"
MARKUP = (
    f"</title></script><script>{RUN}</script><img src=x onerror='{RUN}'><!--<script>"
    "]]>--> \u2028\u2029\x00\ud83d\u202egnp.exe ${1} \\1 \\g<0> &lt;b&gt;"
    "<!--replay:segments--><!--replay:manifest-->"
)


class Canary:
    """A port that nothing should ever connect to."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            visitor.close()
            self.visits += 1

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


def elements(url: str) -> Iterator[dict[str, Any]]:
    """One element for every way we know to run, load, navigate or connect."""
    frame = (
        f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>"
    )
    css = (
        f"@import '{url}/1';@\\69mport '{url}/2';body{{background:u\\72l({url}/3)}}"
        f"@font-face{{font-family:x;src:URL({url}/4),u\\72l({url}/5)}}"
        f"p{{font-family:x;background:image-set('{url}/6' 1x)}}"
        f"a{{cursor:url({url}/7),auto;behavior:url({url}/8)}}</style><script>{RUN}</script>"
    )
    plain: list[tuple[str, dict[str, Any]]] = [
        *(
            ("link", {"rel": rel, name: target, "as": "image"})
            for rel in (
                *("preconnect", "dns-prefetch", "prefetch", "preload", "stylesheet"),
                *("prerender", "modulepreload", "icon", "manifest"),
            )
            for name, target in (("href", url), ("HREF", url), ("href", [url]))
        ),
        ("link", {"rel": "stylesheet", "href": url, "_cssText": css}),
        *(
            (tag, {name: target})
            for tag in ("iframe", "frame", "embed", "object", "img", "video", "script")
            for name in ("src", "SRC", "data", "DATA", "poster", "srcset")
            for target in (f"{url}/{tag}", f"javascript:{RUN}", frame)
        ),
        *(
            ("iframe", {name: f"<script>{RUN}</script>"})
            for name in ("srcdoc", "SRCDOC")
        ),
        ("meta", {"http-equiv": "refresh", "content": f"0;url={url}/refresh"}),
        ("META", {"HTTP-EQUIV": "refresh", "CONTENT": f"0;url=javascript:{RUN}"}),
        ("base", {"href": url, "target": "_top"}),
        ("form", {"action": f"javascript:{RUN}", "target": "_top"}),
        (
            "button",
            {"formaction": url, "onclick": RUN, "OnFocus": RUN, "autofocus": True},
        ),
        ("input", {"type": "image", "src": url, "onfocus": RUN}),
        ("body", {"background": url, "onload": RUN, "onpageshow": RUN}),
        ("a", {"href": f"javascript:{RUN}", "ping": url, "target": "_top"}),
        ("a", {"HREF": f" \tjava\nscript:{RUN}"}),
        ("p", {"style": f"background:u\\72l({url}/s);width:expression({RUN})"}),
        ("details", {"open": True, "ontoggle": RUN}),
        ("dialog", {"rr_open_mode": "modal", "open": ""}),
        ("canvas", {"width": f"9'/><script>{RUN}</script>", "rr_dataURL": url}),
        (
            "canvas",
            {"rr_dataURL": f"data:image/png;base64,A'/><a href='{url}", "style": "'"},
        ),
        ("x-evil", {"is": "evil", MARKUP: "x", "title": MARKUP}),
    ]
    number = 100
    for tag, attributes in plain:
        number += 1
        yield element(number, tag, attributes)
    for tag in ("script", "SCRIPT", "noscript", "template", "textarea", "title", "xmp"):
        number += 2
        yield element(number, tag, {}, words(number + 1, RUN + MARKUP))
        number += 2
        yield {**element(number, tag, {}, words(number + 1, RUN)), "isSVG": True}
    yield element(number + 2, "style", {}, words(number + 3, css))
    drawing = [
        {**element(number + 5, "image", {"href": url}), "isSVG": True},
        {**element(number + 6, "use", {"xlink:href": f"{url}#a"}), "isSVG": True},
        {
            **element(
                number + 7,
                "image",
                {},
                {
                    **element(
                        number + 8, "set", {"attributeName": "href", "to": f"{url}/set"}
                    ),
                    "isSVG": True,
                },
            ),
            "isSVG": True,
        },
    ]
    yield {**element(number + 9, "svg", {"onload": RUN}, *drawing), "isSVG": True}


def hostile(url: str) -> bytes:
    """Every element and event, and a text that shows that it was all replayed."""
    request = {
        "name": f"{url}/?{MARKUP}",
        "method": MARKUP,
        "status": 500,
        "requestHeaders": {MARKUP: MARKUP},
        "responseBody": f"<html>{MARKUP}</html>",
    }
    changes = {
        "source": 0,
        "texts": [{"id": 61, "value": MARKUP}],
        "removes": [],
        "adds": [
            {"parentId": 4, "nextId": None, "node": element(70, "link", attributes)}
            for attributes in ({"rel": "preconnect", "HREF": [url]},)
        ],
        "attributes": [
            {"id": 60, "attributes": {"href": f"javascript:{RUN}", "onclick": RUN}},
            {"id": 60, "attributes": {"style": {"background": f"url({url}/m)"}}},
        ],
    }
    font = {"source": 10, "family": "x", "fontSource": f"url(data:,x), url({url}/f)"}
    # On a body, and with a declaration too: no sheet is there to be changed.
    sheet = {"source": 8, "id": 4, "adds": [{"rule": f"p{{background:url({url})}}"}]}
    adopted = {"source": 15, "id": 1, "styleIds": [1]}
    rules = {"styleId": 1, "rules": [{"rule": f"p{{cursor:u\\72l({url}/ad),auto}}"}]}
    body = [*elements(url), element(60, "a", {}, words(61, "all of it was replayed"))]
    return lines(
        ("w", 4, 0, meta(f"javascript:{RUN}//{MARKUP}")),
        ("w", 2, 10, document(*body)),
        (MARKUP, 4, 12, meta(url)),
        (MARKUP, 2, 13, document(*body)),
        ("w", 5, 20, {"tag": MARKUP, "payload": {MARKUP: MARKUP}}),
        ("w", 6, 30, plugin("console", {"level": "error", "payload": [MARKUP]})),
        ("w", 6, 31, plugin("console", {"level": MARKUP, "payload": [{"a": MARKUP}]})),
        ("w", 6, 40, plugin("network", {"requests": [request]})),
        ("w", 3, 300, click(60)),
        ("w", 3, 400, changes),
        ("w", 3, 410, font),
        ("w", 3, 420, sheet),
        ("w", 3, 425, {"source": 13, "id": 4, "index": [0], "set": {"property": "a"}}),
        ("w", 3, 430, {**adopted, "styles": [rules]}),
        ("w", 3, 900, click(60)),
        ("w", 3, 3000, click(60)),
    )


def recording() -> Recording:
    return Recording(
        id=MARKUP,
        source=MARKUP,
        start=datetime(2026, 11, 23, tzinfo=UTC),
        duration=timedelta(seconds=3),
        person=Person("1", f"{MARKUP}@{MARKUP}"),
        browser=MARKUP,
        os=MARKUP,
        url=f"javascript:{RUN}",
    )


@contextmanager
def from_disk(made: Any, folder: Path) -> Iterator[str]:
    file = folder / "a.replay.html"
    file.write_bytes(b"".join(file_page(made.manifest, made.segments())))
    yield file.as_uri()


@contextmanager
def shared(made: Any, folder: Path) -> Iterator[str]:
    engine = connect(f"sqlite:///{folder / 'courier.db'}")
    upgrade(engine)
    kept = Replays(engine, ReplayStore.at((folder / "objects").as_uri()))
    links = Links(engine, public_url="http://courier.test")
    replay = kept.keep(made, is_final=True)
    link = links.mint(replay.id, origin="a", by="b", expires_in=timedelta(days=1))
    with Server(
        create_app([share_routes.blueprint(links=links, replays=kept)])
    ) as server:
        yield server.url + link.url.removeprefix("http://courier.test")
    engine.dispose()


@pytest.mark.parametrize("way", [from_disk, shared])
def test_nothing_in_a_recording_runs_loads_connects_or_leads_away(
    viewer: Viewer, canary: Canary, tmp_path: Path, way: Any
) -> None:
    """Every payload is shown as text or not at all, whichever way it is watched."""
    dialogs: list[Dialog] = []
    viewer.page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    read = read_lines(hostile(canary.url).splitlines(), recording="r", damage=Damage())
    with (
        export(
            read,
            source="posthog",
            recording=recording(),
            redaction=RedactionPolicy(secrets=False),
        ) as made,
        way(made, tmp_path) as url,
    ):
        viewer.open(url)
        viewer.go(1)
        viewer.eventually(lambda: "onerror" in viewer.picture())
        for tab in ("network", "events", "info", "console"):
            viewer.at(f"tab-{tab}").click()
        viewer.at("console-row").first.locator(".row-head").click()
        expect(viewer.at("console-row").first).to_contain_text("<img src=x")
        for button in viewer.at("window").all():
            button.click()
            viewer.page.wait_for_timeout(100)
        viewer.page.wait_for_timeout(300)

        assert viewer.page.url.startswith(url)
        assert len(viewer.page.context.pages) == 1
        assert viewer.page.evaluate("window.ran === undefined")
        assert viewer.page.locator("a[href^='javascript']").count() == 0
        own = (url.rpartition("/r/")[0] or "file:", "blob:")
        assert [one for one in viewer.asked if not one.startswith(own)] == []
    assert dialogs == []
    assert viewer.said == []
    assert canary.visits == 0
