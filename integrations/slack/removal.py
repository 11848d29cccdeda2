"""Slack's word that the app was removed, or its token taken back, somewhere.

What was kept of that workspace is deleted; its requests are then answered with where
to install the app. docs.slack.dev/reference/events/app_uninstalled, .../tokens_revoked
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.errors import BadInput
from integrations.slack.clients import Workspace
from integrations.slack.payloads import Body

log = logging.getLogger(__name__)


class Forgetful(Protocol):
    """Whoever keeps installations."""

    def forget(
        self, workspace: Workspace, *, before: float, users: list[str] | None = None
    ) -> None:
        """Delete what was installed there before that time. Raises RetryLater."""


class Removal:
    """Listeners; each acknowledges once the tokens are gone."""

    def __init__(self, installations: Forgetful) -> None:
        self._installations = installations

    def register(self, app: App) -> None:
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)

    def uninstalled(self, ack: Ack, body: Body) -> None:
        workspace = _workspace(body)
        self._installations.forget(workspace, before=_time(body))
        log.info("removed from %s", workspace.team or workspace.enterprise)
        ack()

    def revoked(self, ack: Ack, body: Body) -> None:
        workspace, tokens = (
            _workspace(body),
            _mapping(_mapping(body, "event"), "tokens"),
        )
        if tokens.get("bot"):
            self._installations.forget(workspace, before=_time(body))
            log.info("token revoked in %s", workspace.team or workspace.enterprise)
        users = tokens.get("oauth")
        if isinstance(users, list) and users:
            self._installations.forget(
                workspace, before=_time(body), users=list(map(str, users))
            )
        ack()


def _workspace(body: Body) -> Workspace:
    team = str(body.get("team_id") or "")
    enterprise = str(body.get("enterprise_id") or "")
    authorizations = body.get("authorizations")
    first = (
        authorizations[0] if isinstance(authorizations, list) and authorizations else {}
    )
    if isinstance(first, dict) and first.get("is_enterprise_install"):
        team = ""
    if not (team or enterprise):
        raise BadInput("Slack's event names no workspace")
    return Workspace(team, enterprise)


def _time(body: Body) -> float:
    at = body.get("event_time")
    if not isinstance(at, int | float):
        raise BadInput("Slack's event has no time")
    # It names whole seconds: what was installed within that second is older.
    return float(at) + 1


def _mapping(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}
