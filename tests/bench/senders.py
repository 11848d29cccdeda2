"""Many pages that send batches, in a process of their own: as quick as answers come, or
so many a second."""

from __future__ import annotations

import itertools
import multiprocessing
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

_ANSWER_S = 60


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of it all."""

    requests: int
    refused: int
    body_bytes: int
    seconds: float
    latencies: list[float]
    """Seconds from when each request was due."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def send(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int = 32,
    seconds: float = 3.0,
    per_second: float | None = None,
) -> Sending:
    """Send ``requests`` round and round for ``seconds``; each once where that is 0."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_send, (port, requests, connections, seconds, per_second))


def _send(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    seconds: float,
    per_second: float | None,
) -> Sending:
    due = itertools.count()
    pages = [_Page(port) for _ in range(connections)]
    began = time.perf_counter() + 0.05

    def turns() -> Iterator[tuple[bytes, float]]:
        for number in due:
            at = 0.0 if per_second is None else began + number / per_second
            now = time.perf_counter()
            is_over = (
                max(at, now) > began + seconds if seconds else number >= len(requests)
            )
            if is_over:
                return
            if at > now:
                time.sleep(at - now)
            yield requests[number % len(requests)], at or time.perf_counter()

    def work(page: _Page) -> list[tuple[int, int, float]]:
        return [
            (page.ask(request), len(request), time.perf_counter() - at)
            for request, at in turns()
        ]

    time.sleep(0.05)
    with ThreadPoolExecutor(connections) as pool:
        done = [one for each in pool.map(work, pages) for one in each]
    took = time.perf_counter() - began
    return Sending(
        requests=len(done),
        refused=sum(status != 200 for status, _, _ in done),
        body_bytes=sum(size for _, size, _ in done),
        seconds=took,
        latencies=sorted(latency for _, _, latency in done),
    )


class _Page:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), _ANSWER_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> int:
        """The answer's status."""
        self._socket.sendall(request)
        answer = self._socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        name = b"content-length: "
        at = head.lower().index(name) + len(name)
        left = int(head[at:].split(b"\r\n", 1)[0]) - len(body)
        while left > 0:
            left -= len(self._more())
        return int(head[9:12])

    def _more(self) -> bytes:
        more = self._socket.recv(65536)
        if not more:
            raise ConnectionError("the answer ends too early")
        return more
