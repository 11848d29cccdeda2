"""``/healthz``, ``/readyz`` and ``/metrics``, for load balancers and Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, jsonify
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    generate_latest,
)
from prometheus_client.registry import REGISTRY

_log = structlog.get_logger(__name__)


def blueprint(
    *,
    parts: Mapping[str, Callable[[], object]],
    gauges: Callable[[], Mapping[str, int]],
) -> Blueprint:
    """``parts`` are what must work to be ready, each raising where it does not;
    ``gauges`` are the numbers of the moment, by ledger state."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        states: dict[str, str] = {}
        for name, check in parts.items():
            try:
                check()
                states[name] = "ok"
            except Exception as error:
                _log.warning("not ready", part=name, error=str(error))
                states[name] = "not available"
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
        body = generate_latest(REGISTRY) + generate_latest(moment)
        return Response(body, content_type=CONTENT_TYPE_LATEST)

    return routes
