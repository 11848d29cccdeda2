"""Recordings made to attack whoever watches them, in a real Chromium.

Every way to watch: the file from disk, the locked file, and the share page of a real
courier. A socket of ours stands for every address the recording names: not even a
connection reaches it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from bot.assets.collect import FetchedAssets, Limits
from bot.assets.fetch import Fetcher
from bot.assets.guard import Guard
from bot.exporter import Exported, export
from bot.exporter.page import file_page
from bot.hosts import host_pattern
from bot.policy import RedactionPolicy
from bot.recording.lines import Damage, read_lines
from tests.browser.hostile import PLAYED, hostile, put_assets, recording
from tests.browser.sharing import shared
from tests.browser.viewer import Viewer
from tests.sites import Site, served


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


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


def collector(site: Site) -> FetchedAssets:
    fetcher = Fetcher(
        Guard([host_pattern("*.hostile.test")], [ip_network("127.0.0.1/32")]),
        resolve=site.resolve,
        max_bytes=1_000_000,
        timeout_s=10,
    )
    return FetchedAssets(fetcher, Limits(count=50, total_bytes=5_000_000, total_s=20))


@pytest.fixture(scope="module")
def made(canary: Canary) -> Iterator[Exported]:
    """The hostile recording, exported with the assets that its host sends."""
    lines = hostile(canary.url).splitlines()
    with served() as site:
        put_assets(site, canary.url)
        with export(
            read_lines(lines, recording="r", damage=Damage()),
            source="posthog",
            recording=recording(),
            redaction=RedactionPolicy(secrets=False),
            assets=lambda: collector(site),
        ) as exported:
            assert exported.manifest.assets
            assert len(exported.manifest.assets.files) == 3
            yield exported


@contextmanager
def from_disk(made: Exported, folder: Path) -> Iterator[str]:
    file = folder / "a.replay.html"
    pieces = file_page(made.manifest, made.segments(), made.assets())
    file.write_bytes(b"".join(pieces))
    yield file.as_uri()


@contextmanager
def locked(made: Exported, folder: Path) -> Iterator[str]:
    file = folder / "a.replay.html"
    pieces = file_page(
        made.manifest, made.segments(), made.assets(), passphrase="as it was agreed"
    )
    file.write_bytes(b"".join(pieces))
    yield file.as_uri()


def look_everywhere(viewer: Viewer) -> None:
    """Every panel, every row with its details, every window, and many moments."""
    for tab in ("events", "network", "info", "console"):
        viewer.at(f"tab-{tab}").click()
        if tab != "info":
            expect(viewer.at(f"{tab.removesuffix('s')}-row").first).to_be_visible()
        viewer.page.evaluate(
            "() => document.querySelectorAll('.row-head, summary').forEach((one) => "
            "one.checkVisibility() && one.click())"
        )
    for button in viewer.at("window").all():
        button.click()
        viewer.page.wait_for_timeout(100)
    viewer.at("window").first.click()
    for seconds in (7, 20.2, 38, 12):
        viewer.go(seconds)
        viewer.page.wait_for_timeout(60)


@pytest.mark.parametrize("way", [from_disk, locked, shared])
def test_nothing_in_a_recording_runs_loads_connects_or_leads_away(
    viewer: Viewer, canary: Canary, made: Exported, tmp_path: Path, way: Any
) -> None:
    """Every payload is shown as text or not at all, whichever way it is watched, and
    the recording around it plays to its end."""
    dialogs: list[Dialog] = []
    viewer.page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    with way(made, tmp_path) as url:
        if way is locked:
            viewer.open(url, state="locked")
            viewer.at("passphrase").fill("as it was agreed")
            viewer.page.keyboard.press("Enter")
            expect(viewer.page.locator("html")).to_have_attribute("data-state", "ready")
        else:
            viewer.open(url)
        viewer.go(12)
        viewer.eventually(lambda: PLAYED in viewer.picture())
        assert "Secure checkout" in viewer.picture()
        if way is not locked:
            look_everywhere(viewer)
        viewer.eventually(lambda: PLAYED in viewer.picture())
        viewer.at("tab-console").click()
        shown = viewer.at("console-row").filter(has_text="<img src=x").first
        expect(shown).to_be_visible()

        assert viewer.page.url.startswith(url)
        assert len(viewer.page.context.pages) == 1
        assert viewer.page.evaluate("window.ran === undefined")
        assert viewer.page.locator("a[href^='javascript']").count() == 0
        own = (url.rpartition("/r/")[0] or "file:", "blob:")
        assert [one for one in viewer.asked if not one.startswith(own)] == []
    sandbox = viewer.page.locator(".screen iframe").first.get_attribute("sandbox")
    assert sandbox == "allow-same-origin"
    assert dialogs == []
    # What Chromium advises the authors of the recorded page is none of ours.
    assert [one for one in viewer.said if not one.startswith("[DOM]")] == []
    assert canary.visits == 0
