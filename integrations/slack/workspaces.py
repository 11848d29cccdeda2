"""Puts together what serves the one workspace of a token, or the many that install."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint
from slack_sdk import WebClient

from integrations.slack.clients import (
    INSTALL_PATH,
    Clients,
    InstalledWorkspaces,
    OneWorkspace,
)
from integrations.slack.installations import Installations, Sealer, Transaction
from integrations.slack.oauth import Installing, Page, States, blueprint
from integrations.slack.removal import Removal
from integrations.slack.rotation import InstalledTokens


@dataclass(frozen=True, slots=True)
class Workspaces:
    """``removal`` and ``pages`` are there where workspaces install the app."""

    clients: Clients
    removal: Removal | None = None
    pages: Blueprint | None = None


def one_workspace(client: WebClient) -> Workspaces:
    """The workspace of the client's token."""
    return Workspaces(OneWorkspace(client))


def many_workspaces(
    client: WebClient,
    *,
    client_id: str,
    client_secret: str,
    public_url: str,
    allowed: Collection[str],
    scopes: Collection[str],
    transaction: Transaction,
    sealer: Sealer,
    page: Page,
) -> Workspaces:
    """Every workspace and organisation of ``allowed`` that installs the app.

    ``client`` says how Slack is reached, ``page`` makes the pages people see.
    """
    installations = Installations(client_id, transaction, sealer)
    tokens = InstalledTokens(
        installations,
        client,
        client_id=client_id,
        client_secret=client_secret,
        allowed=allowed,
    )
    flow = Installing(
        client=client,
        client_id=client_id,
        client_secret=client_secret,
        public_url=public_url,
        allowed=allowed,
        scopes=scopes,
        installations=installations,
        states=States(transaction),
        page=page,
    )
    install_url = public_url + INSTALL_PATH
    return Workspaces(
        InstalledWorkspaces(tokens, client, install_url=install_url),
        Removal(installations),
        blueprint(flow),
    )
