"""The command line against live services: the stand-ins, over real sockets."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.run import Surroundings, surroundings
from tests import commands
from tests.keys import KEY

KEYS = {"SECRET_KEYS": KEY}
CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"
EMAIL = "jane.doe@example.com"
URL = "https://replays.example.com"


class Installation:
    """An installation's settings and data folder, and its command line."""

    def __init__(self, around: Surroundings, folder: Path) -> None:
        self.around = around
        self.folder = folder
        self.settings = around.environment(URL, DATA_DIR=str(folder / "data"))

    def run(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        place = {"PATH": os.environ["PATH"]}
        return commands.run(
            *words, environment=place | self.settings | more, folder=self.folder
        )


@pytest.fixture(scope="module")
def around() -> Iterator[Surroundings]:
    with surroundings(URL) as started:
        yield started


@pytest.fixture
def courier(around: Surroundings, tmp_path: Path) -> Installation:
    return Installation(around, tmp_path)


def test_find_lists_a_persons_recordings(courier: Installation) -> None:
    done = courier.run("find", EMAIL, "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["recordings"]
    assert one["id"] == CHECKOUT
    assert one["console_errors"] == 12
    assert one["browser"] == "Chrome"
    assert CHECKOUT in courier.run("find", "user-4821").stdout


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nobody@example.com", "Nobody is known by that."),
        ("nora@example.com", "no recording of them is kept"),
        ("rita@example.com", "past its retention"),
    ],
)
def test_find_says_why_there_is_nothing(
    courier: Installation, who: str, words: str
) -> None:
    done = courier.run("find", who)
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.parametrize(
    "what", [CHECKOUT, f"https://us.posthog.com/project/1/replay/{CHECKOUT}?t=20"]
)
def test_export_by_id_and_by_url_writes_the_portable_file(
    courier: Installation, what: str
) -> None:
    done = courier.run("export", what, "-o", courier.folder)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert path.name == f"{CHECKOUT}.replay.html"
    manifest = json.loads(courier.run("inspect", path, "--json").stdout)
    assert manifest["recording_id"] == CHECKOUT
    assert manifest["person"] == "j***@example.com"
    assert manifest["counts"]["events"] == 332
    assert manifest["browser"] == "Chrome"


def test_a_deleted_recording_is_said_to_be_deleted(courier: Installation) -> None:
    done = courier.run("export", "01a20346-2c00-7000-8000-00000000dead")
    assert done.returncode == 1
    assert "deleted" in done.stderr


def test_share_links_and_revoke(courier: Installation) -> None:
    """The link is printed once, listed without its token, and revoked by its URL."""
    done = courier.run("share", CHECKOUT, "--expires", "2d")
    assert done.returncode == 0, done.stderr
    link = done.stdout.strip()
    assert link.startswith(f"{URL}/r/")
    assert "#t=" in link
    (entry,) = json.loads(courier.run("links", "--json").stdout)
    assert (entry["state"], entry["recording_id"]) == ("open", CHECKOUT)
    assert link.split("/r/")[1].split("#")[0] not in courier.run("links").stdout
    assert courier.run("revoke", link).returncode == 0
    (entry,) = json.loads(courier.run("links", "--json").stdout)
    assert entry["state"] == "revoked"
    assert "no such share link" in courier.run("revoke", "nothing").stderr
    events = json.loads(courier.run("audit", "--json").stdout)
    assert [one["event"] for one in events] == ["revoke", "share"]
    assert {one["link"] for one in events} == {entry["id"]}
    assert events[1]["subject"] == CHECKOUT
    shown = courier.run("audit", "--event", "share", "--since", "1d").stdout
    assert CHECKOUT in shown
    assert "revoke" not in shown


def test_doctor_is_content_with_a_whole_installation(courier: Installation) -> None:
    done = courier.run("doctor", "--json")
    checks = {one["name"]: one for one in json.loads(done.stdout)}
    assert [name for name, one in checks.items() if not one["ok"]] == []
    assert done.returncode == 0


def test_doctor_says_what_is_wrong_and_what_to_do(courier: Installation) -> None:
    done = courier.run(
        "doctor",
        POSTHOG_API_KEY="phx_wrong",
        SLACK_BOT_TOKEN="xoxb-wrong",
        PUBLIC_URL="http://127.0.0.1:8080",
    )
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert any("PostHog" in line for line in failed)
    assert any("Slack" in line for line in failed)
    assert any("PUBLIC_URL" in line for line in failed)
    assert "phx_wrong" not in done.stdout + done.stderr
    assert "xoxb-wrong" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        {"REDIS_URL": "redis://:hunter/2hunter2@127.0.0.1:9/0"},
        {"DATABASE_URL": "postgresql://u:hunter/2hunter2@127.0.0.1:9/x", **KEYS},
        {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/x", **KEYS},
        {"POSTHOG_HOST": "https://u:hunter2@127.0.0.1:9"},
    ],
)
def test_no_command_prints_a_password_of_a_setting(
    courier: Installation, wrong: dict[str, str]
) -> None:
    """Libraries quote the part of an address that they could not read."""
    done = courier.run("doctor", **wrong)
    assert done.returncode == 1
    assert "hunter" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_setup_slack_prints_a_manifest_for_this_address(courier: Installation) -> None:
    done = courier.run("setup", "slack")
    manifest = json.loads(done.stdout)
    (command,) = manifest["features"]["slash_commands"]
    assert command["url"] == f"{URL}/slack/events"
    assert "chat:write" in done.stderr


def test_setup_zendesk_needs_an_administrator(courier: Installation) -> None:
    """And says so in a line, without a trace of the credentials."""
    done = courier.run("setup", "zendesk", "--dry-run")
    assert done.returncode == 1
    assert "administrator role" in done.stderr
    secret = courier.settings["ZENDESK_OAUTH_CLIENT_SECRET"]
    assert secret not in done.stderr + done.stdout


@pytest.mark.parametrize("command", ["export", "share"])
def test_a_person_is_no_recording(courier: Installation, command: str) -> None:
    done = courier.run(command, EMAIL)
    assert done.returncode == 1
    assert f"`replay-courier find {EMAIL}` lists theirs" in done.stderr


def test_doctor_gives_every_wrong_setting_a_line(courier: Installation) -> None:
    lines = courier.run("doctor", PORT="abc", LINK_EXPIRY="never").stdout.splitlines()
    assert any(line.lstrip().startswith("PORT:") for line in lines)
    assert any(line.lstrip().startswith("LINK_EXPIRY:") for line in lines)


def test_setup_slack_names_the_setting_to_change(courier: Installation) -> None:
    done = courier.run("setup", "slack", PUBLIC_URL="http://127.0.0.1:8080")
    assert done.returncode == 1
    assert "PUBLIC_URL" in done.stderr
