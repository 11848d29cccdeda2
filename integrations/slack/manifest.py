"""The Slack app's manifest and the permissions it asks for, each with its reason.

Schema: docs.slack.dev/reference/app-manifest. ``replay-courier setup slack`` prints it;
``doctor`` compares the permissions with what the installed app was granted.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.errors import SettingsError
from integrations.slack.choices import FIND_SHORTCUT

APP_NAME = "Replay Courier"
BOT_NAME = "courier"
EVENTS_PATH = "/slack/events"

SCOPES = {
    "commands": "the slash command and the message shortcut",
    "chat:write": "posting results, shared replays and private answers",
    "chat:write.public": "sharing in a public channel nobody invited the bot to",
    "app_mentions:read": "being asked in a thread",
    "files:write": "attaching a replay as a file",
    "files:read": "seeing that an attached file landed, so it is never attached twice",
    "channels:history": "looking for its own message in a public channel after a lost"
    " answer, so nothing is posted twice",
    "groups:history": "the same in a private channel it was invited to",
}

_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")


def manifest(public_url: str, command: str = "/replay") -> dict[str, Any]:
    """The manifest for api.slack.com, *Create New App*, *From a manifest*.

    ``public_url`` is where Slack reaches the courier. Raises SettingsError where Slack
    would refuse the address or the command.
    """
    parts = urlsplit(public_url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(
            "set PUBLIC_URL: Slack needs a public https address, and"
            f" {public_url!r} is none"
        )
    if not _COMMAND.fullmatch(command):
        raise SettingsError(f"{command!r} is no name for a slash command")
    events = public_url.rstrip("/") + EVENTS_PATH
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": APP_NAME,
            "description": "A customer's last session replays, in the conversation",
        },
        "features": {
            # Private answers that outlived their command arrive as direct messages.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    "url": events,
                    "description": "Find a customer's session replays",
                    "usage_hint": "email, user id, session id or PostHog URL [last 3d]",
                    "should_escape": False,
                }
            ],
            "shortcuts": [
                {
                    "name": "Find replays",
                    "type": "message",
                    "callback_id": FIND_SHORTCUT,
                    "description": "Find replays of the people in this message",
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                "request_url": events,
                "bot_events": ["app_mention"],
            },
            "interactivity": {"is_enabled": True, "request_url": events},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
