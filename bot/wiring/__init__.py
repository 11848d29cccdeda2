"""Introduces the parts to each other; the only package that knows the vendors.

A new vendor is a module here, and a line in ``recordings.sources`` or in
``Services.conversations``.
"""

from bot.wiring.recordings import asset_collectors, existing_store, sources
from bot.wiring.services import Services
from bot.wiring.slack import slack_rules, slack_scopes, slack_setup
from bot.wiring.zendesk import zendesk_setup

__all__ = [
    "Services",
    "asset_collectors",
    "existing_store",
    "slack_rules",
    "slack_scopes",
    "slack_setup",
    "sources",
    "zendesk_setup",
]
