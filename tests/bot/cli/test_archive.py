"""``archive`` as people and scripts use it, against PostHog's stand-in."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.demo.posthog import Fault
from bot.demo.run import Surroundings, surroundings
from tests import commands
from tests.keys import KEY

CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"
EMAIL = "jane.doe@example.com"
URL = "https://replays.example.com"

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def around() -> Iterator[Surroundings]:
    with surroundings(URL) as started:
        # One of each state, and not the largest: commands, not exports, are the point.
        every = started.posthog.project.recordings
        started.posthog.project.recordings = [every[0], *every[2:6]]
        yield started


@pytest.fixture
def courier(around: Surroundings, tmp_path: Path) -> Command:
    settings = around.environment(URL, DATA_DIR=str(tmp_path / "data"), SECRET_KEYS=KEY)

    def run(*words: object, **more: str) -> CompletedProcess[str]:
        return commands.run(*words, environment=settings | more, folder=tmp_path)

    return run


def test_a_folder_gets_everything_and_the_second_time_nothing(
    courier: Command, tmp_path: Path
) -> None:
    """One command, no service running; what is gone in PostHog is said."""
    done = courier("archive", "--to", "kept", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (0, "done"), done.stderr
    assert report["archived"] + report["ongoing"] > 0
    assert report["gone"] == 1
    assert report["failed"] == report["waiting"] == 0
    assert list((tmp_path / "kept").rglob(f"{CHECKOUT}.replay.html"))
    assert list((tmp_path / "kept" / "index").rglob("recordings.parquet"))
    again = courier("archive", "--to", "kept")
    assert f"{report['archived']:7,} already there" in again.stdout
    assert str(tmp_path / "kept") in again.stdout


def test_words_choose_whose_recordings(courier: Command, tmp_path: Path) -> None:
    """As in /replay; ARCHIVE_URL says where."""
    words = ("archive", "--query", f"{EMAIL} errors only on /checkout", "--json")
    done = courier(*words, ARCHIVE_URL=str(tmp_path / "kept"))
    assert json.loads(done.stdout)["recordings"] == 1, done.stderr
    nobody = courier("archive", "--to", "kept", "--query", "joan@example.com")
    assert "No recording fits 'joan@example.com'" in nobody.stdout
    nobody = courier("archive", "--to", "kept", "--query", "!!!")
    assert nobody.returncode == 1
    assert "names nobody" in nobody.stderr


def test_without_a_place_it_is_wrong_usage(courier: Command) -> None:
    done = courier("archive")
    assert done.returncode == 2
    assert "set ARCHIVE_URL" in done.stderr


def test_asking_an_archive_that_is_not_there_makes_none(
    courier: Command, tmp_path: Path
) -> None:
    """A slip of the fingers in a path is told, and leaves no folder behind."""
    done = courier("archive", "query", "SELECT 1", "--to", "kept")
    assert done.returncode == 1
    assert "there is no archive at" in done.stderr
    assert not (tmp_path / "kept").exists()


def test_what_posthog_forgot_is_found_exported_and_shared(
    courier: Command, around: Surroundings, tmp_path: Path
) -> None:
    """Archived yesterday, past its retention today."""
    place = {"ARCHIVE_URL": str(tmp_path / "kept")}
    assert courier("archive", **place).returncode == 0
    project = around.posthog.project
    kept = project.recordings[:]
    project.recordings.clear()
    try:
        assert courier("find", EMAIL).returncode == 0
        assert CHECKOUT in courier("find", EMAIL).stdout
        done = courier("export", CHECKOUT, **place)
        assert done.returncode == 0, done.stderr
        assert courier("inspect", f"{CHECKOUT}.replay.html").returncode == 0
        assert "/r/" in courier("share", CHECKOUT, **place).stdout
    finally:
        project.recordings.extend(kept)


def test_an_archive_is_verified_and_asked(courier: Command, tmp_path: Path) -> None:
    """Exit status 1 where an object is not what was archived."""
    words = ("--query", EMAIL, "--to", "kept")
    assert courier("archive", *words).returncode == 0
    sound = courier("archive", "verify", "--to", "kept")
    assert (sound.returncode, "all as archived" in sound.stdout) == (0, True)
    sql = "select recording_id, console_errors from recordings"
    asked = courier("archive", "query", sql, "--to", "kept", "--csv")
    assert asked.stdout == f"recording_id,console_errors\n{CHECKOUT},12\n"
    assert CHECKOUT in courier("archive", "query", sql, "--to", "kept").stdout
    (path,) = (tmp_path / "kept").rglob(f"{CHECKOUT}*")
    path.write_bytes(b"something else")
    altered = courier("archive", "verify", "--to", "kept", "--json")
    assert altered.returncode == 1
    (finding,) = json.loads(altered.stdout)["findings"]
    assert finding["damage"] == "altered"


def test_runs_and_schedules_are_listed_and_ended(courier: Command) -> None:
    """What is left to the workers waits; stopped, it ends with what there is."""
    kept = courier("archive", "--to", "kept", "--schedule", "03:30", "--since", "2d")
    assert "Every day at 03:30 UTC" in kept.stderr
    courier("archive", "--to", "later", "--detach")
    listed = json.loads(courier("archive", "list", "--json").stdout)
    assert [one["state"] for one in listed["runs"]] == ["listing"]
    run, schedule = listed["runs"][0]["run"], listed["schedules"][0]["id"]
    other = courier("archive", "--to", "later", "--format", "raw")
    assert run[:8] in other.stderr
    assert "is stopped" in courier("archive", "stop", run[:8]).stderr
    assert "No more" in courier("archive", "unschedule", schedule[:8]).stderr
    assert "stopped" in courier("archive", "list").stdout


def test_interrupted_it_says_how_to_go_on(around: Surroundings, tmp_path: Path) -> None:
    """Exit status 130; the run is where it was, and the same command goes on."""
    settings = around.environment(URL, DATA_DIR=str(tmp_path / "data"), SECRET_KEYS=KEY)
    around.posthog.faults.add("sources", Fault.LIMITED)
    said = tmp_path / "said"
    before = around.posthog.count()["sources"]
    words = ("archive", "--to", "kept")
    try:
        process = commands.start(words, settings, tmp_path, said, said)
        deadline = time.monotonic() + 20
        while around.posthog.count()["sources"] == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(process.pid or 0, signal.SIGINT)
        process.join(20)
    finally:
        around.posthog.faults.clear()
    assert process.exitcode == 130
    assert "The same command goes on from there" in said.read_text()
    listed = commands.run("archive", "list", environment=settings, folder=tmp_path)
    assert "working" in listed.stdout
