"""An installation that captures needs no PostHog to find and export recordings."""

import json
from datetime import timedelta

import pytest

from bot.archiving.orders import Order, target_at
from bot.captured.kept_for import Retentions
from bot.captured.retention import Retention
from bot.clock import utc_now
from bot.config import Settings
from bot.wiring import Services
from bot.wiring.gauges import moments
from tests import commands, recorded
from tests.bot.captured.sent import PROJECT, batches
from tests.keys import KEY


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


def test_what_was_archived_before_it_was_purged_is_found_exported_and_shared(
    services, environment, tmp_path
):
    """By a worker too that was started when nothing was captured or archived."""
    session = recorded.facts("checkout")["session_id"]
    posthog = {"POSTHOG_PROJECT_ID": "1", "POSTHOG_API_KEY": "phx_1"}
    worker = Services(Settings.from_env({"DATA_DIR": str(tmp_path)} | posthog))
    assert [one.name for one in worker.sources] == ["posthog"]

    for batch in batches("checkout"):
        services.captures.keeper.keep(batch)
    waiting = {one.name: one.value for one in moments(services.engine)}
    assert waiting["courier_capture_waiting_rows"] > 0
    assert 0 < waiting["courier_capture_oldest_seconds"] < 60
    services.captures.filing.run()
    assert [one.name for one in worker.sources] == ["capture", "posthog"]

    run, _ = services.archives.runs.begin(
        Order(target_at(str(tmp_path / "kept"))),
        since=utc_now() - timedelta(days=900),
        until=utc_now(),
        is_shared=True,
    )
    while services.archives.work.do_one(run.id):
        pass
    assert services.archives.runs.report(run.id).settled == 1
    purge = Retention(
        services.engine,
        services.store,
        Retentions({PROJECT: timedelta(days=30)}),
        clock=lambda: utc_now() + timedelta(days=31),
    )
    now = {one.name: one.value for one in moments(services.engine)}
    assert now["courier_capture_waiting_rows"] == 0
    assert now["courier_archived_recordings"] == 1
    assert now["courier_archive_failed_recordings"] == 0
    assert purge.run()[PROJECT].recordings == 1
    assert [one.name for one in worker.sources] == ["capture", "posthog", "archive"]
    worker.close()

    service = {"SECRET_KEYS": KEY, "PUBLIC_URL": "https://replays.example.com"}

    def courier(*words):
        return commands.run(*words, environment=environment | service, folder=tmp_path)

    found = courier("find", "jane.doe@example.com", "--since", "900d", "--json")
    (recording,) = json.loads(found.stdout)["recordings"]
    assert (recording["id"], recording["sources"]) == (session, ["archive"])
    assert courier("export", session).returncode == 0
    shared = courier("share", session)
    assert "/r/" in shared.stdout, shared.stderr
