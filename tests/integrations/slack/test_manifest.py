"""The manifest is one Slack takes, and gives a reason for all it asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.config import Settings
from bot.errors import SettingsError
from bot.wiring.slack import slack_scopes, slack_setup
from integrations import slack
from integrations.slack.choices import FIND_ANYWHERE, FIND_SHORTCUT
from integrations.slack.manifest import manifest, unfurl_domain
from integrations.slack.scopes import check_scopes, needed
from integrations.slack.setup import set_up

URL = "https://replays.example.com"
LOCAL = "http://127.0.0.1:8080"

WEBHOOK = {"type": "string", "pattern": "^https://", "maxLength": 3500}
NAMES = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
ON_OFF = {"type": "boolean"}

# What Slack takes of what we use: docs.slack.dev/reference/app-manifest.
LIMITS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["display_information"],
    "properties": {
        "_metadata": {
            "additionalProperties": False,
            "properties": {
                "major_version": {"enum": [1, 2]},
                "minor_version": {"type": "integer"},
            },
        },
        "display_information": {
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 35},
                "description": {"type": "string", "maxLength": 140},
            },
        },
        "features": {
            "additionalProperties": False,
            "properties": {
                "app_home": {
                    "additionalProperties": False,
                    "properties": {
                        "home_tab_enabled": ON_OFF,
                        "messages_tab_enabled": ON_OFF,
                        "messages_tab_read_only_enabled": ON_OFF,
                    },
                },
                "bot_user": {
                    "additionalProperties": False,
                    "required": ["display_name"],
                    "properties": {
                        "display_name": {
                            "type": "string",
                            "pattern": "^[a-z0-9._-]{1,80}$",
                        },
                        "always_online": ON_OFF,
                    },
                },
                "slash_commands": {
                    "type": "array",
                    "maxItems": 50,
                    "items": {
                        "additionalProperties": False,
                        "required": ["command", "description"],
                        "properties": {
                            "command": {
                                "type": "string",
                                "pattern": "^/",
                                "minLength": 2,
                                "maxLength": 32,
                            },
                            "url": WEBHOOK,
                            "description": {"type": "string", "maxLength": 2000},
                            "usage_hint": {"type": "string", "maxLength": 1000},
                            "should_escape": ON_OFF,
                        },
                    },
                },
                "shortcuts": {
                    "type": "array",
                    "maxItems": 10,
                    "items": {
                        "additionalProperties": False,
                        "required": ["name", "type", "callback_id", "description"],
                        "properties": {
                            "name": {"type": "string", "maxLength": 24},
                            "type": {"enum": ["message", "global"]},
                            "callback_id": {"type": "string", "maxLength": 255},
                            "description": {"type": "string", "maxLength": 150},
                        },
                    },
                },
                "unfurl_domains": {
                    **NAMES,
                    "minItems": 1,
                    "maxItems": 5,
                    "items": {"pattern": r"^(?!.*[/:A-Z])[^.].*\.[a-z]"},
                },
            },
        },
        "oauth_config": {
            "additionalProperties": False,
            "properties": {
                "redirect_urls": {"type": "array", "items": WEBHOOK, "maxItems": 1000},
                "scopes": {
                    "additionalProperties": False,
                    "properties": {
                        "bot": {**NAMES, "maxItems": 255},
                        "bot_optional": {**NAMES, "maxItems": 255},
                    },
                },
            },
        },
        "settings": {
            "additionalProperties": False,
            "properties": {
                "event_subscriptions": {
                    "additionalProperties": False,
                    "properties": {
                        "request_url": WEBHOOK,
                        "bot_events": {**NAMES, "maxItems": 100},
                    },
                },
                "interactivity": {
                    "additionalProperties": False,
                    "required": ["is_enabled"],
                    "properties": {
                        "is_enabled": ON_OFF,
                        "request_url": WEBHOOK,
                        "message_menu_options_url": WEBHOOK,
                    },
                },
                "org_deploy_enabled": ON_OFF,
                "socket_mode_enabled": ON_OFF,
                "token_rotation_enabled": ON_OFF,
            },
        },
    },
}

# An event comes only to an app with its scope: docs.slack.dev/reference/events.
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
    "message.im": "im:history",
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
}

VARIANTS: dict[str, dict[str, Any]] = {
    "request URL": {"public_url": URL},
    "many workspaces": {"public_url": URL, "oauth": True, "rotation": True},
    "socket": {"public_url": LOCAL, "socket": True},
    "socket, many": {"public_url": URL, "socket": True, "oauth": True},
    "no domain": {"public_url": "https://192.0.2.7:8443"},
    "everything": {"public_url": URL, "scopes": needed(groups=True, channels=True)},
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    return manifest(**request.param)


def addresses(made: dict[str, Any]) -> list[str]:
    """Every address in the manifest."""
    found = json.dumps(made).split('"')
    return [word for word in found if word.startswith(("http:", "https:"))]


def test_slack_takes_it(made: dict[str, Any]) -> None:
    """Every variant is within the manifest's limits."""
    Draft202012Validator.check_schema(LIMITS)
    assert list(Draft202012Validator(LIMITS).iter_errors(made)) == []


def test_every_event_has_its_scope(made: dict[str, Any]) -> None:
    """Slack refuses an event whose scope the app does not ask for."""
    events = made["settings"]["event_subscriptions"]["bot_events"]
    asked = made["oauth_config"]["scopes"]["bot"]
    wanted = {SCOPE_OF_EVENT[event] for event in events} - {None}
    assert wanted <= set(asked)


def test_optional_scopes_are_asked_for_too(made: dict[str, Any]) -> None:
    """What may be declined stands among the scopes, and in a list of its own."""
    scopes = made["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert "chat:write" not in scopes["bot_optional"]


def test_every_address_is_the_one_we_serve() -> None:
    """Commands, presses and events all arrive at one path."""
    made = manifest(f"{URL}/", "/sessions")
    (command,) = made["features"]["slash_commands"]
    assert command["command"] == "/sessions"
    assert addresses(made) == [f"{URL}/slack/events"] * 4


def test_many_workspaces_come_back_to_us() -> None:
    """OAuth leads back to the installation, and nowhere without it."""
    made = manifest(URL, oauth=True)
    assert made["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert "redirect_urls" not in manifest(URL)["oauth_config"]


def test_over_a_socket_slack_needs_no_address() -> None:
    """Nothing has to be reachable, so an address that is not public will do."""
    made = manifest(LOCAL, socket=True)
    assert made["settings"]["socket_mode_enabled"]
    assert addresses(made) == []
    assert not manifest(URL)["settings"]["socket_mode_enabled"]


def test_what_people_can_do() -> None:
    """Both shortcuts, the Home tab, and messages that can be written to the app; a
    mentioned person arrives with the id."""
    features = manifest(URL)["features"]
    assert {one["callback_id"]: one["type"] for one in features["shortcuts"]} == {
        FIND_SHORTCUT: "message",
        FIND_ANYWHERE: "global",
    }
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    (command,) = features["slash_commands"]
    assert command["should_escape"]
    assert all(each in command["usage_hint"] for each in ("last 3d", "errors only"))


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://replays.example.com", "replays.example.com"),
        ("https://Replays.Example.COM:8443/courier", "replays.example.com"),
        ("https://replays.bücher.example", "replays.xn--bcher-kva.example"),
        ("https://localhost", None),
        ("https://courier", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]", None),
        ("https://[broken", None),
        ("https://a..example.com", None),
    ],
)
def test_domains_with_previews(url: str, domain: str | None) -> None:
    """Slack shows previews for a domain in lower case that has a top level."""
    assert unfurl_domain(url) == domain


def test_without_a_domain_no_link_is_read() -> None:
    """What can have no preview is not asked for."""
    made = manifest("https://192.0.2.7")
    assert "unfurl_domains" not in made["features"]
    events = made["settings"]["event_subscriptions"]["bot_events"]
    assert "link_shared" not in events
    asked = made["oauth_config"]["scopes"]["bot"]
    assert not any(scope.startswith("links:") for scope in asked)


def test_scopes_have_reasons() -> None:
    """Of every permission it is said what it is for, and what is amiss without."""
    scopes = needed(groups=True, channels=True)
    assert all(one.reason and one.without for one in scopes.values())


def test_groups_and_channels_cost_a_scope() -> None:
    """User groups are read only where who may use the courier depends on them; where
    channels do, the app's own direct messages must be known."""
    plain = {"PUBLIC_URL": URL}
    assert "usergroups:read" not in slack_scopes(Settings.from_env(plain))
    grouped = Settings.from_env({**plain, "SLACK_ALLOW_GROUPS": "@support"})
    assert not slack_scopes(grouped)["usergroups:read"].optional
    assert slack_scopes(grouped)["im:write"].optional
    channelled = Settings.from_env({**plain, "SLACK_ALLOW_CHANNELS": "#support"})
    assert not slack_scopes(channelled)["im:write"].optional


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("http://replays.example.com", "/replay"),
        ("replays.example.com", "/replay"),
        ("https://", "/replay"),
        ("https://[broken", "/replay"),
        ("https://replays.example.com", "replay"),
        ("https://replays.example.com", "/Re play"),
    ],
)
def test_what_slack_would_refuse(url: str, command: str) -> None:
    """An address or command Slack would refuse is refused here, in words."""
    with pytest.raises(SettingsError):
        manifest(url, command)


def test_what_oauth_needs() -> None:
    """The way back must be public even over a socket; a token that is set by hand
    cannot be renewed."""
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        manifest(LOCAL, socket=True, oauth=True)
    with pytest.raises(SettingsError, match="OAuth"):
        manifest(URL, rotation=True)


def test_setup_names_what_each_way_needs() -> None:
    """The settings to fill in follow from how Slack is reached and who installs."""

    def steps(url: str = URL, **options: bool) -> str:
        return " ".join(set_up(url, scopes=needed(), **options).steps)

    assert "SLACK_APP_TOKEN" not in steps()
    assert "SLACK_APP_TOKEN" in steps(LOCAL, socket=True)
    assert "SLACK_SIGNING_SECRET" not in steps(LOCAL, socket=True)
    assert "no preview" in steps(LOCAL, socket=True)
    assert f"{URL}/slack/install" in steps(oauth=True)
    assert "SLACK_WORKSPACES" in steps(oauth=True)
    assert "SLACK_SIGNING_SECRET" in steps(oauth=True)
    assert "SLACK_SIGNING_SECRET" not in steps(oauth=True, socket=True)


def test_the_page_explains_every_scope() -> None:
    """The table of permissions has all that the app may ask for, and no others."""
    page = Path(slack.__file__).with_name("README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z:._` ,]+)(?:\(optional\) )?\| ", page, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z:._]+)`", row)}
    assert named == set(needed(groups=True, channels=True))


def test_setup_says_what_comes_next() -> None:
    """Each variant names the settings that it needs, and no others."""
    made = slack_setup(Settings.from_env({"PUBLIC_URL": URL}))
    steps = " ".join(made.steps)
    assert "SLACK_BOT_TOKEN" in steps
    assert "SLACK_SIGNING_SECRET" in steps
    assert "preview" not in steps
    assert list(made.scopes) == made.manifest["oauth_config"]["scopes"]["bot"]


GRANTED = tuple(needed())


def test_doctor_is_content_with_what_was_asked_for() -> None:
    (fine,) = check_scopes(",".join(GRANTED), needed())
    assert fine.ok
    assert str(len(GRANTED)) in fine.detail


@pytest.mark.parametrize("scope", GRANTED)
def test_doctor_names_a_missing_scope(scope: str) -> None:
    """With what it is for, what does not work without, and where to add it; one that
    may be declined is no failure."""
    granted = ",".join(one for one in GRANTED if one != scope)
    missing = next(iter(check_scopes(granted, needed())))
    assert missing.name == f"Slack permission {scope}"
    assert missing.ok == needed()[scope].optional
    assert needed()[scope].without in missing.detail
    for place in ("api.slack.com/apps", "OAuth & Permissions", "Bot Token Scopes"):
        assert place in missing.fix
    assert "reinstall" in missing.fix


def test_doctor_names_every_missing_scope() -> None:
    found = list(check_scopes("", needed()))
    assert [one.name for one in found] == [f"Slack permission {one}" for one in GRANTED]


def test_doctor_names_what_is_not_needed() -> None:
    """A scope beyond the manifest's is told, and is no failure."""
    *_, idle = check_scopes(",".join((*GRANTED, "im:read", "channels:join")), needed())
    assert idle.ok
    assert idle.detail.startswith("im:read, channels:join:")
    assert "chat:write" not in idle.detail


def test_setup_is_for_the_transport_that_is_set_or_asked_for() -> None:
    """Settings name what was made already; flags what is to be made."""
    installed = {
        "PUBLIC_URL": URL,
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "s",
        "SLACK_WORKSPACES": "T07ACME",
        "SLACK_APP_TOKEN": "xapp-1",
    }
    by_settings = slack_setup(Settings.from_env(installed)).manifest
    bare = Settings.from_env({"PUBLIC_URL": URL})
    assert slack_setup(bare, socket=True, many=True).manifest == by_settings
    assert by_settings["settings"]["socket_mode_enabled"]
    assert by_settings["oauth_config"]["redirect_urls"]
    assert not slack_setup(bare).manifest["settings"]["socket_mode_enabled"]
