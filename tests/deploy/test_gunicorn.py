"""The web side as it runs in production: gunicorn with our configuration."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
COMMAND = [
    sys.executable,
    "-m",
    "gunicorn",
    "-c",
    str(ROOT / "deploy/gunicorn.conf.py"),
]


def _environment(**settings: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def _gunicorn(
    folder: Path, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """gunicorn on a free port; its address, from its own log, and its process."""
    process = subprocess.Popen(
        COMMAND,
        cwd=folder,
        env=_environment(PORT="0", DATA_DIR=str(folder / "data"), **settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(r"Listening at: (http://\S+)", line):
                yield found[1], process
                break
        else:
            raise AssertionError(f"gunicorn ended: {said}")
    finally:
        process.kill()
        process.communicate()


def test_it_serves_the_courier(tmp_path: Path, redis_url: str) -> None:
    """gunicorn serves the app, ready with SQLite and Redis, and ends when told to."""
    with _gunicorn(tmp_path, REDIS_URL=redis_url) as (url, process):
        alive = requests.get(f"{url}/healthz", timeout=20)
        ready = requests.get(f"{url}/readyz", timeout=20)
        metrics = requests.get(f"{url}/metrics", timeout=20)
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert ready.json() == {"database": "ok", "redis": "ok", "storage": "ok"}
    assert "courier_http_seconds" in metrics.text
    assert process.returncode == 0
    lines = [json.loads(line) for line in rest.splitlines()]
    assert "Shutting down: Master" in [line["event"] for line in lines]


@pytest.fixture(scope="module")
def serving(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of one with settings for Slack and capture."""
    settings = {
        "REDIS_URL": redis_server,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "made-up",
        "CAPTURE_MODE": "keep",
        "CAPTURE_PROJECTS": "phc_shop",
    }
    with _gunicorn(tmp_path_factory.mktemp("gunicorn"), **settings) as (url, _):
        yield url


def test_it_takes_what_vendors_send(serving: str) -> None:
    """The vendors that have settings have their routes, locked to all but them."""
    unsigned = requests.post(f"{serving}/slack/events", data="text=hello", timeout=20)
    zendesk = requests.post(f"{serving}/zendesk/webhook", json={}, timeout=20)
    assert unsigned.status_code == 401
    assert zendesk.status_code == 404


def test_it_takes_what_posthog_js_sends(serving: str) -> None:
    """Recordings larger than any webhook, in one piece or in chunks, and no more than
    capture takes."""
    batch = b'[{"event":"x","api_key":"phc_shop"}]' + b" " * (2 * 1024 * 1024)
    whole = requests.post(f"{serving}/s/", data=batch, timeout=20)
    chunks = requests.post(
        f"{serving}/s/", data=iter([batch[:9], batch[9:]]), timeout=20
    )
    large = requests.post(f"{serving}/s/", data=iter([batch] * 11), timeout=20)
    metrics = requests.get(f"{serving}/metrics", timeout=20)
    assert [one.status_code for one in (whole, chunks, large)] == [200, 200, 413]
    assert "courier_capture_batches_total 2.0" in metrics.text


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    """Started with wrong settings it ends, naming all of them and no traceback."""
    ended = subprocess.run(
        COMMAND,
        cwd=tmp_path,
        env=_environment(PORT="front", LEASE="soon"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "PORT" in ended.stderr
    assert "LEASE" in ended.stderr
    assert "Traceback" not in ended.stderr
