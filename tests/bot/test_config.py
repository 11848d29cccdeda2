"""Settings are typed, and whatever is missing or wrong is named at once."""

import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.config import Settings, SettingsForSetup, span
from bot.errors import SettingsError

ZENDESK = {
    "ZENDESK_SUBDOMAIN": "acme",
    "ZENDESK_OAUTH_CLIENT_ID": "courier",
    "ZENDESK_OAUTH_CLIENT_SECRET": "s",
}

INSTALLED = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_WORKSPACES": "T07ACME E07ORG",
    "SLACK_SIGNING_SECRET": "s",
}


def test_defaults_need_nothing_and_switch_no_vendor_on():
    settings = Settings.from_env({})
    assert not settings.has_slack
    assert not settings.has_zendesk
    assert settings.sql_url.endswith("/data/courier.db")
    assert settings.object_url.endswith("/data/objects")


def test_every_wrong_and_missing_setting_is_named_at_once():
    with pytest.raises(SettingsError) as error:
        Settings.from_env(
            {
                "PORT": "99999",
                "LINK_EXPIRY": "soon",
                "PUBLIC_URL": "replays.example.com",
                "SLACK_BOT_TOKEN": "xoxb-secret",
                "POSTHOG_API_KEY": "phx_secret",
                "ZENDESK_SUBDOMAIN": "acme",
            }
        )
    text = str(error.value)
    for name in (
        "PORT",
        "LINK_EXPIRY",
        "PUBLIC_URL",
        "SLACK_SIGNING_SECRET",
        "POSTHOG_PROJECT_ID",
        "ZENDESK_WEBHOOK_SECRETS",
        "ZENDESK_OAUTH_CLIENT_ID",
    ):
        assert name in text
    assert "secret" not in text.replace("_SECRET", "").replace("setup zendesk", "")


def test_secrets_do_not_show_when_settings_are_printed():
    settings = Settings.from_env(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "hush"}
    )
    assert "xoxb-1" not in repr(settings)
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_SIGNING_SECRET": "s"}, ["SLACK_BOT_TOKEN is missing"]),
        ({"SLACK_APP_TOKEN": "xapp-1"}, ["SLACK_BOT_TOKEN is missing"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_SIGNING_SECRET is missing"]),
        (
            {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-2"},
            ["SLACK_APP_TOKEN: expected an app-level token"],
        ),
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s"},
            ["SLACK_WORKSPACES is missing", "SLACK_SIGNING_SECRET is missing"],
        ),
        (
            {**INSTALLED, "SLACK_BOT_TOKEN": "xoxb-1"},
            ["SLACK_BOT_TOKEN and SLACK_CLIENT_ID exclude each other"],
        ),
        (
            {**INSTALLED, "SLACK_WORKSPACES": "T07ACME acme.slack.com"},
            ["SLACK_WORKSPACES: expected ids"],
        ),
    ],
)
def test_slack_names_what_its_two_ways_need(given, named):
    with pytest.raises(SettingsError) as error:
        Settings.from_env(given)
    for words in named:
        assert words in str(error.value)
    assert "xoxb-" not in str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"},
        {**INSTALLED, "SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"},
        INSTALLED,
    ],
)
def test_slack_by_either_transport_for_one_workspace_or_many(given):
    assert Settings.from_env(given).has_slack


def test_two_webhook_secrets_are_good_during_a_rotation():
    settings = Settings.from_env({**ZENDESK, "ZENDESK_WEBHOOK_SECRETS": "new, old"})
    secrets = [one.get_secret_value() for one in settings.zendesk_webhook_secrets]
    assert secrets == ["new", "old"]


def test_setup_needs_no_webhook_secret_yet():
    assert SettingsForSetup.from_env(ZENDESK).has_zendesk


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7d", timedelta(days=7)),
        ("12H", timedelta(hours=12)),
        (" 30m ", timedelta(minutes=30)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_times_are_written_with_their_unit(text, meant):
    assert span(text) == meant


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "0d", "1y", "9999999d"])
def test_other_times_are_refused(text):
    with pytest.raises(ValueError, match="7d, 12h or 30m"):
        span(text)


def test_a_clouds_credentials_in_the_env_file_reach_its_library(tmp_path, monkeypatch):
    """obstore reads AWS_ names from the environment alone, which wins over the file."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT", "")
    monkeypatch.delenv("AWS_ENDPOINT")
    file = tmp_path / ".env"
    file.write_text("AWS_ENDPOINT=http://s3.test\nAWS_REGION=other\nLOOK_BACK=3d\n")
    settings = Settings.from_env(env_file=file)
    assert settings.look_back == timedelta(days=3)
    assert os.environ["AWS_ENDPOINT"] == "http://s3.test"
    assert os.environ["AWS_REGION"] == "eu-central-1"


def test_assets_are_fetched_from_named_hosts_only():
    settings = Settings.from_env(
        {
            "ASSET_HOSTS": "cdn.acme.com, *.acme.com:8443",
            "ASSET_PRIVATE_NETWORKS": "10.1.0.0/16 fd12::/16",
            "EXPORT_ASSETS": "true",
        }
    )
    assert [one.host for one in settings.asset_hosts] == ["cdn.acme.com", "*.acme.com"]
    assert len(settings.asset_private_networks) == 2
    with pytest.raises(SettingsError, match="EXPORT_ASSETS: ASSET_HOSTS is missing"):
        Settings.from_env({"EXPORT_ASSETS": "true"})


def test_hosts_and_networks_that_are_none_are_named():
    wrong = {
        "ASSET_HOSTS": "*",
        "ASSET_PRIVATE_NETWORKS": "10.1.0.1/16",
        "EXPORT_ASSETS": "1",
    }
    with pytest.raises(SettingsError) as error:
        Settings.from_env(wrong)
    lines = str(error.value).splitlines()
    assert [line.strip().partition(":")[0] for line in lines[1:]] == [
        "ASSET_HOSTS",
        "ASSET_PRIVATE_NETWORKS",
    ]


def test_which_tickets_are_worked_on():
    settings = Settings.from_env({"ZENDESK_ONLY": "brand:12, group:7 brand:13"})
    assert settings.zendesk_only == (("brand", 12), ("group", 7), ("brand", 13))


@pytest.mark.parametrize("wrong", ["brand", "brand:", "brand:0", "team:3", "form:x"])
def test_tickets_are_named_by_kind_and_id(wrong):
    with pytest.raises(SettingsError, match="ZENDESK_EXCEPT: expected brand:ID"):
        Settings.from_env({"ZENDESK_EXCEPT": f"brand:1,{wrong}"})


def test_who_a_ticket_is_about():
    settings = Settings.from_env(
        {
            "ZENDESK_FIELD_ID": "360001, 360002",
            "ZENDESK_SHARED_MAILBOXES": "Desk@a.example @b.example",
        }
    )
    assert settings.zendesk_field_id == (360001, 360002)
    assert settings.zendesk_shared_mailboxes == ("desk@a.example", "@b.example")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ZENDESK_FIELD_ID", "App user id"),
        ("ZENDESK_SHARED_MAILBOXES", "info"),
        ("ZENDESK_SHARED_MAILBOXES", "a@b"),
    ],
)
def test_what_a_ticket_is_known_by_is_checked(name, wrong):
    with pytest.raises(SettingsError, match=f"{name}: expected"):
        Settings.from_env({name: wrong})


PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
APP = {
    **ZENDESK,
    "ZENDESK_WEBHOOK_SECRETS": "s",
    "ZENDESK_APP_PUBLIC_KEY": PEM,
    "ZENDESK_APP_AUDIENCE": "4711",
}


def test_the_sidebar_apps_key_is_given_or_in_a_file(tmp_path):
    file = tmp_path / "app.pem"
    file.write_text(PEM)
    for given in (PEM, PEM.replace("\n", "\\n"), str(file)):
        settings = Settings.from_env({**APP, "ZENDESK_APP_PUBLIC_KEY": given})
        assert settings.zendesk_app_public_key == PEM
        assert settings.has_zendesk_app


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZENDESK_APP_PUBLIC_KEY", ""),
        ("ZENDESK_APP_PUBLIC_KEY", "/no/such/file.pem"),
        ("ZENDESK_APP_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END"),
        ("ZENDESK_APP_AUDIENCE", ""),
        ("ZENDESK_APP_AUDIENCE", "0"),
        ("ZENDESK_APP_AUDIENCE", "https://evil.example/4711.json"),
    ],
)
def test_half_a_sidebar_app_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({**APP, name: value})


def test_no_sidebar_app_without_zendesk():
    app = {name: value for name, value in APP.items() if "APP_" in name}
    with pytest.raises(SettingsError, match="ZENDESK_SUBDOMAIN is missing"):
        Settings.from_env(app)


def test_a_weak_key_is_refused():
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    pem = weak.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(SettingsError, match="2,048"):
        Settings.from_env({**APP, "ZENDESK_APP_PUBLIC_KEY": pem})


CAPTURE = {"CAPTURE_MODE": "keep", "CAPTURE_PROJECTS": "phc_shop"}


def test_capture_projects_say_how_long_and_how_much_is_kept() -> None:
    settings = Settings.from_env(
        CAPTURE
        | {"CAPTURE_PROJECTS": "phc_shop retention=90d quota=50GB, phc_app"}
        | {"CAPTURE_FORWARD_TO": "eu"}
    )
    shop, app = settings.capture_projects
    assert (shop.token, shop.retention, shop.quota_bytes) == (
        "phc_shop",
        timedelta(days=90),
        50 * 10**9,
    )
    assert (app.token, app.retention, app.quota_bytes) == ("phc_app", None, None)
    assert settings.capture_forward_to is not None
    assert settings.capture_forward_to.origin == "https://eu.i.posthog.com"
    assert settings.capture_forward_to.assets == "https://eu-assets.i.posthog.com"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"CAPTURE_PROJECTS": ""}, "CAPTURE_PROJECTS"),
        ({"CAPTURE_PROJECTS": "phc_a phc_b"}, "CAPTURE_PROJECTS"),
        ({"CAPTURE_PROJECTS": "phc_a, phc_a"}, "CAPTURE_PROJECTS"),
        ({"CAPTURE_PROJECTS": "phc_a retention=long"}, "CAPTURE_PROJECTS"),
        ({"CAPTURE_PROJECTS": "phc_a quota=0GB"}, "CAPTURE_PROJECTS"),
        ({"CAPTURE_PREFIX": "ingest"}, "CAPTURE_PREFIX"),
        ({"CAPTURE_PREFIX": "/.."}, "CAPTURE_PREFIX"),
        ({"CAPTURE_MODE": "tee"}, "CAPTURE_FORWARD_TO"),
        ({"CAPTURE_MODE": "forward"}, "CAPTURE_FORWARD_TO"),
        ({"CAPTURE_FORWARD_TO": "https://u:p@posthog.test"}, "CAPTURE_FORWARD_TO"),
        ({"CAPTURE_FORWARD_TO": "posthog"}, "CAPTURE_FORWARD_TO"),
    ],
)
def test_wrong_capture_settings_are_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_env(CAPTURE | wrong)
