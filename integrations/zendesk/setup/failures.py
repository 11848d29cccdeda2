"""What stops set-up, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import NotFound, Refused
from integrations.zendesk.client import Zendesk
from integrations.zendesk.failures import Forbidden, Unauthorised

NEEDS_ADMIN = (
    "Give the bot's user the administrator role, or one that may manage webhooks,"
    " triggers, ticket fields, forms, macros and views, for as long as set-up takes."
)


@contextmanager
def in_plain_words(zendesk: Zendesk) -> Iterator[None]:
    """Run set-up's calls. Raises Refused with what to do; leaves RetryLater as it is:
    running set-up again then goes on where it stopped."""
    try:
        try:
            zendesk.me()
        except NotFound as error:
            raise Refused(
                f"{zendesk.base_url} is no Zendesk account. Check ZENDESK_SUBDOMAIN."
            ) from error
        yield
    except Unauthorised as error:
        raise Refused(
            f"{error}.\nSet ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET"
            " to those of a confidential OAuth client whose user is active."
        ) from error
    except Forbidden as error:
        raise Refused(f"{error}.\n{NEEDS_ADMIN}") from error
