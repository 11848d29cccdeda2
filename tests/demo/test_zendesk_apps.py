"""The stand-in's app and restricted agents, as Zendesk would show them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.apps import APP_ID, INSTALLATION_ID


@pytest.fixture(scope="module")
def zendesk() -> Iterator[ZendeskStandIn]:
    stand_in = ZendeskStandIn().start()
    stand_in.sidebar.url = "https://replays.example.com/zendesk/app"
    yield stand_in
    stand_in.stop()


def get(zendesk: ZendeskStandIn, path: str) -> requests.Response:
    known = zendesk.credentials
    return requests.get(
        f"{zendesk.url}/api/v2/{path}",
        auth=(f"{known.agent_email}/token", known.api_token),
        timeout=5,
    )


def test_the_key_that_is_shown_checks_the_token(zendesk: ZendeskStandIn) -> None:
    [installed] = get(zendesk, "apps/installations.json").json()["installations"]
    assert (installed["id"], installed["app_id"]) == (INSTALLATION_ID, APP_ID)
    pem = get(zendesk, f"apps/{APP_ID}/public_key.pem").text
    token = zendesk.sidebar.token(7)
    claims = jwt.decode(token, RSAKey.import_key(pem), algorithms=["RS256"]).claims
    assert claims["sub"].endswith("/api/v2/users/7.json")
    assert claims["aud"].endswith(f"/installations/{INSTALLATION_ID}.json")
    assert claims["context"] == {"product": "support", "location": "ticket_sidebar"}


def test_the_page_is_given_a_frame_and_may_show_it(zendesk: ZendeskStandIn) -> None:
    """Every time with a token and a name of its own."""
    first, second = (
        requests.post(f"{zendesk.url}/demo/sidebar", timeout=5).json() for _ in "12"
    )
    assert first["token"] != second["token"]
    assert first["guid"] in first["url"]
    policy = requests.get(zendesk.url, timeout=5).headers["Content-Security-Policy"]
    assert "frame-src https://replays.example.com" in policy
    assert "form-action https://replays.example.com" in policy


def test_agents_are_restricted(zendesk: ZendeskStandIn) -> None:
    agent = zendesk.account.add_user("Gil", "gil@acme.example", role="agent")
    agent.ticket_restriction, agent.group_ids = "groups", [5, 6]
    agent.organization_id, agent.custom_role_id = 8, 9
    zendesk.account.custom_roles[9] = "within-groups"
    shown = get(zendesk, f"users/{agent.id}").json()["user"]
    assert (shown["ticket_restriction"], shown["custom_role_id"]) == ("groups", 9)
    rows = get(zendesk, f"users/{agent.id}/group_memberships").json()
    assert [one["group_id"] for one in rows["group_memberships"]] == [5, 6]
    rows = get(zendesk, f"users/{agent.id}/organization_memberships").json()
    assert [one["organization_id"] for one in rows["organization_memberships"]] == [8]
    role = get(zendesk, "custom_roles/9").json()["custom_role"]
    assert role["configuration"]["ticket_access"] == "within-groups"
    assert get(zendesk, "custom_roles/10").status_code == 404
