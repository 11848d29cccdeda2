"""Large bodies and slow pages take no more of the machine than a fixed share."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import requests

from tests.journeys.processes import Process
from tests.servers import free_port
from tests.visits import TOKEN

MIB = 1024 * 1024
SLOW, LARGE = 100, 12
# Each large body is in memory several times over while it is made safe; with all of
# them at once it would be more.
MOST_MIB = 900


def test_slow_pages_and_large_bodies_take_a_bounded_share(
    tmp_path: Path, redis_url: str
) -> None:
    """Who comes while there is no room is told to come back, and all others are
    served."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "DATA_DIR": str(tmp_path / "data"),
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "CAPTURE_MODE": "keep",
        "CAPTURE_PROJECTS": TOKEN,
    }
    with (
        Process("web", environment, tmp_path, "answers on") as web,
        ExitStack() as open_,
    ):
        web.started()
        idle = resident(web)
        start = b'{"event":"x","properties":{"token":"%b","a":"' % TOKEN.encode()
        head = b"POST /s/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"
        for _ in range(SLOW):
            slow = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            slow.sendall(head + start + b"x" * 300_000)
        large = start + b"x" * (20 * MIB - len(start) - 3) + b'"}}'

        def send(_: int) -> int:
            return requests.post(f"{url}/s/", large, timeout=60).status_code

        with ThreadPoolExecutor(LARGE) as pool:
            answers = list(pool.map(send, range(LARGE)))

        assert set(answers) <= {200, 503}
        assert 200 in answers
        small = requests.post(f"{url}/s/", start + b'"}}', timeout=10)
        assert small.status_code == 200, "slow pages hold up nobody"
        assert 100 < resident(web, "VmHWM") - idle < MOST_MIB


def resident(process: Process, which: str = "VmRSS") -> float:
    """MiB of memory it has, or had at most."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    [line] = (one for one in lines if one.startswith(which))
    return int(line.split()[1]) / 1024
