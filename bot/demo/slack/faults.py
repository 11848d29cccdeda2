"""Ways a Web API call can go wrong on demand, and Slack's rate limits.

Imitates docs.slack.dev/apis/web-api/rate-limits. Method names are Slack's, plus
``upload`` and ``response_url`` for the two addresses that are no methods.
"""

from __future__ import annotations

import math
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Response, jsonify, request
from werkzeug.exceptions import ServiceUnavailable

from bot.demo.slack.model import Json


@dataclass(frozen=True, slots=True)
class Fault:
    """``applied`` faults do what was asked and then lose the answer."""

    kind: str
    applied: bool = False
    status: int = 200
    seconds: float = 0.0
    error: str = ""
    extras: Json = field(default_factory=dict)


def status(code: int = 500) -> Fault:
    """An HTTP error with an empty body."""
    return Fault("status", status=code)


def html(code: int = 200) -> Fault:
    """A proxy's error page where JSON was expected."""
    return Fault("html", status=code)


def timeout(seconds: float) -> Fault:
    """Nothing is done and no answer comes for that long."""
    return Fault("hang", seconds=seconds)


def reset() -> Fault:
    """Nothing is done and the connection is cut."""
    return Fault("reset")


def lost_answer(seconds: float = 0.0) -> Fault:
    """It is done, but the answer is lost: silence for that long, then a cut."""
    return Fault("reset", applied=True, seconds=seconds)


def error(code: str, **extras: object) -> Fault:
    """``{"ok": false}`` with that error."""
    return Fault("error", error=code, extras=dict(extras))


def ratelimited(retry_after: int = 1) -> Fault:
    """429 with Retry-After in seconds."""
    return Fault("ratelimited", status=429, seconds=float(retry_after))


def limited(retry_after: int) -> Response:
    """Slack's answer to a caller who is too fast."""
    response = jsonify(ok=False, error="ratelimited")
    response.status_code = 429
    response.headers["Retry-After"] = str(retry_after)
    return response


class Faults:
    """Faults waiting for their method; each is used once per ``times``."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        """The methods that met a fault, in order; a silent one may still be silent."""
        self._waiting: dict[str, list[Fault]] = defaultdict(list)
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        with self._lock:
            self._waiting[method].extend([fault] * times)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        with self._lock:
            waiting = self._waiting[method]
            if not waiting:
                return None
            self.taken.append(method)
            return waiting.pop(0)

    def release(self) -> None:
        """End every silence, so that a stand-in can stop."""
        self._stopped.set()

    def answer(self, fault: Fault) -> Response:
        """What the caller gets instead of the method's own answer."""
        if fault.kind == "error":
            return jsonify({"ok": False, "error": fault.error, **fault.extras})
        if fault.kind == "ratelimited":
            return limited(int(fault.seconds))
        if fault.kind == "html":
            page = "<html><body><h1>Bad gateway</h1></body></html>"
            return Response(page, fault.status, mimetype="text/html")
        if fault.kind == "status":
            return Response(status=fault.status)
        self._stopped.wait(fault.seconds)
        _cut_connection()
        raise ServiceUnavailable


def _cut_connection() -> None:
    """Close the caller's socket with a TCP reset where the server lets us have it."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.shutdown(socket.SHUT_RDWR)


class Allowance:
    """How often methods may be called.

    ``burst`` messages may be posted to a channel at once, and one a second after that.
    The other methods have the ``per_minute`` of their tier, all at once if need be:
    Slack promises at least these numbers, and says of bursts only that it takes some.
    """

    def __init__(self, clock: Callable[[], float], burst: int = 5) -> None:
        self.burst = burst
        self.per_minute = {1: 1, 2: 20, 3: 50, 4: 100}
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: dict[tuple[str, ...], tuple[float, float]] = {}

    def wait_for(self, token: str, method: str, tier: int, channel: str) -> int:
        """Seconds until the call is allowed; 0 spends it now."""
        if method == "chat.postMessage":
            return self._take((token, method, channel), self.burst, 1.0)
        if tier == 0:
            return 0
        most = self.per_minute[tier]
        return self._take((token, method), most, most / 60)

    def _take(self, key: tuple[str, ...], most: int, per_second: float) -> int:
        with self._lock:
            now = self._clock()
            spent, at = self._spent.get(key, (0.0, now))
            spent = max(0.0, spent - (now - at) * per_second)
            allowed = spent + 1 <= most
            self._spent[key] = (spent + 1 if allowed else spent, now)
            return 0 if allowed else math.ceil((spent + 1 - most) / per_second)
