"""An installation that captures needs no PostHog to find and export recordings."""

import json

import pytest

from bot.config import Settings
from bot.wiring import Services
from tests import commands, recorded
from tests.bot.captured.sent import PROJECT, batches


@pytest.fixture
def environment(tmp_path, sqlite_url):
    return {
        "DATA_DIR": str(tmp_path),
        "CAPTURE_MODE": "keep",
        "CAPTURE_PROJECTS": f"{PROJECT} retention=30d quota=1GB",
    }


@pytest.fixture
def services(environment):
    services = Services(Settings.from_env(environment))
    yield services
    services.close()


def test_what_is_kept_is_found_and_exported_by_commands(
    services, environment, tmp_path
):
    """Once a worker has filed it, which takes it a second."""
    facts = recorded.facts("checkout")
    for batch in batches("checkout"):
        services.captures.keeper.keep(batch)

    services.captures.filing.run()
    found = commands.run(
        *("find", "Jane.Doe@example.com", "--since", "400d", "--json"),
        environment=environment,
        folder=tmp_path,
    )
    assert facts["session_id"] in found.stdout, found.stderr
    exported = commands.run(
        "export", facts["session_id"], environment=environment, folder=tmp_path
    )
    assert exported.returncode == 0, exported.stderr
    inspected = commands.run(
        *("inspect", exported.stdout.strip(), "--json"),
        environment=environment,
        folder=tmp_path,
    )
    manifest = json.loads(inspected.stdout)
    assert manifest["recording_id"] == facts["session_id"]
    assert manifest["counts"]["clicks"] == facts["counts"]["clicks"]
    assert manifest["counts"]["events"] == facts["events"]
    assert manifest["duration_ms"] == facts["duration_ms"]
