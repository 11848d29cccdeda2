"""Triggers: the short-lived right to open a modal after somebody acted.

Imitates docs.slack.dev/interactivity/handling-user-interaction.
"""

from __future__ import annotations

from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Trigger
from bot.demo.slack.workspace import Workspace

LIFETIME_SECONDS = 3.0


def new_trigger(workspace: Workspace, user: str, channel: str = "") -> str:
    """A fresh trigger_id for something the user just did, in ``channel`` if any."""
    trigger_id = workspace.new_id("7000.7001.")
    workspace.triggers[trigger_id] = Trigger(user, workspace.clock(), channel)
    return trigger_id


def use_trigger(workspace: Workspace, trigger_id: str) -> Trigger:
    """Spend the trigger, and return it.

    Raises SlackError where it is unknown, was used before or is too old.
    """
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if workspace.clock() - trigger.made_at > LIFETIME_SECONDS:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger
