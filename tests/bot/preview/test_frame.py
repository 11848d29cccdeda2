"""A frame of a replay: the page as it was at its key moment, made by a browser that can
do nothing else, and that leaves nothing behind."""

from __future__ import annotations

import io
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.exporter import export
from bot.model import Mark
from bot.preview import chromium as drawing
from bot.preview.chromium import Chromium
from bot.preview.confined import confined
from bot.preview.devtools import BrowserFailed
from bot.preview.frame import MAX_BYTES, Frames, frame_at_ms
from bot.recording.rrweb import PLUGIN
from tests import recorded, servers, sites

_PURPLE = (123, 31, 162)
_PINK = (255, 221, 221)


@pytest.fixture(scope="module")
def path() -> Path:
    return servers.chromium()


@pytest.fixture(autouse=True)
def temporary(monkeypatch, tmp_path):
    """A temporary folder of this test's own, which the browser's user can read; unlike
    pytest's, which must be there before."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


@pytest.fixture
def folder():
    """One that the browser's own user can read, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _script(folder: Path, text: str) -> Path:
    """A program in a browser's place."""
    program = folder / "browser"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


def _left() -> list[str]:
    """Processes and folders of browsers that are still there."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    ours = f"{tempfile.gettempdir()}/courier-frame-"
    running = [line for line in listed.stdout.splitlines() if ours in line]
    found = Path(tempfile.gettempdir()).glob("courier-frame-*")
    return [*running, *map(str, found)]


def test_a_frame_shows_the_page_just_after_its_first_error(path, stored, store):
    with export(recorded.events("checkout"), source="file") as exported:
        replay = stored.keep(exported, is_final=True)
    frame = Frames(stored, store, Chromium(path)).frame_of(replay)
    assert frame is not None
    assert len(frame) < MAX_BYTES
    image = Image.open(io.BytesIO(frame)).convert("RGB")
    assert image.size == (drawing.WIDTH, drawing.HEIGHT) == (1200, 675)

    def pixels_like(colour: tuple[int, int, int]) -> int:
        return sum(
            number
            for number, other in image.getcolors(1_000_000) or ()
            if all(abs(a - b) < 5 for a, b in zip(colour, other, strict=True))
        )

    # The shop's bar across the top, and the alert that the payment failed.
    assert pixels_like(_PURPLE) > 20_000
    assert pixels_like(_PINK) > 20_000
    assert store.get(f"replays/{replay.id}.frame.png") == frame
    assert _left() == []

    # Made once: the next one needs no browser.
    nowhere = Chromium(Path("/nowhere"))
    assert Frames(stored, store, nowhere).frame_of(replay) == frame
    assert Frames(stored, store, None).kept(replay) == frame


def test_a_recording_without_pictures_has_no_frame(path, stored, store):
    console = [event for event in recorded.events("checkout") if event.type == PLUGIN]
    with export(console, source="file") as exported:
        replay = stored.keep(exported, is_final=True)
    # What the viewer says in its place is no picture of the page.
    assert Chromium(path).picture(stored.file(replay), 0) is None
    # Known from the manifest: no browser is started.
    frames = Frames(stored, store, Chromium(Path("/nowhere")))
    assert frames.frame_of(replay) is None
    assert frames.kept(replay) is None


def test_without_a_browser_or_with_a_broken_one_there_is_no_frame(stored, store):
    with export(recorded.events("static-simple"), source="file") as exported:
        replay = stored.keep(exported, is_final=True)
    for browser in (None, Chromium(Path("/nowhere")), Chromium(Path("/bin/true"))):
        frames = Frames(stored, store, browser)
        assert frames.frame_of(replay) is None
        assert frames.kept(replay) is None


def test_the_moment_is_that_of_the_trouble_and_inside_the_recording():
    with export(recorded.events("checkout"), source="file") as exported:
        summary = exported.manifest.summary
    trouble = (Mark(30_000, "exception", "x"),)
    assert frame_at_ms(replace(summary, marks=trouble)) == 30_400
    late = (Mark(summary.duration_ms, "exception", "x"),)
    assert frame_at_ms(replace(summary, marks=late)) == summary.duration_ms
    assert frame_at_ms(replace(summary, marks=(), start_at_ms=1_000)) == 3_000


def test_a_browser_without_its_sandbox_is_shown_no_recording(path, folder):
    opened = _script(folder, f'exec {path} --no-sandbox "$@"')
    shown = []

    def pieces():
        shown.append("read")
        yield b"<!doctype html>"

    with pytest.raises(BrowserFailed, match="without its sandbox"):
        Chromium(opened).picture(pieces(), 0)
    assert shown == []


def test_a_browser_that_lays_a_trap_has_nothing_written_elsewhere(path, folder):
    """Its folder is its own user's, and the courier may be root."""
    elsewhere = folder / "elsewhere"
    elsewhere.write_text("as it was")
    trap = f'ln -s {elsewhere} "$HOME/replay.html"; exec {path} "$@"'
    with pytest.raises(BrowserFailed, match="of its own"):
        Chromium(_script(folder, trap)).picture([b"<!doctype html>"], 0)
    assert elsewhere.read_text() == "as it was"


def test_the_browser_reaches_no_server(path):
    """Were the page's own policy to fail, there is still nobody to talk to."""
    with sites.served() as site, confined(path, 20) as (browser, _):
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)
        for host in ("127.0.0.1", "localhost"):
            asked = f"fetch('http://{host}:{site.port}/', {{mode: 'no-cors'}})"
            answered = f"{asked}.then(() => true, () => false)"
            assert browser.evaluate(session["sessionId"], answered) is False
        assert site.asked == []


def test_doctor_names_the_browser_or_what_is_wrong(path):
    check = Chromium(path).check()
    assert check.ok, check
    assert "/" in check.detail
    missing = Chromium(Path("/nowhere/chromium")).check()
    assert (missing.ok, missing.name) == (False, "CHROMIUM")
    assert missing.detail == "/nowhere/chromium: there is no such file"
    assert missing.fix


def test_a_browser_that_hangs_is_killed_with_all_it_started(folder):
    hanging = _script(folder, 'sleep 987 & sh -c "sleep 986" "$@"; sleep 985')
    began = time.monotonic()
    with pytest.raises(BrowserFailed, match="too long"):
        Chromium(hanging, time_limit_s=0.3).picture([b"x"], 0)
    assert time.monotonic() - began < 3
    assert _left() == []
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    assert not any(f"sleep 98{n}" in listed.stdout for n in (5, 6, 7))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exit 3", "ended by itself"),
        ("exec cat /dev/zero >&4", "cannot be understood"),
        ("yes {} | tr '\\n' '\\0' >&4", "too long"),
        ("yes | tr -d '\\n' >&4", "says too much"),
        ("printf '[1]\\0' >&4; sleep 9", "cannot be understood"),
        ('printf \'{"id": 1, "error": {}}\\0\' >&4; sleep 9', "refused"),
    ],
)
def test_a_browser_that_talks_nonsense_is_a_failure_with_a_reason(folder, text, reason):
    with pytest.raises(BrowserFailed, match=reason):
        Chromium(_script(folder, text), time_limit_s=0.5).picture([b"x"], 0)


def test_the_browser_is_not_root_and_is_told_no_secret(folder, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    telling = _script(
        folder, 'env > "$HOME/env"; id -u > "$HOME/uid"; ulimit -d > "$HOME/d"; cat <&3'
    )
    with confined(telling, 5) as (_, home):
        while not (home / "d").exists() or not (home / "d").read_text().strip():
            time.sleep(0.01)
        assert "secret" not in (home / "env").read_text()
        assert int((home / "uid").read_text()) != 0
        assert int((home / "d").read_text()) == 2_000_000
    assert not home.exists()
