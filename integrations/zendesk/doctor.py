"""What ``doctor`` says about Zendesk: who we are, what we may, whether it calls us."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import CourierError, Refused
from bot.model import Check
from integrations.zendesk.client import Zendesk
from integrations.zendesk.setup import WEBHOOK_NAME


def checks(zendesk: Zendesk) -> Iterator[Check]:
    """One line each; never raises."""
    try:
        me = zendesk.me()
    except CourierError as error:
        yield Check(
            "zendesk: credentials",
            False,
            str(error),
            "Make a confidential OAuth client in Admin Center while signed in as the"
            " bot's agent, and set ZENDESK_OAUTH_CLIENT_ID and"
            " ZENDESK_OAUTH_CLIENT_SECRET.",
        )
        return
    yield Check(
        "zendesk: credentials",
        me.is_staff,
        f"{zendesk.base_url} as {me.name} <{me.email}>, {me.role}",
        "" if me.is_staff else "The bot's user has to be an agent, to write notes.",
    )
    try:
        ours = [each for each in zendesk.webhooks() if each.name == WEBHOOK_NAME]
    except Refused:
        yield Check(
            "zendesk: webhook",
            True,
            "cannot be seen by this agent; an administrator can, in Admin Center",
        )
        return
    except CourierError as error:
        yield Check("zendesk: webhook", False, str(error), "Try again later.")
        return
    active = [each for each in ours if each.is_active]
    yield Check(
        "zendesk: webhook",
        bool(active),
        f"delivers to {active[0].endpoint}"
        if active
        else "there is none, or it is off",
        "" if active else "Run `replay-courier setup zendesk`.",
    )
