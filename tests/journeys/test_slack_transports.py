"""The other ways to be reached: Socket Mode, and installed by many workspaces."""

import pytest
import requests

from tests.integrations.slack.installing import Browser
from tests.journeys.courier import installed
from tests.journeys.waiting import eventually


@pytest.fixture
def environment(tmp_path):
    return {"DATA_DIR": str(tmp_path / "data")}


def ready(courier):
    return requests.get(f"{courier.url}/readyz", timeout=5).json()


def test_socket_mode_serves_a_command_without_a_request_url(environment, redis_url):
    """Whether the connection stands is part of being ready."""
    environment |= {
        "SLACK_APP_TOKEN": "xapp-1-A07COURIER1-demo",
        "SLACK_SIGNING_SECRET": "",
    }
    with installed(environment, redis_url) as courier:
        courier.slack.socket.start()
        with (
            courier.services.receiving(),
            courier.web(),
            courier.working(),
        ):
            eventually(lambda: ready(courier)["slack socket"] == "ok")
            customer = courier.customer()
            courier.ask(customer.email)
            courier.listing(customer)
            refused = requests.post(f"{courier.url}/slack/events", timeout=5)
            assert refused.status_code == 404
            # Slack's side first, so that nobody waits for a silent connection.
            courier.slack.socket.stop()
            eventually(lambda: ready(courier)["slack socket"] != "ok")


def test_installed_by_a_click_asked_and_removed(environment, redis_url):
    """The bot token comes with the installation, and goes with it."""
    environment |= {
        "SLACK_BOT_TOKEN": "",
        "SLACK_CLIENT_ID": "07000000.07000001",
        "SLACK_CLIENT_SECRET": "demo-client-secret",
        "SLACK_WORKSPACES": "T07ACME0001",
    }
    with installed(environment, redis_url) as courier, courier.web():
        oauth = courier.slack.oauth
        oauth.redirect_urls = [f"{courier.url}/slack/oauth_redirect"]
        with courier.working():
            browser = Browser(courier.url)
            page = browser.follow(browser.begin())
            assert "is installed in Acme" in page.text
            customer = courier.customer()
            courier.ask(customer.email)
            courier.listing(customer)
        courier.ask(customer.email)
        oauth.uninstall()
        with courier.working():
            courier.told(f"{courier.url}/slack/install")
