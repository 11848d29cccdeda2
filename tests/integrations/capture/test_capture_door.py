"""The capture proxy by itself, as posthog-js and others meet it over HTTP."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog.testing

from integrations.capture import MAX_WIRE_BYTES, scripts_in
from integrations.capture.complaints import Complaints
from tests.integrations.capture.capturing import AWAY, NOW, TOKEN, Proxy, proxy
from tests.recorded import requests

BATCH = json.dumps([{"event": "$pageview", "properties": {"token": TOKEN}}]).encode()
SNAPSHOT = json.dumps([{"event": "$snapshot", "properties": {"token": TOKEN}}]).encode()
PATHS = ["/e", "/s", "/i/v0/e", "/batch", "/capture", "/track", "/engage"]


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the build leaves it, with two versions."""
    folder = tmp_path_factory.mktemp("sdk")
    for version in ("1.99.0", "1.449.2"):
        (folder / version).mkdir()
        (folder / version / "array.js").write_text(f"// {version}")
        (folder / version / "LICENSE").write_text("MIT")
    (folder / "1.449.2" / "lazy-recorder.js").write_text("// recorder")
    return folder


@pytest.fixture(scope="module")
def running(sdk: Path) -> Iterator[Proxy]:
    with proxy(scripts=scripts_in(sdk)) as found:
        yield found


@pytest.fixture
def kept(running: Proxy) -> Proxy:
    """The running proxy, as if nothing had come yet."""
    running.keeper.batches.clear()
    running.keeper.fails, running.keeper.full = None, False
    running.tally.sizes.clear()
    running.tally.refusals.clear()
    running.tally.left_out.clear()
    return running


@pytest.mark.parametrize("path", [*PATHS, *(f"{path}/" for path in PATHS)])
def test_batches_are_kept_at_every_path(kept: Proxy, path: str) -> None:
    answer = kept.post(path + "?ip=1", BATCH, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    [batch] = kept.keeper.batches
    assert (batch.project, batch.body, batch.received_at) == (TOKEN, BATCH, NOW)
    assert batch.path == path.rstrip("/") + "/"
    assert (batch.query, batch.content_type) == ("ip=1", "text/plain")
    assert kept.tally.sizes == [len(BATCH)]


@pytest.mark.parametrize(
    "name", ["checkout", "static-simple", "static-simple-other-encodings"]
)
def test_all_real_requests_are_answered_and_batches_kept(
    kept: Proxy, name: str
) -> None:
    """Replayed raw; scripts that are not there answer 404, which harms nothing."""
    sent = [one for one in requests(name) if one.method != "OPTIONS"]
    for one in sent:
        answer = kept.ask(
            one.method, f"{one.path}?{one.query}", data=one.body, headers=one.headers
        )
        assert answer.status_code == (
            404 if "/static/" in one.path and "array.js" not in one.path else 200
        )
        assert answer.headers.get("Access-Control-Allow-Origin") == one.headers.get(
            "origin"
        )
    bodies = [one.body for one in sent if one.body and "flags" not in one.path]
    assert [batch.body for batch in kept.keeper.batches] == bodies


def test_a_pixel_and_a_declared_encoding_are_kept_with_what_says_so(
    kept: Proxy,
) -> None:
    field = "eyJldmVudCI6IngiLCJhcGlfa2V5IjoicGhjX3Rlc3RsYWIifQ%3D%3D"
    assert kept.ask("GET", f"/e/?data={field}").status_code == 200
    packed = gzip.compress(BATCH)
    told = {"Content-Encoding": "gzip"}
    assert kept.post("/batch", packed, headers=told).status_code == 200
    pixel, mobile = kept.keeper.batches
    assert (pixel.body, pixel.query) == (b"", f"data={field}")
    assert (mobile.body, mobile.content_encoding) == (packed, "gzip")


def test_other_paths_are_left_to_the_app(kept: Proxy) -> None:
    assert kept.ask("GET", "/other").text == "0"
    for path in ("/", "/static/a/b.js", "/s/x", "/ee/"):
        assert kept.ask("GET", path).status_code == 404
    assert kept.keeper.batches == []


def test_the_apps_own_bodies_stay_small(kept: Proxy) -> None:
    """The server takes what a recording may have; the app still takes a MiB."""
    assert kept.post("/other", b"x" * 1024 * 1024).text == str(1024 * 1024)
    assert kept.post("/other", b"x" * (1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "unreadable"),
        (b"[]", 400, "unreadable"),
        (b"not json", 400, "unreadable"),
        (b"\x1f\x8bbroken", 400, "unreadable"),
        (b'[{"event":"x"}]', 401, "project"),
        (b'[{"event":"x","properties":{"token":"phc_other"}}]', 401, "project"),
        (gzip.compress(b" " * (64 * 2**20 + 1), 1), 413, "too_large"),
    ],
)
def test_what_is_refused_says_why_without_what_it_held(
    kept: Proxy, body: bytes, status: int, reason: str
) -> None:
    answer = kept.post("/s/", body, headers={"Origin": "https://shop.test"})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert "phc_" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.test"
    assert kept.tally.refusals == [reason]
    assert kept.keeper.batches == []


def test_a_body_over_the_limit_is_refused_and_said_so() -> None:
    """posthog-js throws it away, and its recording may not play: an administrator must
    hear of it, and nothing of what it held."""
    with proxy() as found, structlog.testing.capture_logs() as lines:
        answer = found.post("/s/", b"secret" + b"x" * MAX_WIRE_BYTES)
        assert found.tally.refusals == ["too_large"]
    assert answer.status_code == 413
    [line] = [line for line in lines if line["log_level"] == "warning"]
    assert line["reason"] == "too_large"
    assert "secret" not in str(line)


def test_a_flood_of_refusals_is_a_line_a_second_with_their_count() -> None:
    now = 100.0
    complaints = Complaints(clock=lambda: now)
    told = [complaints.due("busy") for _ in range(50)]
    assert told == [1, *[0] * 49]
    assert complaints.due("unreadable") == 1
    now += 1
    assert complaints.due("busy") == 50


def test_what_cannot_be_kept_is_sent_again(kept: Proxy) -> None:
    for failure in (AWAY, OSError("disk")):
        kept.keeper.fails = failure
        answer = kept.post("/s/", SNAPSHOT)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    kept.keeper.fails = None
    assert kept.post("/s/", SNAPSHOT).status_code == 200
    assert len(kept.keeper.batches) == 1


@pytest.mark.parametrize("path", ["/s/", "/e/", "/batch/"])
def test_a_full_project_keeps_no_snapshots_wherever_they_come(
    kept: Proxy, path: str
) -> None:
    kept.keeper.full = True
    answer = kept.post(path, SNAPSHOT)
    assert answer.status_code == 200
    assert answer.json() == {"status": 1, "quota_limited": ["recordings"]}
    assert kept.keeper.batches == []
    assert kept.tally.left_out == ["quota"]
    assert kept.post(path, BATCH).json() == {"status": 1}


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_who_opts_out_is_answered_and_not_kept(kept: Proxy, header: str) -> None:
    assert kept.post("/s/", SNAPSHOT, headers={header: "1"}).json() == {"status": 1}
    assert kept.keeper.batches == []
    assert kept.tally.left_out == ["opted_out"]
    with proxy(opt_out=False) as other:
        other.post("/s/", SNAPSHOT, headers={header: "1"})
        assert len(other.keeper.batches) == 1


def test_preflights_allow_what_they_ask_for(kept: Proxy) -> None:
    asked = {
        "Origin": "https://shop.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-custom",
    }
    answer = kept.ask("OPTIONS", "/s/", headers=asked)
    assert answer.status_code == 200
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed
    assert "x-custom" in allowed
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    odd = asked | {"Access-Control-Request-Headers": "a b; c"}
    answer = kept.ask("OPTIONS", "/s/", headers=odd)
    assert "a b" not in answer.headers["Access-Control-Allow-Headers"]


def test_the_remote_config_has_everything_recorded(kept: Proxy) -> None:
    config = kept.ask("GET", f"/array/{TOKEN}/config").json()
    recording = config["sessionRecording"]
    assert recording["endpoint"] == "/s/"
    assert recording["consoleLogRecordingEnabled"] is True
    assert recording["networkPayloadCapture"]["recordBody"] is True
    assert "gzip-js" in config["supportedCompression"]
    script = kept.ask("GET", f"/array/{TOKEN}/config.js")
    assert script.headers["Content-Type"].startswith("application/javascript")
    found = re.search(r"\]=(\{.*\})\}\)\(\);$", script.text)
    assert found is not None
    assert json.dumps(config["sessionRecording"], separators=(",", ":")) in found[1]
    assert kept.ask("GET", "/array/phc_other/config").status_code == 401
    assert kept.ask("GET", "/array/phc_other/config.js").status_code == 401


def test_flags_are_none_in_the_form_each_version_reads(kept: Proxy) -> None:
    body = json.dumps({"token": TOKEN, "distinct_id": "jane"}).encode()
    new = kept.post("/flags/?v=2", body).json()
    assert new["flags"] == {}
    assert "sessionRecording" not in new
    middle = kept.post("/flags/?v=2&config=true", body).json()
    old = kept.post("/decide/?v=3", body).json()
    for answer in (middle, old):
        assert answer["featureFlags"] == {}
        assert answer["sessionRecording"]["endpoint"] == "/s/"
    assert kept.post("/flags/?v=2", b'{"token":"phc_other"}').status_code == 401
    assert kept.post("/flags/?v=2", b"?").status_code == 400


def test_features_of_posthog_are_empty(kept: Proxy) -> None:
    assert kept.ask("GET", "/api/surveys/?token=x").json() == {"surveys": []}
    assert kept.post("/i/v1/logs?token=x", b"{}").status_code == 200
    assert kept.ask("GET", "/api/conversations/v1/widget/a").status_code == 404


def test_scripts_are_those_of_the_newest_version(kept: Proxy) -> None:
    newest = kept.ask("GET", "/static/1.449.2/array.js")
    assert newest.text == "// 1.449.2"
    assert "immutable" in newest.headers["Cache-Control"]
    assert newest.headers["Content-Type"].startswith("application/javascript")
    assert kept.ask("GET", f"/array/{TOKEN}/array.js").text == "// 1.449.2"
    plain = kept.ask("GET", "/static/array.js")
    assert "immutable" not in plain.headers["Cache-Control"]
    recorder = kept.ask("GET", "/static/lazy-recorder.js?v=1.449.2")
    assert recorder.text == "// recorder"
    assert "immutable" in recorder.headers["Cache-Control"]
    etag = {"If-None-Match": plain.headers["ETag"]}
    assert kept.ask("GET", "/static/array.js", headers=etag).status_code == 304
    head = kept.ask("HEAD", "/static/array.js", headers={"Accept-Encoding": "identity"})
    assert (head.text, head.headers["Content-Length"]) == ("", "10")
    assert "Accept-Encoding" in head.headers["Vary"], "a cache keeps both apart"


@pytest.mark.parametrize(
    "path",
    [
        "/static/1.99.0/array.js",
        "/static/1.449.2/LICENSE",
        "/static/other.js",
        "/static/..%2fcapturing.js",
        "/static/%2e%2e/x.js",
    ],
)
def test_no_other_file_is_served(kept: Proxy, path: str) -> None:
    assert kept.ask("GET", path).status_code == 404


def test_a_folder_of_npm_is_served_too(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    assert scripts_in(dist) is None
    (dist / "array.js").write_text("// npm")
    assert scripts_in(dist).version == "unknown"  # type: ignore[union-attr]
    (tmp_path / "package.json").write_text('{"version": "1.300.0"}')
    found = scripts_in(dist)
    assert found is not None
    assert found.version == "1.300.0"
    assert found.get("array.js", "1.300.0") is not None


def test_below_a_prefix_everything_is_the_same() -> None:
    with proxy(prefix="/ingest") as found:
        sent = [one for one in requests("dashboard") if one.method == "POST"][:3]
        for one in sent:
            assert found.post(one.path, one.body).status_code == 200
        assert {batch.path for batch in found.keeper.batches} <= {"/e/", "/i/v0/e/"}
        assert found.post("/e/", BATCH).status_code == 404


def test_an_address_and_a_project_may_send_so_much() -> None:
    with proxy(address_per_minute=3, trusted_hops=1) as found:
        for address, most in (("10.0.0.1", 3), ("2001:db8::1", 2), ("2001:db8::2", 1)):
            told = {"X-Forwarded-For": f"1.1.1.1, {address}"}
            answers = [found.post("/e/", BATCH, headers=told) for _ in range(most)]
            assert [one.status_code for one in answers] == [200] * most
        for address in ("10.0.0.1", "2001:db8::3"):
            told = {"X-Forwarded-For": address}
            answer = found.post("/e/", BATCH, headers=told)
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) > 0
        assert found.tally.refusals == ["address_rate"] * 2
    with proxy(project_per_minute=1) as found:
        statuses = [found.post("/e/", BATCH).status_code for _ in range(2)]
        assert statuses == [200, 429]
        assert found.tally.refusals == ["project_rate"]


def test_no_more_large_bodies_are_in_memory_than_there_is_room_for() -> None:
    """Small ones pass meanwhile; the large ones that do not fit come again."""
    large = BATCH + b" " * (3 * 2**20)
    with proxy(large_bytes=2**20) as found:
        assert found.post("/s/", large).status_code == 503
        assert found.post("/s/", gzip.compress(large)).status_code == 503
        assert found.post("/s/", BATCH).status_code == 200
        assert found.tally.refusals == ["busy"] * 2
    with proxy(large_bytes=9 * 2**20) as found:
        for _ in range(3):
            assert found.post("/s/", large).status_code == 200


def test_slow_senders_keep_nobody_waiting(kept: Proxy) -> None:
    """More of them than the server has threads, each in the middle of its body."""
    port = int(kept.url.rpartition(":")[2])
    slow = []
    for _ in range(40):
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(b"POST /s/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n[")
        slow.append(one)
    assert kept.post("/s/", SNAPSHOT).status_code == 200
    for one in slow:
        one.close()


def test_many_at_once_are_all_kept(kept: Proxy) -> None:
    def send() -> None:
        for _ in range(10):
            assert kept.post("/s/", SNAPSHOT).status_code == 200

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.keeper.batches) == 80
