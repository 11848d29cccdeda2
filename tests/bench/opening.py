"""Opening and seeking in a real browser, against the obvious page.

The obvious page holds all events as base64 of gzip, parses them when it opens, and
hands them to the same replayer as it is distributed.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot.exporter import Exported, export
from bot.exporter.page import file_page
from bot.recording.files import open_recording
from tests import recorded
from tests.bench import exporting, long
from tests.browser.sharing import shared

_REPLAYER = recorded.ROOT / "bot/viewer/node_modules/@rrweb/replay/dist/replay.umd.cjs"
_SEEKS = (0.9, 0.1, 0.6, 0.3, 0.75)
_LONG_TIMES = 20
_DEADLINE_MS = 120_000

_WATCH = """
    window.tasks = [];
    new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) {
            window.tasks.push([startTime, duration]);
        }
    }).observe({ type: 'longtask', buffered: true });
    window.framed = new Promise((done) => {
        const look = () => {
            const page = document.querySelector('iframe')?.contentDocument;
            if (!page?.body?.innerText) return setTimeout(look, 10);
            requestAnimationFrame(() => done(performance.now()));
        };
        look();
    });
"""
_SEEK = """async (atMs) => {
    const began = performance.now();
    const player = document.querySelector('.player');
    location.hash = `#t=${atMs / 1000}`;
    for (let shown = 0; shown < 3; ) {
        await new Promise((done) => requestAnimationFrame(done));
        const says = document.querySelector('.stage-note').textContent;
        const isThere = player.dataset.timeMs === String(atMs) && !says;
        shown = isThere ? shown + 1 : 0;
    }
    return performance.now() - began;
}"""
_OBVIOUS = """<!doctype html><meta charset=utf-8><body><script>%s</script>
<script type="text/plain" id=packed>%s</script><script>(async () => {
    const text = document.getElementById('packed').textContent;
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream();
    const plain = stream.pipeThrough(new DecompressionStream('gzip'));
    const lines = (await new Response(plain).text()).split('\\n').filter(Boolean);
    const all = lines.map((line) => JSON.parse(line));
    const events = all.filter(([id]) => id === all[0][0]).map(([, event]) => event);
    events.sort((one, two) => one.timestamp - two.timestamp);
    const replayer = new rrwebReplay.Replayer(events, { root: document.body });
    replayer.pause(%d);
})()</script>"""


def main() -> None:
    print("\nOpening in a browser (ms; seeks: the worst of five)")
    print(f"{'':34}{'first frame':>12}{'obvious':>9}{'seek':>7}{'longest task':>14}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        source = recorded.snapshots("dashboard")
        with _exported(source) as made:
            obvious = _obvious(browser, source, made, Path(folder))
            _row("24 MB, from disk", browser, _file(made, Path(folder)), made, obvious)
            with shared(made, Path(folder)) as url:
                _row("24 MB, by a share link", browser, url, made, obvious)
        source = Path(folder) / "long.jsonl.gz"
        long.write(source, recorded.snapshots("dashboard"), _LONG_TIMES)
        with _exported(source) as made:
            _row("490 MB, from disk", browser, _file(made, Path(folder)), made, None)
        browser.close()


@contextmanager
def _exported(source: Path) -> Iterator[Exported]:
    with export(open_recording(source).events, source="file") as made:
        yield made


def _file(made: Exported, folder: Path) -> str:
    file = folder / "a.replay.html"
    file.write_bytes(b"".join(file_page(made.manifest, made.segments())))
    return file.as_uri()


def _obvious(
    browser: Browser, source: Path, made: Exported, folder: Path
) -> float | None:
    """When the obvious page shows its first frame; None where there is no replayer."""
    if not _REPLAYER.is_file():
        return None
    script = re.sub("</script", r"<\\/script", _REPLAYER.read_text())
    packed = exporting.obvious(source).decode()
    file = folder / "obvious.html"
    file.write_text(_OBVIOUS % (script, packed, made.manifest.summary.start_at_ms))
    page = _watched(browser)
    page.goto(file.as_uri(), wait_until="commit")
    first = float(page.evaluate("window.framed"))
    page.context.close()
    return first


def _row(
    name: str, browser: Browser, url: str, made: Exported, obvious: float | None
) -> None:
    page = _watched(browser)
    page.goto(url, wait_until="commit")
    first = float(page.evaluate("window.framed"))
    duration = made.manifest.summary.duration_ms
    seeks = [page.evaluate(_SEEK, int(duration * part)) for part in _SEEKS]
    page.context.close()

    page = _watched(browser)
    page.goto(url, wait_until="commit")
    page.locator(".verdict.intact").wait_for(state="attached", timeout=_DEADLINE_MS)
    tasks = [duration for _, duration in page.evaluate("window.tasks")]
    page.context.close()
    against = f"{obvious:9.0f}" if obvious else f"{'':9}"
    print(
        f"{name:34}{first:12.0f}{against}{max(seeks):7.0f}{max(tasks, default=0):14.0f}"
    )


def _watched(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(_DEADLINE_MS)
    page.add_init_script(_WATCH)
    return page
