"""Health, metrics, limits and errors of the web side."""

import json

import pytest
from flask import Blueprint

from bot.errors import RetryLater
from bot.metrics import Moment
from bot.web import health
from bot.web.app import create_app


def fails():
    raise RetryLater("redis at secret-host is away")


@pytest.fixture
def client():
    routes = Blueprint("test", __name__)

    @routes.post("/echo")
    def echo():
        from flask import request

        return str(len(request.get_data()))

    @routes.get("/broken")
    def broken():
        raise ValueError("a detail nobody outside should read")

    parts = {"database": lambda: None, "redis": fails}
    return create_app(
        [
            routes,
            health.blueprint(
                parts=parts,
                gauges=lambda: {"waiting": 3},
                moments=lambda: [Moment("courier_archived_recordings", "Those", 7)],
            ),
        ]
    ).test_client()


def test_alive_says_ok_whatever_the_parts_do(client):
    assert client.get("/healthz").status_code == 200


def test_ready_names_the_part_that_is_away_and_no_detail(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.data) == {"database": "ok", "redis": "not available"}


def test_readiness_is_looked_at_once_a_second_however_often_it_is_asked_for():
    """A look writes to the object store, which costs, and anybody may ask."""
    looks = []
    app = create_app(
        [health.blueprint(parts={"storage": lambda: looks.append(1)}, gauges=dict)]
    )
    for _ in range(50):
        assert app.test_client().get("/readyz").status_code == 200
    assert len(looks) <= 2


def test_metrics_are_prometheus_text_with_requests_by_state(client):
    text = client.get("/metrics").data.decode()
    assert 'courier_requests{state="waiting"} 3.0' in text
    assert "courier_archived_recordings 7.0" in text
    assert "courier_http_seconds_bucket" in text


def test_a_body_over_a_mebibyte_is_refused(client):
    assert client.post("/echo", data=b"x" * 2**20).data == b"1048576"
    assert client.post("/echo", data=b"x" * (2**20 + 1)).status_code == 413


def test_an_unexpected_error_gives_a_reference_and_no_detail(client):
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert b"Reference: " in answer.data
    assert b"detail nobody" not in answer.data


def test_unknown_paths_and_methods_are_refused_plainly(client):
    assert client.get("/nowhere").status_code == 404
    assert client.delete("/healthz").status_code == 405
