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
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

from bot.recording.lines import Damage, read_lines
from tests.browser.fidelity import FILES, differences
from tests.browser.hostile import nodes
from tests.browser.reference import FORK, UPSTREAM, Reference, Replayer
from tests.browser.replays import START_MS, click, document, lines, meta
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
        _say("\nwhat hostile recordings do in a bare replayer")
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
    """What ran, was asked for and went wrong, in words; each attack on a page of its
    own, for many a one ends the replay."""
    context = browser.new_context()
    reference = Reference(context, replayer)
    page = reference.page
    dialogs, asked, errors, ran = [], set(), [], 0
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    attacks = nodes(_EVIL)["childNodes"]
    for attack in attacks:
        before = len(dialogs)
        reference.feed(_page_of(attack), is_open=is_open)
        try:
            reference.show(START_MS + 500)
        except Error as error:
            errors.append(error.message)
        page.wait_for_timeout(50)
        ran += page.evaluate("window.ran !== undefined") or len(dialogs) > before
    reference.close()
    context.close()
    outside = [url for url in asked if url.startswith(_EVIL)]
    return (
        f"of {len(attacks)} attacks {ran} ran script; {len(outside)} addresses asked"
        f" for, {len(errors)} errors"
    )


def _page_of(attack: dict[str, Any]) -> bytes:
    """A recording of a page that holds the attack, in which it is clicked at."""
    read = read_lines(
        lines(
            ("w", 4, 0, meta("https://shop.test/")),
            ("w", 2, 10, document(attack)),
            ("w", 3, 300, click(attack["id"])),
            ("w", 3, 900, click(attack["id"])),
        ).splitlines(),
        recording="r",
        damage=Damage(),
    )
    return json.dumps([event.event for event in read]).encode()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
