"""Which workspace's token answers a request, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from slack_sdk import WebClient

from bot.demo.slack.workspace import TEAM_ID
from bot.errors import Refused
from integrations.slack.clients import InstalledWorkspaces, OneWorkspace, Workspace
from integrations.slack.scopes import needed
from tests.integrations.slack import samples
from tests.integrations.slack.sending import Courier, Slack, payload
from tests.integrations.slack.world import TOKEN, Draft, World

INSTALL = "https://replays.example.com/slack/install"


class Tokens:
    """Tokens that a test gives and takes."""

    def __init__(self, tokens: dict[Workspace, str]) -> None:
        self.tokens = tokens

    def bot_token(self, workspace: Workspace) -> str | None:
        return self.tokens.get(workspace)

    def workspaces(self) -> list[Workspace]:
        return list(self.tokens)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens({})


@pytest.fixture
def installed(tokens: Tokens) -> Iterator[World]:
    world = World()
    world.start(lambda client: InstalledWorkspaces(tokens, client, install_url=INSTALL))
    yield world
    world.close()


def clients_of(tokens: dict[Workspace, str]) -> InstalledWorkspaces:
    return InstalledWorkspaces(Tokens(tokens), WebClient(), install_url=INSTALL)


def test_each_workspace_has_its_own_token() -> None:
    """And one installed for its whole organisation answers in all its workspaces."""
    clients = clients_of(
        {
            Workspace("T1"): "xoxb-1",
            Workspace("T2", "E1"): "xoxb-2",
            Workspace("", "E1"): "xoxb-org",
        }
    )
    assert clients.of({"team": "T1"}).token == "xoxb-1"
    assert clients.of({"team": "T2", "enterprise": "E1"}).token == "xoxb-2"
    assert clients.of({"team": "T3", "enterprise": "E1"}).token == "xoxb-org"
    assert not clients.anonymous.token


@pytest.mark.parametrize(
    "address", [{"team": "T9"}, {"enterprise": "E9"}, {}, {"team": "T2"}]
)
def test_workspace_without_the_app_is_told_where_to_get_it(
    address: dict[str, str],
) -> None:
    clients = clients_of({Workspace("T1"): "xoxb-1", Workspace("T2", "E1"): "xoxb-2"})
    with pytest.raises(Refused) as refused:
        clients.of(address)
    assert INSTALL in refused.value.plain
    assert "xoxb" not in str(refused.value)


def test_one_token_is_for_everybody() -> None:
    clients = OneWorkspace(WebClient(token="xoxb-1"))
    assert clients.of({"team": "T1"}).token == "xoxb-1"
    assert list(clients.addresses()) == [{}]


def test_removed_app_still_says_so(installed: World, draft: Draft) -> None:
    """A response_url works without a token, so the person is not left waiting."""
    installed.slack.run_command("ana", "support", "jane@example.com")
    request = installed.last()
    assert request.reply_to.address["team"] == TEAM_ID
    with pytest.raises(Refused) as refused:
        installed.post(request, samples.found(), draft)
    failed = replace(samples.FAILED, plain=refused.value.plain)
    installed.post(request, failed, draft)
    assert INSTALL in str(installed.seen_by("ana").blocks)
    assert installed.calls("chat.postEphemeral") == 0


def test_doctor_asks_in_each_workspace(installed: World, tokens: Tokens) -> None:
    (nobody,) = installed.destination.check()
    assert (nobody.ok, "/slack/install" in nobody.fix) == (False, True)
    installed.slack.bot_scopes = tuple(needed())
    tokens.tokens = {Workspace("T1"): TOKEN, Workspace("T2"): "xoxb-dead"}
    assert [check.ok for check in installed.destination.check()] == [True, True, False]


@pytest.mark.parametrize("name", ["command", "press_private", "shortcut", "mention"])
def test_organisation_is_remembered(name: str) -> None:
    """An app installed for a whole organisation has a token under its id alone."""
    courier = Courier()
    slack = Slack(courier)
    if name == "command":
        slack.command("jane@example.com", enterprise_id="E1")
    elif name == "mention":
        slack.event({**payload(name), "enterprise_id": "E1"})
    else:
        slack.interaction(name, enterprise={"id": "E1", "name": "Acme"})
    assert courier.only.reply_to.address["enterprise"] == "E1"
