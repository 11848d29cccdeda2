"""Tokens that expire, renewed before they do; each exactly once.

A refresh token works once, so among all workers only the one that marked the token's
row renews it. The mark is in the database beside the token: Redis may be emptied, and
a lock held over a call to Slack would stop SQLite's one writer. Meanwhile everybody
goes on with the old token, which works for another two hours; no ack waits.
docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection

from slack_sdk import WebClient

from bot.errors import CourierError, RetryLater
from integrations.slack.client import strict
from integrations.slack.clients import Workspace
from integrations.slack.errors import BUSY, ours
from integrations.slack.installations import BotToken, Installations

MARGIN = 2 * 60 * 60
"""Seconds before its end that a token is renewed."""

_LEASE = 60
"""Seconds after which another worker tries; longer than a call can take."""

log = logging.getLogger(__name__)


class InstalledTokens:
    """The bot tokens of the installed workspaces that may use the app.

    ``allowed`` are ids of workspaces and organisations. ``client`` says how Slack is
    reached; ``clock`` gives Unix seconds.
    """

    def __init__(
        self,
        installations: Installations,
        client: WebClient,
        *,
        client_id: str,
        client_secret: str,
        allowed: Collection[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._installations = installations
        self._client = strict(client, token="")
        self._client_id = client_id
        self._client_secret = client_secret
        self._allowed = allowed
        self._clock = clock

    def workspaces(self) -> list[Workspace]:
        """Where the app is installed and may be used."""
        return [
            each for each in self._installations.workspaces() if self._may_use(each)
        ]

    def bot_token(self, workspace: Workspace) -> str | None:
        """A token that works now; see ``clients.Tokens``.

        Raises Refused where Slack will not renew it, which takes a new installation.
        """
        if not self._may_use(workspace):
            return None
        held = self._installations.held(workspace)
        if held is None:
            return None
        if not self._ends_within(held, MARGIN):
            return held.token
        now = self._clock()
        is_ours = self._installations.begin_rotation(held, now=now, until=now + _LEASE)
        if not self._ends_within(held, 0):
            if is_ours:
                # Not a daemon: a process that ends meanwhile would lose what Slack
                # hands out once.
                threading.Thread(target=self._renew_aside, args=(held,)).start()
            return held.token
        if is_ours:
            return self._renewed(held)
        raise RetryLater("a token is being renewed", after=2, plain=BUSY)

    def _may_use(self, workspace: Workspace) -> bool:
        return workspace.team in self._allowed or workspace.enterprise in self._allowed

    def _renewed(self, held: BotToken) -> str:
        doing = f"renewing the token of {held.workspace.team or 'an organisation'}"
        try:
            with ours(doing):
                answer = self._client.oauth_v2_access(
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    grant_type="refresh_token",
                    refresh_token=held.refresh_token,
                )
                token = str(answer["access_token"])
                refresh_token = str(answer["refresh_token"])
                expires_at = int(self._clock()) + int(answer["expires_in"])
        except (KeyError, ValueError):
            raise RetryLater(f"{doing}: an odd answer", plain=BUSY) from None
        self._installations.end_rotation(
            held, token=token, refresh_token=refresh_token, expires_at=expires_at
        )
        return token

    def _renew_aside(self, held: BotToken) -> None:
        try:
            self._renewed(held)
        except CourierError as error:
            log.warning("Slack token not renewed: %s", error)

    def _ends_within(self, held: BotToken, seconds: float) -> bool:
        return (
            held.expires_at is not None and held.expires_at - self._clock() <= seconds
        )
