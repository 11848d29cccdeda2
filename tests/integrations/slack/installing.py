"""A courier that many workspaces install, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask import Flask
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Engine

from bot.database.engine import transaction
from bot.demo.server import Server
from bot.demo.slack.oauth import Team
from bot.web.pages import message_page
from integrations.slack.app import build_app
from integrations.slack.clients import InstalledWorkspaces
from integrations.slack.destination import SlackDestination
from integrations.slack.endpoint import blueprint as endpoint
from integrations.slack.installations import Installations
from integrations.slack.oauth import Installing, States, blueprint
from integrations.slack.removal import Removal
from integrations.slack.rotation import InstalledTokens
from integrations.slack.scopes import needed
from tests.integrations.slack.sending import SECRET
from tests.integrations.slack.world import World

ACME = Team("T07ACME0001", "Acme")
GLOBEX = Team("T07GLOBEX02", "Globex")
ORG = Team("E07ORG", "Initech", enterprise="E07ORG", org_wide=True)
STRANGER = Team("T07STRANGE", "Strangers")
ALLOWED = (ACME.id, GLOBEX.id, "E07ORG")


class FernetSealer:
    """Seals as the courier does, with a key of its own."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        return self._fernet.decrypt(sealed).decode()


class ManyWorkspaces(World):
    """The stand-in's app, and a courier that is installed in its teams."""

    def begin(self, engine: Engine) -> None:
        self.slack.oauth.teams = {
            team.id: team for team in (ACME, GLOBEX, ORG, STRANGER)
        }
        self.slack.start()
        client = WebClient(base_url=self.slack.api_url, timeout=5)
        begin = partial(transaction, engine)
        oauth = self.slack.oauth
        self.installations = Installations(oauth.client_id, begin, FernetSealer())
        self.tokens = self.another_worker()
        self.clients = InstalledWorkspaces(
            self.tokens, client, install_url="https://replays.example.com/slack/install"
        )
        self.destination = SlackDestination(
            self.clients, clock=lambda: self.now, sleep=self.sleep
        )
        app = Flask("courier")
        self._server = Server(app).start()
        self.url = self._server.url
        flow = Installing(
            client=client,
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            public_url=self.url,
            allowed=ALLOWED,
            scopes=needed(),
            installations=self.installations,
            states=States(begin),
            page=message_page,
        )
        app.register_blueprint(blueprint(flow))
        bolt = build_app(
            intake=self.courier,
            clients=self.clients,
            signing_secret=SECRET,
            clock=lambda: self.now,
            removal=Removal(self.installations),
        )
        app.register_blueprint(endpoint(bolt, signing_secret=SECRET))
        self.slack.request_url = f"{self.url}/slack/events"
        oauth.redirect_urls = [f"{self.url}/slack/oauth_redirect"]

    def another_worker(self, allowed: Sequence[str] = ALLOWED) -> InstalledTokens:
        """Tokens as another process hands them out."""
        oauth = self.slack.oauth
        return InstalledTokens(
            self.installations,
            WebClient(base_url=self.slack.api_url, timeout=5),
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            allowed=allowed,
            clock=lambda: self.now,
        )

    def install(self, team: Team = ACME) -> requests.Response:
        """An administrator opens the page and follows it to its end."""
        browser = Browser(self.url)
        return browser.follow(browser.begin(team))


class Browser:
    """A browser that keeps the cookie though the courier is reached without https."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self.cookie = ""

    def begin(self, team: Team = ACME) -> str:
        """Open the install page; the address its link leads to."""
        page = self.get(f"{self._url}/slack/install?team={team.id}")
        self.cookie = page.headers["Set-Cookie"].partition(";")[0]
        link: str = page.text.partition('<a href="')[2].partition('"')[0]
        return link.replace("&amp;", "&")

    def approve(self, url: str) -> str:
        """Press Allow or Cancel at Slack; the address it sends the browser to."""
        answer = self._session.get(url, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def follow(self, url: str) -> requests.Response:
        return self.get(self.approve(url))

    def get(self, url: str) -> requests.Response:
        return self._session.get(url, headers={"Cookie": self.cookie})


def installation(team: Team = ACME, **changes: Any) -> Installation:
    """What is kept after an installation in the team."""
    fields: dict[str, Any] = {
        "app_id": "A1",
        "enterprise_id": team.enterprise or None,
        "team_id": None if team.org_wide else team.id,
        "team_name": team.name,
        "bot_token": f"xoxb-{team.id}",
        "bot_id": "B1",
        "bot_user_id": "U1",
        "user_id": "U07ANA00001",
        "is_enterprise_install": team.org_wide,
        "installed_at": 1_000_000.0,
    }
    return Installation(**{**fields, **changes})
