"""axe-core, run in an open page."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from bot.exporter.page import VIEWER

_AXE = VIEWER.parents[1] / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")

# The recorded page is a picture: inert, and not ours to mend.
_RUN = """async () => {
    const page = { exclude: [['.screen iframe']] }
    const { violations } = await axe.run(page, { resultTypes: ['violations'] })
    return violations.map(({ id, impact, nodes }) => (
        { id, impact, nodes: nodes.map((node) => [node.html, node.failureSummary]) }
    ))
}"""


def axe_source() -> str:
    """axe's script. Skips where npm has not brought it, which CI must not."""
    if not _AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail("axe-core is not there; in CI it must be")
        pytest.skip("axe-core is not there; `make test-viewer` brings it")
    return _AXE.read_text(encoding="utf-8")


def grave_violations(page: Page | Frame) -> list[Any]:
    """What axe calls serious or critical on the page as it stands.

    The script is evaluated, since the page's policy lets no script be added to it.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe_source())
    found = page.evaluate(_RUN)
    return [one for one in found if one["impact"] in _GRAVE]
