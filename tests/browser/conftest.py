"""The viewer in a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from bot.exporter.page import VIEWER
from tests.browser.viewer import Viewer


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Viewer]:
    if not VIEWER.is_file():
        if os.environ.get("CI"):
            pytest.fail("the viewer is not built; in CI it must be")
        pytest.skip("the viewer is not built; `make install` builds it")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield Viewer(context.new_page())
    context.close()
