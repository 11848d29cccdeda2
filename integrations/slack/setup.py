"""What ``replay-courier setup slack`` tells: the manifest, why, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.slack.manifest import manifest, unfurl_domain
from integrations.slack.scopes import Scope


@dataclass(frozen=True, slots=True)
class Setup:
    """``steps`` are lines to follow, in order."""

    manifest: dict[str, Any]
    scopes: Mapping[str, Scope]
    steps: tuple[str, ...]


def set_up(
    public_url: str,
    command: str = "/replay",
    *,
    scopes: Mapping[str, Scope],
    socket: bool = False,
    oauth: bool = False,
    rotation: bool = False,
) -> Setup:
    """For an installation with these settings, see ``manifest``; changes nothing.

    Raises SettingsError where Slack would refuse one.
    """
    made = manifest(
        public_url,
        command,
        socket=socket,
        oauth=oauth,
        rotation=rotation,
        scopes=scopes,
    )
    return Setup(made, scopes, tuple(_steps(public_url, socket, oauth)))


def _steps(public_url: str, socket: bool, oauth: bool) -> list[str]:
    steps = [
        "At api.slack.com/apps: Create New App, From a manifest; paste the above. In an"
        " app that is there already, paste it under App Manifest and reinstall the app."
    ]
    if oauth:
        secret = "" if socket else ", SLACK_SIGNING_SECRET"
        steps += [
            f"From Basic Information set SLACK_CLIENT_ID{secret} and"
            " SLACK_CLIENT_SECRET. Leave SLACK_BOT_TOKEN empty.",
            "Set SLACK_WORKSPACES to the ids of the workspaces that may, T… or E…, and"
            " turn on Manage Distribution.",
        ]
    elif socket:
        steps.append("Install it, then set SLACK_BOT_TOKEN from OAuth & Permissions.")
    else:
        steps.append(
            "Install it, then set SLACK_BOT_TOKEN from OAuth & Permissions and"
            " SLACK_SIGNING_SECRET from Basic Information."
        )
    if socket:
        steps.append(
            "Under Basic Information, App-Level Tokens, make one with connections:write"
            " and set SLACK_APP_TOKEN."
        )
    if oauth:
        steps.append(
            "Start the courier; an administrator of each workspace then opens"
            f" {public_url.rstrip('/')}/slack/install."
        )
    if unfurl_domain(public_url) is None:
        steps.append(
            "Share links will have no preview: Slack shows one only for a PUBLIC_URL"
            " with a domain such as replays.example.com."
        )
    return steps
