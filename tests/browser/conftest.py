"""A real Chromium for the tests, and a viewer in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.exporter.page import VIEWER
from tests import servers
from tests.browser.viewer import Viewer

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


@pytest.fixture(scope="session")
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


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Viewer]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield Viewer(context.new_page())
    context.close()
