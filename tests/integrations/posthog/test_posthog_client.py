from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, Response, request

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.demo.server import Server
from bot.errors import CourierError, Gone, NotFound, Refused, RetryLater
from bot.model import Identifier, IdentifierKind
from integrations.posthog import PostHogSource, people, recordings
from integrations.posthog.client import Client, origin_of

KEY = "phx_secret_of_the_test"
METHODS = ["GET", "POST"]
NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)


class Canned:
    """Answers every call with the one answer it was given."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: object = {}
        self.seen: list[dict[str, str]] = []
        self.app = Flask("canned")
        self.app.add_url_rule("/<path:path>", "any", self._answer, methods=METHODS)

    def _answer(self, path: str) -> Response:
        self.seen.append(dict(request.headers.items()))
        raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(raw, self.status, self.headers)


@pytest.fixture
def canned() -> Iterator[tuple[Canned, Client]]:
    answers = Canned()
    with Server(answers.app) as server:
        yield answers, Client(host=server.url, project_id="1", api_key=KEY)


def failing(client: Client) -> CourierError:
    with pytest.raises(CourierError) as error:
        client.get("persons/", {"email": "jane@example.com"}, scope="person:read")
    for text in (str(error.value), error.value.plain, repr(client)):
        assert KEY not in text
        assert "jane@example.com" not in text
    return error.value


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("us", "https://us.posthog.com"),
        ("EU", "https://eu.posthog.com"),
        ("https://eu.posthog.com/", "https://eu.posthog.com"),
        ("app.posthog.com", "https://us.posthog.com"),
        ("https://us.i.posthog.com", "https://us.posthog.com"),
        ("posthog.acme.test", "https://posthog.acme.test"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://acme.test/posthog/", "https://acme.test/posthog"),
    ],
)
def test_hosts(host: str, origin: str) -> None:
    """A region, a host or an address; ingestion hosts mean their cloud."""
    assert origin_of(host) == origin


@pytest.mark.parametrize("host", ["", "ftp://acme.test", "https://u:p@acme.test"])
def test_hosts_that_are_none(host: str) -> None:
    """What is no address is refused before any call."""
    with pytest.raises(ValueError, match="not the address"):
        origin_of(host)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Refused),
        (402, Refused),
        (403, Refused),
        (404, NotFound),
        (408, RetryLater),
        (410, Gone),
        (429, RetryLater),
        (500, RetryLater),
        (502, RetryLater),
        (503, RetryLater),
        (504, RetryLater),
    ],
)
def test_statuses(
    canned: tuple[Canned, Client], status: int, kind: type[CourierError]
) -> None:
    """Every status is one of our errors, whatever its body."""
    answers, client = canned
    answers.status = status
    answers.body = {"detail": f"bad key {KEY}"}
    error = failing(client)
    assert isinstance(error, kind)
    assert isinstance(error, Gone) == (status == 410)


@pytest.mark.parametrize("body", ["<html>no</html>", "[1]", {"detail": ["x"]}, ""])
def test_error_bodies_of_any_shape(canned: tuple[Canned, Client], body: object) -> None:
    """What stands between us and PostHog may answer anything."""
    answers, client = canned
    answers.status, answers.body = 403, body
    assert isinstance(failing(client), Refused)


def test_saved_errors(canned: tuple[Canned, Client], fixture: Any) -> None:
    """PostHog's own 429 and 410 bodies are understood."""
    answers, client = canned
    for name in ("error-429", "error-410-deleted"):
        saved = fixture(name)
        answers.status, answers.body = saved["status"], saved["body"]
        answers.headers = saved.get("headers", {})
        error = failing(client)
        if isinstance(error, RetryLater):
            assert error.after == 37
        else:
            assert isinstance(error, Gone)
            assert "permanently deleted" in str(error)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("37", 37, 37),
        ("0", 0, 0),
        ("-5", 0, 0),
        ("1e9", 86_400, 86_400),
        ("Mon, 23 Nov 2020 11:00:00 GMT", 0, 0),
        ("Fri, 23 Nov 2096 11:00:00 GMT", 86_400, 86_400),
    ],
)
def test_waits(
    canned: tuple[Canned, Client], header: str, least: float, most: float
) -> None:
    """Retry-After in seconds or as a date, never negative, at most a day."""
    answers, client = canned
    answers.status, answers.headers = 429, {"Retry-After": header}
    error = failing(client)
    assert isinstance(error, RetryLater)
    assert error.after is not None
    assert least <= error.after <= most


@pytest.mark.parametrize("header", ["soon", "nan", ""])
def test_waits_that_say_nothing(canned: tuple[Canned, Client], header: str) -> None:
    """A wait nobody can read is left to the queue's own backoff."""
    answers, client = canned
    answers.status, answers.headers = 429, {"Retry-After": header}
    error = failing(client)
    assert isinstance(error, RetryLater)
    assert error.after is None


def test_limits_are_not_waited_for(canned: tuple[Canned, Client]) -> None:
    """A 429 is one call: the waiting is the queue's."""
    answers, client = canned
    answers.status, answers.headers = 429, {"Retry-After": "30"}
    failing(client)
    assert len(answers.seen) == 1


def test_outages_are_tried_thrice(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """A short hiccup is got over at once; a longer one is the queue's."""
    posthog.faults.add("persons", Fault.ERROR, times=2)
    jane = Identifier(IdentifierKind.EMAIL, "jane.doe@example.com")
    assert len(source.find_people(jane)) == 1
    assert posthog.count() == {"persons": 3}
    posthog.faults.add("persons", Fault.ERROR)
    with pytest.raises(RetryLater):
        source.find_people(jane)
    assert posthog.count() == {"persons": 6}


def test_redirects_are_not_followed(canned: tuple[Canned, Client]) -> None:
    """The key is never carried to a host that nobody chose."""
    answers, client = canned
    other = Canned()
    with Server(other.app) as elsewhere:
        answers.status = 302
        answers.headers = {"Location": f"{elsewhere.url}/login?next=/api/"}
        error = failing(client)
    assert isinstance(error, Refused)
    assert elsewhere.url.removeprefix("http://") in str(error)
    assert not other.seen


def test_the_key_is_in_the_header_only(
    canned: tuple[Canned, Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """As bearer token, also where a .netrc has an entry for the host."""
    answers, client = canned
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.get("persons/", {}, scope="person:read")
    assert answers.seen[0]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("body", ["<html>Log in</html>", "", "{"])
def test_answers_that_are_no_json(canned: tuple[Canned, Client], body: str) -> None:
    """A page where JSON was due names the host, which may be the wrong one."""
    answers, client = canned
    answers.body = body
    assert "is this the address" in str(failing(client))


def test_nobody_listens() -> None:
    """A host that refuses connections is tried later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = Client(host=f"http://127.0.0.1:{port}", project_id="1", api_key=KEY)
    assert isinstance(failing(client), RetryLater)


def test_slow_answers_are_not_waited_for(
    make_source: Callable[..., PostHogSource], posthog: PostHogStandIn
) -> None:
    """Every call has a time limit."""
    posthog.faults.add("persons", Fault.SLOW)
    source = make_source(read_seconds=0.2)
    with pytest.raises(RetryLater, match="ReadTimeout"):
        source.find_people(Identifier(IdentifierKind.EMAIL, "jane.doe@example.com"))


def test_plain_http_to_a_tls_port_and_back(url: str) -> None:
    """A wrong scheme ends in an error that says what is wrong."""
    client = Client(
        host=url.replace("http:", "https:"), project_id="1", api_key=DEMO_KEY
    )
    error = failing(client)
    assert isinstance(error, Refused)
    assert "certificate" in str(error)


def test_logs_hold_no_secret(
    source: PostHogSource, caplog: pytest.LogCaptureFixture
) -> None:
    """Even with every library's debug lines on, the key is in none."""
    caplog.set_level(logging.DEBUG)
    source.find_people(Identifier(IdentifierKind.EMAIL, "jane.doe@example.com"))
    assert DEMO_KEY not in caplog.text


def test_saved_lists(canned: tuple[Canned, Client], fixture: Any) -> None:
    """PostHog's own lists are read; one that never ends is not followed for ever."""
    answers, client = canned
    answers.body = fixture("persons-by-email")
    (customer,) = people.by_email(client, "customer42@example.com")
    assert customer.distinct_ids == ("customer-42",)
    for name, calls in (("recordings-list", 1), ("recordings-list-paged", 2)):
        answers.seen.clear()
        answers.body = fixture(name)
        (raw,) = recordings.listed(client, person=customer, since=NOW, limit=10)
        assert len(answers.seen) == calls
        read = recordings.read_recording(raw, source="posthog", link="", now=NOW)
        assert read.person == customer


@pytest.mark.parametrize(
    "body",
    [
        {"results": [["x"]], "columns": ["level"]},
        {"results": [None, [], [[]], [{}]], "columns": ["session_id"]},
        {"results": None, "columns": ["session_id"]},
        {"query_status": {"complete": False}},
        [],
        "soon",
    ],
)
def test_odd_query_answers_are_left_out(
    canned: tuple[Canned, Client], fixture: Any, body: object
) -> None:
    """A query's answer of another shape leaves the list as it was."""
    answers, client = canned
    raw = fixture("recording")
    one = recordings.read_recording(raw, source="posthog", link="", now=NOW)
    answers.body = body
    assert recordings.with_what_lists_lack(client, [one]) == [one]


@pytest.mark.parametrize("body", [{}, [], {"results": 1}, {"results": [1, {}]}])
def test_lists_of_another_shape(canned: tuple[Canned, Client], body: object) -> None:
    """A list that is none is an error in our words; odd entries are nobody."""
    answers, client = canned
    answers.body = body
    if isinstance(body, dict) and isinstance(body.get("results"), list):
        assert people.by_distinct_id(client, "x") == []
    else:
        with pytest.raises(Refused, match="'results'"):
            people.by_distinct_id(client, "x")
