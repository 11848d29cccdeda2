"""Prints how both replayers do: `make fidelity`.

How far our viewer is from each, bare, on every recording; and what the hostile
recording of the tests does in each, in its sandbox and with the option that opens it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from bot.recording.lines import Damage, read_lines
from tests.browser.fidelity import FILES, differences
from tests.browser.reference import FORK, UPSTREAM, Reference, Replayer
from tests.browser.replays import START_MS
from tests.browser.test_hostile_replays import hostile
from tests.browser.viewer import Viewer

_EVIL = "http://evil.test"


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        _say("pixels differing, worst of all moments, in percent")
        _say(f"{'recording':28}{UPSTREAM.package:>16}{FORK.package:>16}")
        for name in FILES:
            shares = [_worst(browser, name, each) for each in (UPSTREAM, FORK)]
            _say(f"{name:28}" + "".join(f"{share:16.3f}" for share in shares))
        _say("\nwhat a hostile recording does in a bare replayer")
        for replayer in (UPSTREAM, FORK):
            for is_open in (False, True):
                box = "UNSAFE_replayCanvas" if is_open else "sandboxed"
                outcome = _attacked(browser, replayer, is_open=is_open)
                _say(f"{replayer.package:16}{box:22}{outcome}")
        browser.close()


def _worst(browser: Browser, name: str, replayer: Replayer) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    reference = Reference(context, replayer)
    with tempfile.TemporaryDirectory() as folder:
        viewer = Viewer(context.new_page())
        worst = max(differences(viewer, reference, FILES[name], Path(folder)))
    reference.close()
    context.close()
    return worst


def _attacked(browser: Browser, replayer: Replayer, *, is_open: bool) -> str:
    """What ran, was asked for and went wrong, in words."""
    context = browser.new_context()
    reference = Reference(context, replayer)
    page = reference.page
    dialogs, asked, errors = [], set(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    events = [
        event
        for event in read_lines(
            hostile(_EVIL).splitlines(), recording="r", damage=Damage()
        )
        if event.window_id == "w"
    ]
    reference.feed(
        json.dumps([event.event for event in events]).encode(), is_open=is_open
    )
    try:
        reference.show(START_MS + 950)
    except Error as error:
        errors.append(error.message)
    page.wait_for_timeout(500)
    ran = page.evaluate("window.ran !== undefined") or bool(dialogs)
    reference.close()
    context.close()
    outside = [url for url in asked if url.startswith(_EVIL)]
    return (
        f"{'RAN SCRIPT' if ran else 'ran nothing'}, {len(outside)} addresses asked for,"
        f" {len(errors)} errors"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
