"""``setup zendesk`` on the command line: plan, question, deed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli.admin import setup
from bot.demo.zendesk import ZendeskStandIn

URL = "https://replays.example.com"
Run = Callable[..., Result]


@pytest.fixture
def zendesk() -> Iterator[ZendeskStandIn]:
    stand_in = ZendeskStandIn().start()
    stand_in.bot.role = "admin"
    yield stand_in
    stand_in.stop()


@pytest.fixture
def run(
    zendesk: ZendeskStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.chdir(tmp_path)
    known = zendesk.credentials
    settings = {
        "PUBLIC_URL": URL,
        "ZENDESK_SUBDOMAIN": "acme",
        "ZENDESK_URL": zendesk.url,
        "ZENDESK_OAUTH_CLIENT_ID": known.client_id,
        "ZENDESK_OAUTH_CLIENT_SECRET": known.client_secret,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(setup, ["zendesk", *words], env=more)

    return run


def changes(zendesk: ZendeskStandIn) -> int:
    return sum(call.method != "GET" for call in zendesk.api_calls)


def test_a_plan_first_then_the_deed(zendesk: ZendeskStandIn, run: Run) -> None:
    """A dry run changes nothing; the secret alone is on stdout; the second run finds
    all in place; --remove takes it away."""
    planned = run("--dry-run")
    assert "10 to make, 1 to change." in planned.stderr
    assert f"delivers to {URL}/zendesk/webhook" in planned.stderr
    assert (planned.stdout, changes(zendesk)) == ("", 0)
    first = run("--yes")
    (webhook,) = zendesk.admin.webhooks.values()
    assert first.stdout == f"ZENDESK_WEBHOOK_SECRETS={webhook.secret}\n"
    assert webhook.secret not in first.stderr
    made = changes(zendesk)
    again = run()
    assert "11 as they should be." in again.stderr
    assert again.stdout == first.stdout
    assert changes(zendesk) == made
    gone = run("--remove", "--yes")
    assert (gone.exit_code, gone.stdout) == (0, "")
    assert (zendesk.admin.webhooks, zendesk.admin.triggers) == ({}, {})


def test_without_a_terminal_nobody_is_asked(zendesk: ZendeskStandIn, run: Run) -> None:
    """Wrong usage, which names the option; nothing is changed."""
    refused = run()
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert zendesk.admin.webhooks == {}


def test_at_a_terminal_one_is_asked(
    zendesk: ZendeskStandIn,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only yes does it; what cannot be brought back is said in the question."""

    def answering(word: str, *words: str) -> str:
        keyboard, terminal = os.openpty()
        os.write(keyboard, f"{word}\n".encode())
        with os.fdopen(terminal) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            with suppress(click.Abort):
                setup.main(["zendesk", *words], standalone_mode=False)
        os.close(keyboard)
        return capsys.readouterr().err

    answering("n")
    assert zendesk.admin.webhooks == {}
    assert "cannot be brought back" not in answering("y")
    assert len(zendesk.admin.triggers) == 4
    assert "cannot be brought back" in answering("y", "--remove")
    assert zendesk.admin.triggers == {}


def test_scripts_get_json(zendesk: ZendeskStandIn, run: Run) -> None:
    """Every step with what differs, and the secret where there is one."""
    plan = json.loads(run("--json", "--dry-run").stdout)
    assert (plan["done"], plan["webhook_secret"]) == (False, None)
    assert plan["steps"][0] == {
        "action": "make",
        "kind": "webhook",
        "name": "Replay Courier",
        "note": f"delivers to {URL}/zendesk/webhook",
        "differences": [],
    }
    done = json.loads(run("--json", "--yes", "--no-fields").stdout)
    (webhook,) = zendesk.admin.webhooks.values()
    assert (done["done"], done["webhook_secret"]) == (True, webhook.secret)
    assert "ticket field" not in {step["kind"] for step in done["steps"]}
    moved = run("--json", "--dry-run", PUBLIC_URL="https://new.example.com")
    (difference,) = json.loads(moved.stdout)["steps"][0]["differences"]
    assert difference == {
        "what": "endpoint",
        "was": f"{URL}/zendesk/webhook",
        "becomes": "https://new.example.com/zendesk/webhook",
    }


def test_events_are_tried_by_a_setting(zendesk: ZendeskStandIn, run: Run) -> None:
    """And where Zendesk refuses them, a sentence says that triggers deliver."""
    zendesk.admin.allows_events = False
    done = run("--yes", ZENDESK_DELIVERY="events")
    assert "triggers deliver" in done.stderr
    assert len(zendesk.admin.triggers) == 4


def test_api_tokens_are_warned_of(zendesk: ZendeskStandIn, run: Run) -> None:
    """They still work, until Zendesk ends them."""
    known = zendesk.credentials
    token = {"ZENDESK_EMAIL": known.agent_email, "ZENDESK_API_TOKEN": known.api_token}
    oauth = {"ZENDESK_OAUTH_CLIENT_ID": "", "ZENDESK_OAUTH_CLIENT_SECRET": ""}
    assert "30 April 2027" in run("--dry-run", **token, **oauth).stderr
    assert "30 April 2027" not in run("--dry-run").stderr
