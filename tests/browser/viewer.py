"""An open viewer, as the tests of the browser drive it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

_DEADLINE_S = 20


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
        html = self.page.locator("html")
        expect(html).to_have_attribute("data-state", state, timeout=_DEADLINE_S * 1000)

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
