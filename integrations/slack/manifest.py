"""The Slack app's manifest, filled in for one installation.

Schema: docs.slack.dev/reference/app-manifest. What it asks for and why is ``scopes``;
``replay-courier setup slack`` prints both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.errors import SettingsError
from integrations.slack.choices import FIND_ANYWHERE, FIND_SHORTCUT
from integrations.slack.scopes import Scope, needed

APP_NAME = "Replay Courier"
BOT_NAME = "courier"
EVENTS_PATH = "/slack/events"
REDIRECT_PATH = "/slack/oauth_redirect"

_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def manifest(
    public_url: str,
    command: str = "/replay",
    *,
    socket: bool = False,
    oauth: bool = False,
    rotation: bool = False,
    scopes: Mapping[str, Scope] | None = None,
) -> dict[str, Any]:
    """The manifest for api.slack.com, *Create New App*, *From a manifest*.

    ``public_url`` is where people, and without ``socket`` Slack, reach the courier;
    with ``oauth`` it is installed to many workspaces, by tokens that expire with
    ``rotation``. ``scopes`` are those of ``needed``. Raises SettingsError where Slack
    would refuse the address or the command.
    """
    if (oauth or not socket) and not _is_public(public_url):
        raise SettingsError(
            "set PUBLIC_URL: Slack needs a public https address, and"
            f" {public_url!r} is none"
        )
    if not _COMMAND.fullmatch(command):
        raise SettingsError(f"{command!r} is no name for a slash command")
    if rotation and not oauth:
        raise SettingsError(
            "tokens that expire need OAuth: a token that is set by hand is not renewed"
        )
    base = public_url.rstrip("/")
    domain = unfurl_domain(public_url)
    if scopes is None:
        scopes = needed(unfurls=domain is not None)
    # Over the socket Slack connects to nothing, and refuses addresses beside it.
    where = {} if socket else {"request_url": base + EVENTS_PATH}
    command_url = {} if socket else {"url": base + EVENTS_PATH}
    # What menus offer whose entries we find: docs.slack.dev/reference/app-manifest.
    menus = {} if socket else {"message_menu_options_url": base + EVENTS_PATH}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": APP_NAME,
            "description": "A customer's last session replays, in the conversation",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    **command_url,
                    "description": "Find a customer's session replays",
                    "usage_hint": "email, user id, session id, PostHog URL or @person"
                    " [last 3d] [errors only] [on /page]",
                    # A mentioned person then comes with the id, not as a bare name.
                    "should_escape": True,
                }
            ],
            "shortcuts": [
                {
                    "name": "Find replays",
                    "type": "message",
                    "callback_id": FIND_SHORTCUT,
                    "description": "Find replays of the people in this message",
                },
                {
                    "name": "Find replays",
                    "type": "global",
                    "callback_id": FIND_ANYWHERE,
                    "description": "Find a customer's session replays",
                },
            ],
            **({"unfurl_domains": [domain]} if domain else {}),
        },
        "oauth_config": {
            **({"redirect_urls": [base + REDIRECT_PATH]} if oauth else {}),
            "scopes": _asked_for(scopes),
        },
        "settings": {
            "event_subscriptions": {**where, "bot_events": _events(domain)},
            "interactivity": {"is_enabled": True, **where, **menus},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": rotation,
        },
    }


def unfurl_domain(public_url: str) -> str | None:
    """The domain whose links Slack shows a preview of, None where it would take none.

    It takes no port, no address of numbers, and no name without a top-level domain:
    docs.slack.dev/messaging/unfurling-links-in-messages.
    """
    try:
        host = urlsplit(public_url).hostname or ""
        domain = host.encode("idna").decode().rstrip(".")
    except ValueError:
        return None
    return domain if _DOMAIN.fullmatch(domain) else None


def _is_public(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


def _asked_for(scopes: Mapping[str, Scope]) -> dict[str, list[str]]:
    # An optional scope stands in both lists; the second says that it may be declined.
    optional = [name for name, scope in scopes.items() if scope.optional]
    return {"bot": list(scopes), **({"bot_optional": optional} if optional else {})}


def _events(domain: str | None) -> list[str]:
    shown = ["link_shared"] if domain else []
    lifecycle = ["app_home_opened", "app_uninstalled", "tokens_revoked"]
    return ["app_mention", "message.im", *shown, *lifecycle]
