"""Web and worker apart, as compose.yaml runs them: one question through all of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import requests

from bot.demo.run import surroundings
from tests.journeys.courier import SHARE, links, plays, shown
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually
from tests.keys import KEY
from tests.servers import free_port

ROOT = Path(__file__).parents[2]


def test_web_and_worker_answer_together(
    tmp_path: Path, redis_url: str, empty_postgresql_url: str
) -> None:
    """gunicorn takes a command, a worker in another process answers it, gunicorn plays
    what was shared; they have PostgreSQL, Redis and the objects in common."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with surroundings(url) as around:
        environment = around.environment(
            url,
            PORT=str(port),
            REDIS_URL=redis_url,
            DATABASE_URL=empty_postgresql_url,
            SECRET_KEYS=KEY,
            STORAGE_URL=(tmp_path / "objects").as_uri(),
            PYTHONPATH=str(ROOT),
        )
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", ROOT / "deploy/gunicorn.conf.py"],
            cwd=tmp_path,
            env=environment,
        )
        try:
            eventually(lambda: _is_ready(url), within=30)
            with Process("worker", environment, tmp_path, "Worker started") as worker:
                worker.started()
                assert around.slack.run_command(
                    "ana", "support", "jane.doe@example.com"
                ).ok
                [answer] = eventually(
                    lambda: [
                        one
                        for one in around.slack.ephemerals("ana", "support")
                        if SHARE in shown(one)
                    ]
                )
                assert around.slack.click("ana", answer, SHARE).ok
                [message] = eventually(lambda: around.slack.messages("support"))
            assert plays(*links(shown(message)))
        finally:
            web.terminate()
            assert web.wait(timeout=40) == 0


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False
