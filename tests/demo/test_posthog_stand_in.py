from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.demo.server import Server

NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)
JANE = "01a20000-0000-7000-8000-000000004821"
CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"
DELETED = "01a20346-2c00-7000-8000-00000000dead"
EXPIRED = "019cb000-0000-7000-8000-000000000a6e"
SNAPSHOTS = f"session_recordings/{CHECKOUT}/snapshots/"


class Caller:
    """Calls the stand-in as a script with a personal API key would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = DEMO_KEY

    def get(self, path: str, **params: object) -> requests.Response:
        return requests.get(
            f"{self.url}/api/projects/1/{path}",
            params={key: str(value) for key, value in params.items()},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=5,
        )

    def query(self, body: object) -> requests.Response:
        return requests.post(
            f"{self.url}/api/projects/1/query/",
            json=body,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=5,
        )


@pytest.fixture
def posthog() -> PostHogStandIn:
    return PostHogStandIn(clock=lambda: NOW)


@pytest.fixture
def caller(posthog: PostHogStandIn) -> Iterator[Caller]:
    with Server(posthog.app) as server:
        yield Caller(server.url)
        posthog.release()


def ids(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()["results"]]


def test_it_serves_the_recordings_as_captured(
    caller: Caller, posthog: PostHogStandIn
) -> None:
    """Unshifted, the blocks of a recording are its captured lines, byte by byte."""
    known = {
        CHECKOUT: (332, "2bd5acc0"),
        "01a20811-abf3-7df2-99c4-92a86f9668f8": (605, "51695bd1"),
        "01a20810-81db-7fc7-8e91-53637f8bd7d6": (25, "8c4c7e72"),
    }
    for recording_id, (lines, digest) in known.items():
        path = f"session_recordings/{recording_id}/snapshots/"
        listed = caller.get(path).json()["sources"]
        body = caller.get(
            path,
            source="blob_v2",
            start_blob_key=0,
            end_blob_key=len(listed) - 1,
        )
        assert body.headers["Content-Type"] == "application/jsonl"
        assert body.content.count(b"\n") == lines
        assert hashlib.sha256(body.content).hexdigest().startswith(digest)
        first = json.loads(body.content.split(b"\n")[0])[1]["timestamp"]
        begin = datetime.fromisoformat(listed[0]["start_timestamp"])
        assert first == int(begin.timestamp() * 1000)


def test_recent_recordings_are_of_today() -> None:
    """For the demo, times move: of the recording, its blocks and its events."""
    now = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
    posthog = PostHogStandIn(clock=lambda: now, recent=True)
    checkout = posthog.project.recordings[0]
    assert timedelta(minutes=13) < now - checkout.end < timedelta(minutes=15)
    lines = b"".join(checkout.blocks).split(b"\n")[:-1]
    times = [json.loads(line)[1]["timestamp"] for line in lines]
    begin, end = (int(at.timestamp() * 1000) for at in (checkout.start, checkout.end))
    assert (min(times), max(times)) == (begin, end)
    network = [
        entry["timestamp"]
        for line in lines
        if b'"rrweb/network@1"' in line
        for entry in json.loads(line)[1]["data"]["payload"].get("requests", [])
    ]
    assert len(network) == 49
    assert begin - 60_000 < min(network) < max(network) <= end


@pytest.mark.parametrize(
    ("key", "scopes", "status"),
    [("phx_wrong", None, 401), ("phc_public", None, 401), (DEMO_KEY, (), 403)],
)
def test_keys_and_scopes(
    caller: Caller,
    posthog: PostHogStandIn,
    key: str,
    scopes: tuple[str, ...] | None,
    status: int,
) -> None:
    """A wrong key is 401; one that lacks the scope is 403 and says which."""
    caller.key = key
    if scopes is not None:
        posthog.keys[key] = frozenset(scopes)
    answer = caller.get("session_recordings/")
    assert answer.status_code == status
    assert answer.json()["type"] == "authentication_error"
    if status == 403:
        assert "session_recording:read" in answer.json()["detail"]


def test_keys_are_taken_from_the_header_only(caller: Caller) -> None:
    """A key in the query string would end in access logs."""
    answer = requests.get(
        f"{caller.url}/api/projects/1/persons/",
        params={"personal_api_key": DEMO_KEY},
        timeout=5,
    )
    assert answer.status_code == 401


def test_other_projects_are_not_found(caller: Caller) -> None:
    """The key's one project is the sample."""
    answer = requests.get(
        f"{caller.url}/api/projects/2/",
        headers={"Authorization": f"Bearer {DEMO_KEY}"},
        timeout=5,
    )
    assert answer.status_code == 404


def test_persons_are_filtered(caller: Caller) -> None:
    """E-mail addresses are exact, filters and search are not."""
    assert ids(caller.get("persons/", email="jane.doe@example.com")) == [JANE]
    assert ids(caller.get("persons/", email="Jane.doe@example.com")) == []
    assert ids(caller.get("persons/", distinct_id="user-4821")) == [JANE]
    assert ids(caller.get("persons/", search="JANE")) == [JANE]
    like = {"key": "email", "value": "JANE.DOE", "operator": "icontains"}
    found = caller.get("persons/", properties=json.dumps([like | {"type": "person"}]))
    assert ids(found) == [JANE]
    assert caller.get("persons/", properties="[").status_code == 400
    assert caller.get(f"persons/{JANE}/").json()["uuid"] == JANE
    assert caller.get("persons/nobody/").status_code == 404


def test_the_list_is_strict(caller: Caller) -> None:
    """Unknown parameters and wrong types are refused, naming the parameter."""
    for params in (
        {"person_id": "1"},
        {"distinct_ids": "user-4821"},
        {"limit": "many"},
        {"person_uuid": "12"},
        {"order": "colour"},
        {"date_from": "soon"},
        {"after": "nonsense"},
    ):
        answer = caller.get("session_recordings/", **params)
        assert answer.status_code == 400
        assert answer.json()["type"] == "validation_error"
        assert next(iter(params)) in answer.json()["detail"]


def test_the_list_filters_and_pages(caller: Caller, posthog: PostHogStandIn) -> None:
    """Three days by default, by person or distinct ids, newest first, by cursor."""
    every = ids(caller.get("session_recordings/"))
    kept = [one.id for one in posthog.project.recordings if one.state != "expired"]
    assert sorted(every) == sorted(kept)
    assert EXPIRED not in every
    assert ids(caller.get("session_recordings/", person_uuid=JANE)) == [CHECKOUT]
    by_ids = json.dumps(["user-4821", "x"])
    assert ids(caller.get("session_recordings/", distinct_ids=by_ids)) == [CHECKOUT]
    posthog.project.recordings[0].start -= timedelta(days=4)
    assert CHECKOUT not in ids(caller.get("session_recordings/"))
    assert CHECKOUT in ids(caller.get("session_recordings/", date_from="-7d"))
    page = caller.get("session_recordings/", limit=9).json()
    assert page["has_next"]
    rest = caller.get("session_recordings/", limit=9, after=page["next_cursor"]).json()
    assert not rest["has_next"]
    assert "next_cursor" not in rest
    assert {one["id"] for one in page["results"]}.isdisjoint(
        one["id"] for one in rest["results"]
    )


def test_one_recording(caller: Caller) -> None:
    """By id, without saying whether it is ongoing; expired ones are not found."""
    found = caller.get(f"session_recordings/{CHECKOUT}/").json()
    assert found["console_error_count"] == 12
    assert "ongoing" not in found
    missing = caller.get(f"session_recordings/{EXPIRED}/")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "Recording not found"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"source": "blob_v2", "start_blob_key": 0, "end_blob_key": 2}, 200),
        ({"source": "blob_v2", "start_blob_key": 1, "end_blob_key": 1}, 200),
        ({"source": "blob_v2", "start_blob_key": 0, "end_blob_key": 3}, 404),
        ({"source": "blob_v2", "start_blob_key": 0, "end_blob_key": 20}, 400),
        ({"source": "blob_v2", "start_blob_key": 0}, 400),
        ({"source": "blob_v2", "blob_key": 0}, 400),
        ({"source": "blob_v2", "start_blob_key": "a", "end_blob_key": "b"}, 400),
        ({"source": "blob_v2_lts"}, 400),
        ({"source": "blob_v2_lts", "blob_key": "guess"}, 404),
        ({"source": "blob", "blob_key": "1-2"}, 400),
        ({"source": "realtime"}, 400),
    ],
)
def test_snapshots_are_strict(
    caller: Caller, params: dict[str, object], status: int
) -> None:
    """Both keys, at most twenty, none past the end, no old sources."""
    assert caller.get(SNAPSHOTS, **params).status_code == status


def test_deleted_recordings(caller: Caller) -> None:
    """410, in the replay handlers' own shape."""
    answer = caller.get(f"session_recordings/{DELETED}/snapshots/")
    assert answer.status_code == 410
    assert answer.json()["error"] == "recording_deleted"


def test_rate_limits_of_the_free_tier(posthog: PostHogStandIn, caller: Caller) -> None:
    """Twelve snapshot calls a minute; then 429 with the seconds to wait."""
    posthog.tier = "free"
    for _ in range(12):
        assert caller.get(SNAPSHOTS).status_code == 200
    limited = caller.get(SNAPSHOTS)
    assert limited.status_code == 429
    assert limited.headers["Retry-After"] == "60"
    assert limited.json()["type"] == "throttled_error"
    assert caller.get("session_recordings/").status_code == 200


def test_queries(caller: Caller) -> None:
    """The courier's query is answered by its values; others are refused."""
    query: dict[str, Any] = {
        "kind": "HogQLQuery",
        "query": "select sid as session_id, groupArray(url) as urls,"
        " count() as exceptions from events"
        " where id in {sessions} and t > {since} and t < {until}",
        "values": {
            "sessions": [CHECKOUT],
            "since": "2026-11-22 00:00:00",
            "until": "2026-11-24 00:00:00",
        },
    }
    answer = caller.query({"query": query}).json()
    assert answer["columns"] == ["session_id", "urls", "exceptions"]
    assert answer["results"][0][0] == CHECKOUT
    assert answer["results"][0][2] == 2
    for wrong in (
        {"query": {**query, "values": {}}},
        {"query": {**query, "kind": "EventsQuery"}},
        {"query": {"kind": "HogQLQuery", "query": "select 2"}},
        {"query": query, "unknown": 1},
        [],
    ):
        assert caller.query(wrong).status_code == 400


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.DOWN, 503),
        (Fault.ERROR, 500),
        (Fault.LIMITED, 429),
        (Fault.BUSY, 429),
    ],
)
def test_faults(
    posthog: PostHogStandIn, caller: Caller, fault: Fault, status: int
) -> None:
    """A fault lasts as long as it was asked for."""
    posthog.faults.add("any", fault, times=2)
    seen = [caller.get("persons/").status_code for _ in range(3)]
    assert seen == [status, status, 200]
    assert posthog.count() == {"persons": 3}


def test_pages_for_people(caller: Caller) -> None:
    """The overview names everyone to ask for; a replay's address has a page."""
    overview = requests.get(caller.url, timeout=5).text
    assert "jane.doe@example.com" in overview
    assert CHECKOUT in overview
    replay = requests.get(f"{caller.url}/project/1/replay/{CHECKOUT}", timeout=5)
    assert "PostHog's own player would open" in replay.text
    gone = requests.get(f"{caller.url}/project/1/replay/{EXPIRED}", timeout=5)
    assert gone.status_code == 404
