"""The capture proxy against a server that reads the same bodies and does nothing.

Both are real processes on the same server with the same settings, and are asked in turn
by pages in a third. What is sent are the recorded visits' own batches, over and over,
by as many people: checkout and static-simple are ordinary pages, dashboard has fourteen
thousand nodes.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
from sqlalchemy import Engine, func, select

from bot.captured.compaction import Compaction
from bot.clock import utc_now
from bot.database.captures import blocks, journal, sessions
from bot.database.engine import connect
from bot.operations.embedded_redis import EmbeddedRedis
from bot.storage import ReplayStore
from tests import visits
from tests.bench.answering import until
from tests.bench.senders import Sending, send
from tests.recorded import ROOT
from tests.servers import free_port

_ROUNDS = 5
_SLOW = 200
_LARGE = 40
_LARGE_BYTES = 20 * 1024 * 1024
_MIXES = {
    "ordinary pages": (("checkout", 12), ("static-simple", 12)),
    "with dashboard": (("checkout", 2), ("static-simple", 2), ("dashboard", 1)),
}


@dataclass(frozen=True)
class _House:
    """An installation that keeps what is captured, web and workers apart."""

    folder: Path
    environment: dict[str, str]
    engine: Engine
    port: int
    web: subprocess.Popen[bytes]

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        with _process(["bot", "worker"], self.environment) as process:
            yield process

    def unfiled(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(journal)) or 0


@contextmanager
def _house() -> Iterator[_House]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        port = free_port()
        environment = {
            "DATA_DIR": str(folder / "data"),
            "REDIS_URL": redis.url,
            "PORT": str(port),
            "LOG_LEVEL": "ERROR",
            "CAPTURE_MODE": "keep",
            "CAPTURE_PROJECTS": visits.TOKEN,
            "CAPTURE_ADDRESS_PER_MINUTE": "10000000",
            "CAPTURE_PROJECT_PER_MINUTE": "10000000",
        }
        web = stack.enter_context(_process(["bot", "web"], environment))
        until(lambda: _answers(port))
        engine = connect(f"sqlite:///{folder / 'data' / 'courier.db'}")
        stack.callback(engine.dispose)
        yield _House(folder, environment, engine, port, web)


@contextmanager
def _process(
    module: Sequence[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME")}
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={**passed_on, **environment},
        stdout=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


@contextmanager
def _nothing() -> Iterator[int]:
    """The port of the server that does nothing."""
    with _process(["tests.bench.nothing"], {}) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def _throughput(house: _House, nothing: int, name: str, load: list[bytes]) -> Sending:
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        theirs.append(send(nothing, load))
        ours.append(send(house.port, load))
    fast, base = (
        statistics.median(one.per_second for one in each) for each in (ours, theirs)
    )
    mean = sum(map(len, load)) / len(load) / 1024
    refused = sum(one.refused for one in ours)
    print(
        f"  {name:32}{mean:6.1f} KiB a request {fast:7.0f} a second, of {base:7.0f}:"
        f" ratio {fast / base:.2f}{f', {refused} REFUSED' if refused else ''}"
    )
    return min(ours, key=lambda one: one.per_second)


def _latency(house: _House, load: list[bytes], per_second: float) -> None:
    for part in (0.25, 0.5, 0.75):
        found = send(
            house.port, load, seconds=6, per_second=per_second * part
        ).latencies
        p50, p99 = (found[int(len(found) * share)] * 1000 for share in (0.5, 0.99))
        print(
            f"  at {per_second * part:5.0f} a second ({part:.0%}): p50 {p50:.1f} ms,"
            f" p99 {p99:.1f} ms, longest {found[-1] * 1000:.0f} ms"
        )


def _memory(house: _House) -> None:
    print("\nMemory of the web process")
    print(f"  idle {_resident(house.web):4.0f} MiB")
    body = b'{"event":"x","properties":{"token":"%b","a":"' % visits.TOKEN.encode()
    head = b"POST /s/ HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    slow = []
    for _ in range(_SLOW):
        one = socket.create_connection(("127.0.0.1", house.port), 10)
        one.sendall(head % 2_000_000 + body + b"x" * 400_000)
        slow.append(one)
    time.sleep(1)
    held = _resident(house.web)
    print(f"  {_SLOW} slow pages, each with 400 KB of 2 MB sent: {held:4.0f} MiB")
    for one in slow:
        one.close()
    large = body + b"x" * (_LARGE_BYTES - len(body) - 3) + b'"}}'
    sent = send(house.port, [head % len(large) + large] * _LARGE, seconds=0)
    print(
        f"  {_LARGE} bodies of 20 MiB, 32 at once, {sent.refused} told to come back:"
        f" at most {_resident(house.web, 'VmHWM'):4.0f} MiB"
    )


def _resident(process: subprocess.Popen[bytes], which: str = "VmRSS") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    [line] = (one for one in status.splitlines() if one.startswith(which))
    return int(line.split()[1]) / 1024


def _filing() -> None:
    """What is received is filed by one worker; what it takes on disk then."""
    print("\nFiling by one worker, and bytes stored for each received")
    for name, count in (("checkout", 200), ("dashboard", 12)):
        with _house() as house:
            batches = visits.batches(name)
            load = [
                one for n in range(count) for one in visits.visit(batches, f"user-{n}")
            ]
            wire = sum(len(one.body) for one in load)
            plain = sum(map(visits.plain_bytes, load))
            sent = send(house.port, [one.http("a") for one in load], seconds=0)
            assert sent.refused == 0
            began = time.perf_counter()
            with house.worker():
                until(lambda: house.unfiled() == 0, seconds=300)
            took = time.perf_counter() - began
            with house.engine.connect() as connection:
                kept = connection.scalar(select(func.sum(blocks.c.bytes))) or 0
                number = connection.scalar(select(func.count()).select_from(blocks))
                found = connection.scalar(select(func.count()).select_from(sessions))
            index = (house.folder / "data" / "courier.db").stat().st_size
            compacted = _compacted(house)
            print(
                f"  {name:14}{len(load) / took:6.0f} batches a second,"
                f" {plain / took / 1e6:.1f} MB of JSON a second;"
                f" {found} sessions in {number} blocks"
            )
            print(
                f"{'':16}blocks {kept / wire:.2f} of the bytes on the wire,"
                f" {kept / plain:.3f} of the JSON; compacted {compacted / wire:.2f}"
                f" and {compacted / plain:.3f}; the database's file {index / wire:.2f}"
            )


def _compacted(house: _House) -> int:
    """The bytes of all blocks once their sessions are over."""
    store = ReplayStore.at((house.folder / "data" / "objects").as_uri())
    Compaction(house.engine, store, clock=lambda: utc_now() + timedelta(hours=1)).run()
    with house.engine.connect() as connection:
        return connection.scalar(select(func.sum(blocks.c.bytes))) or 0


def main() -> None:
    print("\nCapture, against a server that reads the same bodies and does nothing")
    with _house() as house, _nothing() as nothing:
        loads = {
            name: [
                one.http("capture.example.com")
                for recording, count in mix
                for n in range(count)
                for one in visits.visit(visits.batches(recording), f"user-{n}")
            ]
            for name, mix in _MIXES.items()
        }
        for name, load in loads.items():
            _throughput(house, nothing, name, load)
        slowest = None
        with house.worker():
            for name, load in loads.items():
                found = _throughput(house, nothing, f"{name}, filing", load)
                slowest = slowest or found
            assert slowest is not None
            print("\nLatency of ordinary pages under a steady load, a worker filing")
            _latency(house, loads["ordinary pages"], slowest.per_second)
        _memory(house)
    _filing()


if __name__ == "__main__":
    main()
