"""``/healthz``, ``/readyz`` and ``/metrics``, for load balancers and Prometheus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

import structlog
from flask import Blueprint, Response, jsonify
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    generate_latest,
)
from prometheus_client.registry import REGISTRY

from bot.metrics import Moment

_FRESH_S = 1.0
_log = structlog.get_logger(__name__)


def blueprint(
    *,
    parts: Mapping[str, Callable[[], object]],
    gauges: Callable[[], Mapping[str, int]],
    moments: Callable[[], Iterable[Moment]] = tuple,
) -> Blueprint:
    """``parts`` are what must work to be ready, each raising where it does not;
    ``gauges`` are the numbers of the moment, by ledger state, and ``moments`` all
    others."""
    routes = Blueprint("health", __name__)
    readiness = _Remembered(lambda: {name: _state(name, parts[name]) for name in parts})

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        states = readiness()
        ok = all(state == "ok" for state in states.values())
        return jsonify(states), 200 if ok else 503

    @routes.get("/metrics")
    def metrics() -> Response:
        moment = CollectorRegistry()
        gauge = Gauge(
            "courier_requests", "Requests by state", ("state",), registry=moment
        )
        for state, count in gauges().items():
            gauge.labels(state).set(count)
        for one in moments():
            Gauge(one.name, one.help, registry=moment).set(one.value)
        body = generate_latest(REGISTRY) + generate_latest(moment)
        return Response(body, content_type=CONTENT_TYPE_LATEST)

    return routes


def _state(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:
        _log.warning("not ready", part=name, error=str(error))
        return "not available"
    return "ok"


class _Remembered:
    """What a call returned, for a second: a check writes to the object store, and
    whoever can reach the address could make a bill of it."""

    def __init__(self, call: Callable[[], dict[str, str]]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, str]] | None = None

    def __call__(self) -> dict[str, str]:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > _FRESH_S:
                self._known = time.monotonic(), self._call()
            return self._known[1]
