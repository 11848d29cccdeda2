"""Which bot token a request is answered with: one for all, or one for each workspace.

A client is asked for again with every request, because a token may have been rotated
or taken back since the last one. How tokens are kept is others' work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from slack_sdk import WebClient

from bot.errors import Refused, SettingsError
from integrations.slack.client import strict

INSTALL_PATH = "/slack/install"


class Clients(Protocol):
    """Where WebClients come from; none of them repeats a call by itself."""

    def of(self, address: Mapping[str, str]) -> WebClient:
        """The client for the workspace of an address: its ``team`` and ``enterprise``.

        Raises Refused where the app is not installed there, and RetryLater where that
        cannot be known now.
        """

    @property
    def anonymous(self) -> WebClient:
        """A client without a token, for response_urls, which need none."""

    def addresses(self) -> Iterable[Mapping[str, str]]:
        """What ``of`` takes, once for each workspace. Raises RetryLater."""


class OneWorkspace:
    """Every request is answered with the bot token of ``client``."""

    def __init__(self, client: WebClient) -> None:
        self._client = strict(client)

    def of(self, address: Mapping[str, str]) -> WebClient:
        return self._client

    @property
    def anonymous(self) -> WebClient:
        return strict(self._client, token="")

    def addresses(self) -> Iterable[Mapping[str, str]]:
        return [{}]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed; ``team`` is empty where that is a whole
    organisation."""

    team: str
    enterprise: str = ""


class Tokens(Protocol):
    """The bot tokens of the workspaces that installed the app."""

    def bot_token(self, workspace: Workspace) -> str | None:
        """A token that works now; None where the app is not installed there.

        Raises Refused where Slack will give none without a new installation,
        SettingsError where it cannot be unsealed, and RetryLater.
        """

    def workspaces(self) -> list[Workspace]:
        """Where the app is installed. Raises RetryLater."""


class InstalledWorkspaces:
    """Each workspace's requests are answered with its own token.

    ``client`` says how Slack is reached; ``install_url`` is where an administrator
    installs the app.
    """

    def __init__(self, tokens: Tokens, client: WebClient, *, install_url: str) -> None:
        self._tokens = tokens
        self._client = strict(client, token="")
        self._install_url = install_url

    def of(self, address: Mapping[str, str]) -> WebClient:
        team, enterprise = address.get("team", ""), address.get("enterprise", "")
        candidates = [Workspace(team, enterprise)] if team else []
        if enterprise:
            # Installed once for the whole organisation, in no workspace of its own.
            candidates.append(Workspace("", enterprise))
        for workspace in candidates:
            token = self._token(workspace)
            if token:
                return strict(self._client, token=token)
        raise Refused(
            f"the Slack app is not installed in workspace {team or enterprise or '?'}",
            plain="I am not installed in this workspace, or was removed from it. Ask an"
            f" admin to open {self._install_url}",
        )

    def _token(self, workspace: Workspace) -> str | None:
        try:
            return self._tokens.bot_token(workspace)
        except (Refused, SettingsError) as error:
            raise Refused(
                str(error),
                plain="My access to this workspace has ended. Ask an admin to open"
                f" {self._install_url}",
            ) from error

    @property
    def anonymous(self) -> WebClient:
        return self._client

    def addresses(self) -> Iterable[Mapping[str, str]]:
        return [
            {"team": each.team, "enterprise": each.enterprise}
            for each in self._tokens.workspaces()
        ]
