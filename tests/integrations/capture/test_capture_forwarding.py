"""What is passed on to PostHog, and what of its answers comes back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response, request

from bot.demo.posthog.ingestion import Ingestion
from bot.demo.server import Server
from integrations.capture import Forwarder
from tests.integrations.capture.capturing import AWAY, TOKEN, Proxy, proxy
from tests.recorded import requests
from tests.servers import free_port

BATCH = json.dumps([{"event": "$pageview", "properties": {"token": TOKEN}}]).encode()
SNAPSHOT = json.dumps([{"event": "$snapshot", "properties": {"token": TOKEN}}]).encode()


def forwarder(url: str, assets: str | None = None, **how: Any) -> Forwarder:
    return Forwarder(origin=url, assets=assets or url, **{"at_once": 4} | how)


@contextmanager
def posthog(mode: str, **terms: Any) -> Iterator[tuple[Proxy, Ingestion]]:
    """A proxy before a PostHog that knows the project."""
    ingestion = Ingestion(TOKEN)
    ingestion.flags["new-checkout"] = "blue"
    app = Flask("posthog")
    app.register_blueprint(ingestion.blueprint())
    with (
        Server(app) as server,
        proxy(mode, forwarder=forwarder(server.url), **terms) as found,
    ):
        yield found, ingestion


@contextmanager
def answering(answer: Any, mode: str = "forward", **how: Any) -> Iterator[Proxy]:
    """A proxy before a PostHog that answers everything so."""
    app = Flask("posthog")
    app.add_url_rule("/<path:path>", "any", lambda path: answer(), methods=["POST"])
    with (
        Server(app) as server,
        proxy(mode, forwarder=forwarder(server.url, **how)) as found,
    ):
        yield found


def test_tee_keeps_and_passes_on_every_real_body_unchanged() -> None:
    """Same method, path, query and bytes, and PostHog's answer, flags included."""
    with posthog("tee") as (found, ingestion):
        sent = [one for one in requests("checkout") if one.method == "POST"]
        sent += [
            one
            for one in requests("static-simple-other-encodings")
            if one.method == "POST"
        ]
        for one in sent:
            target = one.path + (f"?{one.query}" if one.query else "")
            answer = found.post(target, one.body, headers=one.headers)
            assert answer.status_code == 200
            if one.path == "/flags/":
                assert answer.json()["flags"]["new-checkout"]["variant"] == "blue"
            else:
                assert answer.json() == {"status": "Ok"}
        arrived = [(one.path, one.query, one.body) for one in ingestion.received]
        assert arrived == [(one.path, one.query, one.body) for one in sent]
        kept = [one.body for one in sent if "flags" not in one.path]
        assert [batch.body for batch in found.keeper.batches] == kept


def test_only_what_posthog_needs_is_passed_on() -> None:
    with posthog("tee", trusted_hops=1) as (found, ingestion):
        found.post(
            "/e/",
            BATCH,
            headers={
                "Cookie": "session=secret",
                "Authorization": "secret",
                "Content-Type": "text/plain",
                "Origin": "https://shop.test",
                "User-Agent": "Mozilla/5.0",
                "X-Forwarded-For": "8.8.8.8, 203.0.113.7",
                "TE": "trailers",
            },
        )
        [arrived] = ingestion.received
        assert "secret" not in str(arrived.headers)
        assert arrived.headers["X-Forwarded-For"] == "203.0.113.7"
        assert arrived.headers["User-Agent"] == "Mozilla/5.0"
        assert arrived.headers["Origin"] == "https://shop.test"
        assert "Te" not in arrived.headers


def test_posthogs_cookies_and_permissions_do_not_come_back() -> None:
    seen = []

    def answer() -> Response:
        seen.append(request.headers.get("Cookie"))
        made = Response('{"status":1}', mimetype="application/json")
        made.set_cookie("a", "b")
        made.headers["Access-Control-Allow-Origin"] = "*"
        return made

    with answering(answer) as found:
        for _ in range(2):
            got = found.post("/e/", BATCH, headers={"Origin": "https://shop.test"})
            assert got.json() == {"status": 1}
            assert "Set-Cookie" not in got.headers
            assert got.headers["Access-Control-Allow-Origin"] == "https://shop.test"
    assert seen == [None, None]


@pytest.mark.parametrize("mode", ["tee", "forward"])
def test_posthogs_refusals_are_passed_back(mode: str) -> None:
    def answer() -> Response:
        return Response("no", status=402, headers={"Retry-After": "7"})

    with answering(answer, mode) as found:
        got = found.post("/s/", SNAPSHOT)
        assert (got.status_code, got.text) == (402, "no")
        assert got.headers["Retry-After"] == "7"


def test_a_redirect_is_no_answer() -> None:
    def answer() -> Response:
        return Response(status=302, headers={"Location": "http://169.254.169.254/"})

    with answering(answer) as found:
        got = found.post("/e/", BATCH)
        assert got.status_code == 503
        assert "Location" not in got.headers


def test_where_posthog_is_away_it_is_kept_and_sent_again() -> None:
    away = forwarder(f"http://127.0.0.1:{free_port()}")
    with proxy("tee", forwarder=away) as found:
        got = found.post("/s/", SNAPSHOT)
        assert got.status_code == 503
        assert "Retry-After" in got.headers
        assert len(found.keeper.batches) == 1


def test_what_cannot_be_kept_is_not_passed_on() -> None:
    """The page sends it again, and PostHog gets it once."""
    with posthog("tee") as (found, ingestion):
        found.keeper.fails = AWAY
        assert found.post("/s/", SNAPSHOT).status_code == 503
        assert ingestion.received == []


def test_other_projects_are_not_passed_on() -> None:
    other = SNAPSHOT.replace(TOKEN.encode(), b"phc_other")
    with posthog("tee") as (found, ingestion):
        assert found.post("/s/", other).status_code == 401
        assert ingestion.received == []


def test_opted_out_full_and_unreadable_batches_go_to_posthog_alone() -> None:
    with answering(lambda: Response("taken"), "tee") as found:
        assert found.post("/s/", SNAPSHOT, headers={"DNT": "1"}).text == "taken"
        found.keeper.full = True
        assert found.post("/s/", SNAPSHOT).text == "taken"
        assert found.post("/e/", b"compressed in an old way").text == "taken"
        assert found.keeper.batches == []
        assert found.tally.left_out == ["opted_out", "quota", "unreadable"]


def test_forward_passes_on_the_sdks_paths_alone() -> None:
    with posthog("forward") as (found, ingestion):
        assert found.post("/s/", SNAPSHOT).status_code == 200
        assert found.ask("GET", f"/array/{TOKEN}/config").json()["token"] == TOKEN
        assert found.ask("GET", "/api/projects/").status_code == 404
        assert [one.path for one in ingestion.received] == [
            "/s/",
            f"/array/{TOKEN}/config",
        ]
        assert found.keeper.batches == []


def test_scripts_and_the_config_come_from_the_assets_host() -> None:
    asked = []
    api, assets = (Flask(name, static_folder=None) for name in ("api", "assets"))
    for app in (api, assets):
        app.add_url_rule(
            "/<path:path>", "any", lambda path: (asked.append(path), "found")[1]
        )
    with (
        Server(assets) as host,
        Server(api) as other,
        proxy("tee", forwarder=forwarder(other.url, host.url)) as found,
    ):
        for path in ("/static/array.js", f"/array/{TOKEN}/config.js"):
            got = found.ask("GET", path)
            assert got.text == "found"
            assert "sandbox" in got.headers["Content-Security-Policy"]
    assert asked == ["static/array.js", f"array/{TOKEN}/config.js"]


def test_a_slow_posthog_takes_no_more_than_its_share() -> None:
    """Requests beyond it are kept and come again, at once."""
    waiting, entered = threading.Event(), threading.Event()

    def answer() -> Response:
        entered.set()
        waiting.wait(10)
        return Response("late")

    with answering(answer, "tee", at_once=1) as found:
        first = threading.Thread(target=found.post, args=("/s/", SNAPSHOT))
        first.start()
        entered.wait(10)
        assert found.post("/s/", SNAPSHOT).status_code == 503
        waiting.set()
        first.join()
        assert len(found.keeper.batches) == 2


def test_a_posthog_that_never_answers_is_given_up() -> None:
    waiting = threading.Event()

    def answer() -> Response:
        waiting.wait(10)
        return Response("late")

    with answering(answer, read_seconds=0.1) as found:
        assert found.post("/s/", SNAPSHOT).status_code == 503
        waiting.set()
