"""Makes a picture of a portable replay at a moment: opens the file in a confined
Chromium, waits until the viewer shows the page, takes the stage without the rest.

Recordings are hostile: nothing is opened where the browser says it has no sandbox.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bot.model import Check
from bot.preview.confined import confined
from bot.preview.devtools import BrowserFailed, Devtools

WIDTH, HEIGHT = 1200, 675
TIME_LIMIT_S = 20.0

_POLL_S = 0.05
# How long the viewer may say that there is no picture, and still find one.
_PATIENCE_S = 0.5

_VERDICT = """(() => {
  const words = document.body?.innerText ?? "";
  return words.includes("adequately")
    ? words.includes("You are adequately sandboxed") : null;
})()"""
# The player alone, and of it only what was on the screen: no address, whose query is
# not for a whole channel. A sheet of its own, since the page's policy allows no other.
_STRIP = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .transport, .windows, .device-bar, .stage-frame > :not(.stage) {
      display: none !important; }
    .stage { inset: 0 !important; }
    .device[data-device="browser"] .bezel { border: 0; border-radius: 0; }`);
  document.adoptedStyleSheets = [sheet];
})()"""
_STATE = """(() => {
  const state = document.documentElement?.dataset.state;
  if (state === "error" || state === "locked") return "none";
  document.getElementById("app")?.classList.add("theatre");
  const note = document.querySelector(".stage-note");
  if (state !== "ready" || !note) return "loading";
  const words = note.textContent;
  if (words) return words.includes("no picture") ? "words" : "loading";
  return document.querySelector(".device.blank") ? "loading" : "shown";
})()"""
# Fonts and pictures that the page carries are read by now, and drawn with the next.
_SETTLED = """new Promise((done) => setTimeout(
  () => requestAnimationFrame(() => requestAnimationFrame(() => done(true))), 300))"""


class Chromium:
    """A Chromium, Chrome or Edge by its path; started anew for each picture."""

    def __init__(self, path: Path, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._path = path
        self._time_limit_s = time_limit_s

    def picture(self, file: Iterable[bytes], at_ms: int) -> bytes | None:
        """A portable replay at a moment, as PNG of WIDTH by HEIGHT; None where it shows
        no picture then. Raises BrowserFailed."""
        with confined(self._path, self._time_limit_s) as (browser, folder):
            session = _sandboxed_page(browser)
            page = folder / "replay.html"
            _write_new(page, file)
            url = f"{page.as_uri()}#t={max(0, at_ms) / 1000:.1f}"
            browser.call("Page.navigate", session, url=url)
            if not _is_shown(browser, session):
                return None
            browser.evaluate(session, _STRIP)
            browser.evaluate(session, _SETTLED)
            taken = browser.call("Page.captureScreenshot", session, format="png")
            return base64.b64decode(taken["data"])

    def check(self) -> Check:
        """What ``doctor`` prints: whether it is there, starts confined, and which."""
        try:
            return Check("CHROMIUM", True, f"{self._version()}, in its sandbox")
        except BrowserFailed as error:
            return Check(
                "CHROMIUM",
                False,
                f"{self._path}: {error}",
                "Set it to a Chromium that starts in its sandbox: it may make user"
                " namespaces, or has its helper chrome-sandbox. Without CHROMIUM,"
                " previews have no frame.",
            )

    def _version(self) -> str:
        if not self._path.is_file():
            raise BrowserFailed("there is no such file")
        with confined(self._path, self._time_limit_s) as (browser, _):
            _sandboxed_page(browser)
            return str(browser.call("Browser.getVersion")["product"])


def _write_new(path: Path, pieces: Iterable[bytes]) -> None:
    """A file where nothing lies: the folder is not ours, and nothing is written through
    what it holds. Raises BrowserFailed."""
    try:
        with path.open("xb") as copy:
            # For who the browser is; nobody else enters the folder.
            os.fchmod(copy.fileno(), 0o644)
            copy.writelines(pieces)
    except FileExistsError:
        raise BrowserFailed("it has put a file of its own there") from None


def _sandboxed_page(browser: Devtools) -> str:
    """A page of our size in a browser that says itself that its sandbox is whole; the
    page's session. Raises BrowserFailed."""
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = str(
        browser.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
    )
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        session,
        width=WIDTH,
        height=HEIGHT,
        deviceScaleFactor=1,
        mobile=False,
    )
    if sys.platform == "linux":  # elsewhere it has no such page, and always a sandbox
        browser.call("Page.navigate", session, url="chrome://sandbox")
        while (verdict := browser.evaluate(session, _VERDICT)) is None:
            time.sleep(_POLL_S)
        if verdict is False:
            raise BrowserFailed("it runs without its sandbox")
    return session


def _is_shown(browser: Devtools, session: str) -> bool:
    """Wait for the picture; False where the viewer says that there is none."""
    words_since: float | None = None
    while True:
        state = browser.evaluate(session, _STATE)
        if state in ("shown", "none"):
            return bool(state == "shown")
        now = time.monotonic()
        words_since = (words_since or now) if state == "words" else None
        if words_since is not None and now - words_since > _PATIENCE_S:
            return False
        time.sleep(_POLL_S)
