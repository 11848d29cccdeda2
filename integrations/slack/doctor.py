"""What `replay-courier doctor` finds out about Slack, workspace by workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.errors import CourierError
from bot.model import Check
from integrations.slack.access import Access
from integrations.slack.clients import INSTALL_PATH, Clients
from integrations.slack.errors import ours
from integrations.slack.scopes import Scope, check_scopes


def checks(
    clients: Clients, scopes: Mapping[str, Scope], access: Access | None
) -> Iterator[Check]:
    """One line for each thing that works or does not; never raises."""
    try:
        addresses = list(clients.addresses())
    except CourierError as error:
        yield Check("Slack workspaces", False, str(error), error.plain)
        return
    if not addresses:
        yield Check(
            "Slack workspaces",
            False,
            "none has installed the app yet",
            f"Open {INSTALL_PATH} under PUBLIC_URL in a browser and install it.",
        )
    for address in addresses:
        yield from _check_workspace(clients, address, scopes)
        if access is not None:
            yield from access.checks(address)


def _check_workspace(
    clients: Clients, address: Mapping[str, str], scopes: Mapping[str, Scope]
) -> Iterator[Check]:
    try:
        client = clients.of(address)
        with ours("auth.test"):
            answer = client.auth_test()
    except CourierError as error:
        yield Check("Slack token", False, str(error), error.plain)
        return
    where = f"{answer.get('team')} as @{answer.get('user')}"
    yield Check("Slack token", True, where)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield from check_scopes(headers.get("x-oauth-scopes", ""), scopes)
