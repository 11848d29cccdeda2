"""Installing the app by a click, over real sockets, through the stand-in's Slack."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine

from bot.database.engine import connect
from bot.demo.slack import faults
from bot.errors import Refused, RetryLater
from integrations.slack.clients import Workspace
from integrations.slack.rotation import MARGIN
from integrations.slack.scopes import needed
from tests.integrations.slack.installing import (
    ACME,
    GLOBEX,
    ORG,
    STRANGER,
    Browser,
    ManyWorkspaces,
)
from tests.integrations.slack.samples import found
from tests.integrations.slack.world import Draft
from tests.journeys.waiting import eventually

AT_ACME = Workspace(ACME.id)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ManyWorkspaces]:
    """With SQLite; what depends on the database is tested with ``either``."""
    engine = connect(sqlite_url)
    yield from begun(engine)
    engine.dispose()


@pytest.fixture
def either(engine: Engine) -> Iterator[ManyWorkspaces]:
    yield from begun(engine)


def begun(engine: Engine) -> Iterator[ManyWorkspaces]:
    world = ManyWorkspaces()
    world.begin(engine)
    yield world
    world.close()


def test_an_administrator_installs_it_by_a_click(
    world: ManyWorkspaces, draft: Draft
) -> None:
    """In several workspaces, each answered with its own token from then on."""
    page = world.install(ACME)
    assert page.status_code == 200
    assert "is installed in Acme" in page.text
    assert world.install(GLOBEX).status_code == 200
    tokens = [world.clients.of({"team": team.id}).token for team in (ACME, GLOBEX)]
    assert tokens == [each.token.value for each in world.slack.oauth.installed]
    world.slack.run_command("ana", "support", "jane@example.com")
    world.post(world.last(), found(), draft)
    assert world.seen_by("ana").blocks
    names = [check.detail for check in world.destination.check()]
    assert "Globex as @courier" in names


def test_for_a_whole_organisation(world: ManyWorkspaces) -> None:
    assert world.install(ORG).status_code == 200
    address = {"team": "T07ANYTEAM0", "enterprise": ORG.id}
    (installed,) = world.slack.oauth.installed
    assert world.clients.of(address).token == installed.token.value


def test_slack_is_asked_for_the_least(world: ManyWorkspaces) -> None:
    """The manifest's bot scopes, and none of any person's."""
    asked = parse_qs(urlsplit(Browser(world.url).begin()).query, True)
    assert asked["scope"] == [",".join(needed())]
    assert asked["user_scope"] == [""]


@pytest.mark.parametrize(
    ("consent", "status", "title"),
    [
        ("cancel", 200, "Nothing was installed"),
        ("not_allowed_to_install", 200, "That did not work"),
        ("<script>alert(1)</script>", 200, "That did not work"),
    ],
)
def test_without_consent_nothing_is_kept(
    world: ManyWorkspaces, consent: str, status: int, title: str
) -> None:
    world.slack.oauth.consent = consent
    page = world.install()
    assert (page.status_code, title in page.text) == (status, True)
    assert "<script" not in page.text
    assert world.installations.workspaces() == []


def test_stranger_is_turned_away(world: ManyWorkspaces) -> None:
    """Whoever finds the page cannot read this company's customers by it."""
    page = world.install(STRANGER)
    assert (page.status_code, "may not use it" in page.text) == (403, True)
    (installed,) = world.slack.oauth.installed
    assert installed.token.revoked
    assert world.installations.workspaces() == []


def test_an_installation_ends_in_its_own_browser(world: ManyWorkspaces) -> None:
    """Nobody can be made to finish what somebody else began; nor twice."""
    browser, other = Browser(world.url), Browser(world.url)
    url = browser.approve(browser.begin())
    assert other.get(url).status_code == 400
    other.begin()
    assert other.get(url).status_code == 400
    assert browser.get(url).status_code == 200
    assert browser.get(url).status_code == 401
    browser.begin()
    assert browser.get(f"{world.url}/slack/oauth_redirect").status_code == 400
    assert len(world.slack.oauth.installed) == 1


def test_two_requests_at_once_do_not_share_a_state(either: ManyWorkspaces) -> None:
    browser = Browser(either.url)
    url = browser.approve(browser.begin())
    codes: list[int] = []
    both = [
        threading.Thread(target=lambda: codes.append(browser.get(url).status_code))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == [200, 401]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (faults.error("bad_client_secret"), 401),
        (faults.status(500), 401),
        (faults.reset(), 503),
        (faults.html(502), 401),
    ],
)
def test_failure_is_a_page_and_a_line_without_secrets(
    world: ManyWorkspaces,
    caplog: pytest.LogCaptureFixture,
    fault: faults.Fault,
    status: int,
) -> None:
    """The page's reference is in the log; the code, the state and tokens are not."""
    caplog.set_level(logging.INFO)
    browser = Browser(world.url)
    url = browser.approve(browser.begin())
    world.slack.faults.add("oauth.v2.access", fault)
    page = browser.get(url)
    assert page.status_code == status
    reference = page.text.partition("Reference: ")[2][:8]
    assert reference in caplog.text
    asked = parse_qs(urlsplit(url).query)
    for secret in (asked["code"][0], asked["state"][0], "xox"):
        assert secret not in caplog.text
        assert secret not in page.text


def test_no_log_line_holds_a_token(
    world: ManyWorkspaces, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.slack.oauth.rotates = True
    world.install()
    world.slack.oauth.uninstall()
    assert "removed from" in caplog.text
    world.install()
    world.now += 43_200 - MARGIN + 60
    world.slack.faults.add("oauth.v2.access", faults.reset())
    world.clients.of({"team": ACME.id})
    eventually(lambda: "not renewed" in caplog.text)
    assert "xox" not in caplog.text


def test_many_workers_renew_it_once(either: ManyWorkspaces) -> None:
    """Slack takes a refresh token once; whoever used it again would lose access."""
    either.slack.oauth.rotates = True
    either.install()
    either.now += 43_200 - MARGIN + 60
    workers = [either.another_worker() for _ in range(4)]
    tokens: list[str | None] = []
    threads = [
        threading.Thread(target=lambda w=worker: tokens.append(w.bot_token(AT_ACME)))
        for worker in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 4
    installed = either.slack.oauth.installed
    eventually(lambda: len(installed) == 2)
    eventually(lambda: either.tokens.bot_token(AT_ACME) == installed[1].token.value)
    assert set(tokens) <= {each.token.value for each in installed}
    assert either.calls("oauth.v2.access") == 2


class TestRotation:
    @pytest.fixture(autouse=True)
    def _rotates(self, world: ManyWorkspaces) -> None:
        world.slack.oauth.rotates = True
        world.install()

    def test_token_is_renewed_before_it_ends(self, world: ManyWorkspaces) -> None:
        first = world.tokens.bot_token(AT_ACME)
        world.now += 43_200 - MARGIN - 120
        assert world.tokens.bot_token(AT_ACME) == first
        for count in range(2, 5):
            held = world.installations.held(AT_ACME)
            assert held is not None
            assert held.expires_at is not None
            world.now = held.expires_at - 60
            old = world.tokens.bot_token(AT_ACME)
            assert old == held.token
            eventually(lambda old=old: world.tokens.bot_token(AT_ACME) != old)
            assert world.clients.of({"team": ACME.id}).auth_test()["ok"]
            assert world.calls("oauth.v2.access") == count

    def test_old_token_serves_while_slack_is_away(self, world: ManyWorkspaces) -> None:
        """And once it has ended, requests wait instead of failing."""
        first = world.tokens.bot_token(AT_ACME)
        world.now += 43_200 - 60
        world.slack.faults.add("oauth.v2.access", faults.status(503), times=2)
        assert world.tokens.bot_token(AT_ACME) == first
        eventually(lambda: world.slack.faults.taken)
        world.now += 120
        with pytest.raises(RetryLater):
            world.tokens.bot_token(AT_ACME)
        world.now += 61
        assert world.tokens.bot_token(AT_ACME) not in (None, first)

    def test_dead_refresh_token_needs_a_new_installation(
        self, world: ManyWorkspaces
    ) -> None:
        world.slack.oauth.installed[-1].refresh_token = ""
        world.now += 43_200
        with pytest.raises(Refused) as refused:
            world.clients.of({"team": ACME.id})
        assert "/slack/install" in refused.value.plain
        world.install()
        assert world.clients.of({"team": ACME.id}).auth_test()["ok"]


class TestRemoval:
    def test_removed_app_forgets_its_tokens(self, world: ManyWorkspaces) -> None:
        world.install(ACME)
        world.install(GLOBEX)
        world.now = time.time()  # slack_sdk notes by itself when it was installed
        world.slack.oauth.uninstall(ACME.id)
        assert world.installations.workspaces() == [Workspace(GLOBEX.id)]
        assert [ack.status for ack in world.slack.acks] == [200, 200]
        with pytest.raises(Refused):
            world.clients.of({"team": ACME.id})

    def test_a_whole_organisation_removes_it(self, world: ManyWorkspaces) -> None:
        world.install(ORG)
        world.now = time.time()
        world.slack.oauth.uninstall(ORG.id)
        assert world.installations.workspaces() == []

    def test_persons_token_is_not_the_bots(self, world: ManyWorkspaces) -> None:
        world.install()
        tokens = {"oauth": ["U07ANA00001"], "bot": []}
        event = {"type": "tokens_revoked", "tokens": tokens}
        oauth = world.slack.oauth
        assert world.slack.delivery.event(oauth.envelope(ACME, event)).ok
        assert world.installations.workspaces() == [AT_ACME]

    def test_allowed_no_more(self, world: ManyWorkspaces) -> None:
        """Taking a workspace off the list ends its use."""
        world.install()
        tokens = world.another_worker(allowed=(GLOBEX.id,))
        assert tokens.bot_token(AT_ACME) is None
        assert tokens.workspaces() == []
