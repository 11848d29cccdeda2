"""The PostHog stand-in's public half keeps what SDKs send, and refuses the rest."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from bot.demo.posthog import DEMO_TOKEN, PostHogStandIn

EVENT = {"event": "$pageview", "properties": {"token": DEMO_TOKEN, "distinct_id": "a"}}
ENVELOPE = {"api_key": DEMO_TOKEN, "batch": [{"event": "a"}, {"event": "b"}]}
PLAIN = json.dumps([EVENT]).encode()
BODIES = {
    "plain": PLAIN,
    "gzip": gzip.compress(json.dumps(ENVELOPE).encode()),
    "form": b"data=" + quote_plus(base64.b64encode(PLAIN)).encode(),
}


@pytest.fixture
def posthog() -> PostHogStandIn:
    return PostHogStandIn()


@pytest.fixture
def client(posthog: PostHogStandIn) -> FlaskClient:
    return posthog.app.test_client()


@pytest.mark.parametrize("path", ["/s/", "/e/", "/i/v0/e/", "/batch/"])
@pytest.mark.parametrize("kind", BODIES)
def test_batches_are_kept_as_they_came(
    posthog: PostHogStandIn, client: FlaskClient, path: str, kind: str
) -> None:
    assert client.post(path, data=BODIES[kind]).json == {"status": "Ok"}
    assert posthog.ingestion.bodies(path) == [BODIES[kind]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'[{"event": "a", "properties": {"token": "phc_other"}}]', 401),
        (b'{"batch": [{"event": "a"}]}', 401),
        (BODIES["gzip"][:20], 400),
        (b"", 400),
        (b'["event"]', 400),
    ],
)
def test_what_posthog_would_refuse(
    client: FlaskClient, body: bytes, status: int
) -> None:
    assert client.post("/e/", data=body).status_code == status


def test_flags_and_config_are_the_projects(
    posthog: PostHogStandIn, client: FlaskClient
) -> None:
    posthog.ingestion.flags = {"new-checkout": "short", "banner": True}
    answer = client.post("/flags/?v=2", json={"token": DEMO_TOKEN, "distinct_id": "a"})
    flags = answer.json["flags"]
    assert flags["new-checkout"]["variant"] == "short"
    assert flags["banner"]["enabled"] is True
    config = client.get(f"/array/{DEMO_TOKEN}/config").json
    assert config["hasFeatureFlags"] is True
    assert config["sessionRecording"]["endpoint"] == "/s/"
    script = client.get(f"/array/{DEMO_TOKEN}/config.js").text
    assert f'["{DEMO_TOKEN}"] = {{' in script
    assert client.get("/array/phc_other/config").status_code == 404
