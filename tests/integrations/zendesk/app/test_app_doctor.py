"""What ``doctor`` says about the sidebar app: one line, whatever is wrong."""

from __future__ import annotations

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.apps import INSTALLATION_ID
from bot.model import Check
from integrations.zendesk.app.doctor import checks
from tests.integrations.zendesk.app.signing import pem
from tests.integrations.zendesk.helpers import client

AUDIENCE = f"https://acme.zendesk.com/api/v2/apps/installations/{INSTALLATION_ID}.json"


def told(
    zendesk: ZendeskStandIn, audience: str = AUDIENCE, key: str | None = None
) -> Check:
    [line] = checks(client(zendesk), audience, key or zendesk.sidebar.public_key)
    return line


def test_an_app_that_fits_its_settings(zendesk: ZendeskStandIn) -> None:
    zendesk.sidebar.url = "https://replays.example.com/zendesk/app"
    line = told(zendesk)
    assert line.ok
    assert str(INSTALLATION_ID) in line.detail
    wrong = told(zendesk, AUDIENCE.replace(str(INSTALLATION_ID), "7"))
    assert (wrong.ok, "ZENDESK_APP_AUDIENCE" in wrong.fix) == (False, True)
    wrong = told(zendesk, key=pem())
    assert (wrong.ok, "ZENDESK_APP_PUBLIC_KEY" in wrong.detail) == (False, True)
    zendesk.sidebar.enabled = False
    assert "switched off" in told(zendesk).detail


def test_an_app_that_nobody_installed(zendesk: ZendeskStandIn) -> None:
    line = told(zendesk)
    assert not line.ok
    assert "no installation" in line.detail


def test_zendesk_being_down_is_a_line_too(zendesk: ZendeskStandIn) -> None:
    asking = client(zendesk)
    zendesk.stop()
    [line] = checks(asking, AUDIENCE, zendesk.sidebar.public_key)
    assert not line.ok
    assert "does not answer" in line.detail
