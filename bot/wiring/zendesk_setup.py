"""Zendesk's set-up, by the settings: planned, done, taken away."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Settings
from bot.wiring.zendesk import set_up_options, zendesk_account
from integrations.zendesk.admin import Administration
from integrations.zendesk.setup import (
    Action,
    SetUp,
    Step,
    in_plain_words,
    removal,
)

__all__ = ["Action", "Step", "ZendeskSetUp"]

API_TOKENS_END = (
    "Zendesk ends API tokens on 30 April 2027. Make an OAuth client before, and set"
    " ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET."
)


class ZendeskSetUp:
    """One account's set-up. Raises SettingsError where the settings name none."""

    def __init__(self, settings: Settings, *, fields: bool, remove: bool) -> None:
        self._zendesk = zendesk_account(settings)
        self._admin = Administration(self._zendesk)
        self._options = set_up_options(settings, fields=fields)
        self._remove = remove
        self._secret: str | None = None
        uses_token = settings.zendesk_oauth_client_id is None
        self.warning = API_TOKENS_END if uses_token else ""

    @property
    def account(self) -> str:
        return self._zendesk.base_url

    def steps(self, *, acts: bool) -> Iterator[Step]:
        """What would be done; or, where it ``acts``, what was done, as it is.

        Raises Refused with what to do about it, or RetryLater.
        """
        with in_plain_words(self._zendesk):
            if self._remove:
                fields = self._options.fields
                yield from removal(self._admin, fields=fields, acts=acts)
                return
            walk = SetUp(self._admin, self._options, acts=acts)
            yield from walk.steps()
            self._secret = walk.secret()

    @property
    def secret(self) -> str | None:
        """What deliveries are signed with, once the steps were gone through; None
        while there is no webhook. Show it to the administrator; never log it."""
        return self._secret

    def close(self) -> None:
        self._zendesk.close()
