"""The manifest is one Slack takes, and gives a reason for all it asks for."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError
from integrations.slack.choices import FIND_SHORTCUT
from integrations.slack.manifest import SCOPES, manifest


def test_every_address_is_the_one_we_serve() -> None:
    """Commands, presses and events all arrive at one path."""
    made = manifest("https://replays.example.com/", "/sessions")
    expected = "https://replays.example.com/slack/events"
    (command,) = made["features"]["slash_commands"]
    settings = made["settings"]
    assert command["command"] == "/sessions"
    assert {
        command["url"],
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    } == {expected}
    (shortcut,) = made["features"]["shortcuts"]
    assert shortcut["callback_id"] == FIND_SHORTCUT


def test_scopes_have_reasons() -> None:
    """No permission is asked for without saying what it is for."""
    asked = manifest("https://replays.example.com")["oauth_config"]["scopes"]["bot"]
    assert asked == list(SCOPES)
    assert all(SCOPES.values())


def test_lengths() -> None:
    """Names stay inside the manifest's limits."""
    made = manifest("https://replays.example.com")
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert all(len(each["name"]) <= 24 for each in made["features"]["shortcuts"])
    assert all(
        len(each["description"]) <= 150 for each in made["features"]["shortcuts"]
    )


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("http://replays.example.com", "/replay"),
        ("replays.example.com", "/replay"),
        ("https://", "/replay"),
        ("https://replays.example.com", "replay"),
        ("https://replays.example.com", "/Re play"),
    ],
)
def test_what_slack_would_refuse(url: str, command: str) -> None:
    """An address or command Slack would refuse is refused here, in words."""
    with pytest.raises(SettingsError):
        manifest(url, command)
