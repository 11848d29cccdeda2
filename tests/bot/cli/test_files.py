"""``export``, ``inspect`` and ``convert`` on files, as a person runs them."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests import commands, recorded


def courier(*words, folder=recorded.ROOT, environment=os.environ):
    return commands.run(*words, environment=environment, folder=folder)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    done = courier("export", recorded.snapshots("checkout"), "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder / "checkout.replay.html", done


def test_export_prints_the_path_of_the_file_it_wrote_and_no_more(exported):
    path, done = exported
    assert done.stdout == f"{path}\n"
    assert done.stderr == ""
    assert path.read_bytes().startswith(b"<!doctype html>\n<!-- Replay Courier")


def test_inspect_json_reports_the_counts_of_the_recording(exported):
    path, _ = exported
    done = courier("inspect", path, "--json")
    assert done.returncode == 0
    manifest = json.loads(done.stdout)
    facts = recorded.facts("checkout")
    assert manifest["duration_ms"] == facts["duration_ms"]
    for key in ("clicks", "input_events", "console", "network_requests"):
        assert manifest["counts"][key] == facts["counts"][key]
    assert manifest["counts"]["network_failing"] == facts["counts"]["network_failing"]
    assert manifest["recording_id"] is None


def test_inspect_shows_people_the_same_in_words(exported):
    path, _ = exported
    shown = courier("inspect", path).stdout
    assert "22 (1 rage clicks)" in shown
    assert "(verified)" in shown


@pytest.mark.parametrize("format_", ["rrweb", "posthog-json", "har", "console"])
def test_convert_reads_the_portable_file_back(exported, format_, tmp_path):
    path, _ = exported
    target = tmp_path / "converted"
    done = courier("convert", path, "--format", format_, "-o", target)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{target}\n"
    assert target.stat().st_size > 1000


def test_convert_to_standard_output_is_the_snapshots_without_loss(tmp_path):
    path = recorded.snapshots("checkout")
    html = courier("export", path, "-o", tmp_path, "--no-redact").stdout.strip()
    lines = courier("convert", html, "--format", "snapshots", "-o", "-").stdout
    assert [json.loads(line) for line in lines.split("\n") if line] == [
        [item.window_id, item.event] for item in recorded.events("checkout")
    ]


@pytest.mark.parametrize("format_", ["posthog-json", "rrweb"])
def test_what_export_wrote_in_other_formats_exports_again(format_, tmp_path):
    path = recorded.snapshots("checkout")
    done = courier("export", path, "-o", tmp_path, "--format", format_)
    assert done.returncode == 0, done.stderr
    again = courier("export", done.stdout.strip(), "-o", tmp_path)
    assert again.returncode == 0, again.stderr


def test_exporting_a_portable_replay_again_gives_the_same_events(exported, tmp_path):
    path, _ = exported
    again = courier("export", path, "-o", tmp_path).stdout.strip()
    first = json.loads(courier("inspect", path, "--json").stdout)
    second = json.loads(courier("inspect", again, "--json").stdout)
    assert second["sha256"] == first["sha256"]


def test_bad_input_is_one_clear_line_and_exit_status_1(tmp_path):
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(recorded.snapshots("checkout").read_bytes()[:3000])
    done = courier("export", broken, "-o", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "cut short" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.html"))
    assert not list(tmp_path.glob(".*partial"))


def posthog_export(path, **data):
    """A PostHog JSON export of one event, with these fields of data."""
    event = {"type": 4, "timestamp": 1, "windowId": "w", "data": {}}
    data = {"id": None, "person": None, "snapshots": [event]} | data
    path.write_text(json.dumps({"version": "2023-04-28", "data": data}))
    return path


@pytest.mark.parametrize("format_", ["html", "rrweb"])
@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "a\x1b]0;"])
def test_an_id_in_a_file_leads_to_no_other_folder(tmp_path, name, format_):
    """Whoever made the file chose the id; the folder is the reader's choice."""
    given = posthog_export(tmp_path / "given.json", id=name)
    out = tmp_path / "a" / "b" / "out"
    done = courier("export", given, "-o", out, "--format", format_)
    assert done.returncode == 0, done.stderr
    (written,) = (
        path for path in tmp_path.rglob("*") if path.is_file() if path != given
    )
    assert written.parent == out
    assert written.name.startswith("recording")
    assert done.stdout == f"{written}\n"


@pytest.mark.parametrize("odd", [5, ["x"]])
def test_ids_and_names_of_another_type_are_as_if_not_there(tmp_path, odd):
    given = posthog_export(tmp_path / "given.json", id=odd, person={"name": odd})
    done = courier("export", given, "-o", tmp_path)
    assert done.stdout == f"{tmp_path / 'given.replay.html'}\n", done.stderr


def test_what_a_file_says_cannot_command_the_terminal(exported, tmp_path):
    """Neither in a table nor in an error: control characters go, and reversed text."""
    path, _ = exported
    page = path.read_bytes().replace(
        b'"recording_id": null', rb'"recording_id": "a\u001b]0;b\u202ec\u0007\r\nd"'
    )
    odd = tmp_path / "odd\x1b[2J.html"
    odd.write_bytes(page)
    shown = courier("inspect", odd)
    assert "a ]0;b c" in shown.stdout
    odd.write_bytes(page[: page.index(b'id="replay-end"')])
    failed = courier("inspect", odd)
    assert failed.returncode == 1
    for text in (shown.stdout, failed.stderr):
        assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)


def test_a_missing_file_is_said_so(tmp_path):
    done = courier("export", tmp_path / "nowhere.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no such file" in done.stderr


def test_wrong_usage_is_exit_status_2():
    assert courier("export").returncode == 2
    assert courier("nothing").returncode == 2


def test_python_runs_the_package_as_the_command(tmp_path):
    """What all other tests of commands leave out: the start of Python itself."""
    given = recorded.snapshots("static-simple")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "export", given, "-o", tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=recorded.ROOT,
    )
    path = tmp_path / "static-simple.replay.html"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}\n", "")


def test_an_altered_file_fails_inspection(exported, tmp_path):
    path, _ = exported
    altered = tmp_path / "altered.html"
    shutil.copy(path, altered)
    content = altered.read_bytes()
    at = content.index(b'data-index="0">') + 500
    altered.write_bytes(content[:at] + b"zzzz" + content[at + 4 :])
    done = courier("inspect", altered)
    assert done.returncode == 1
    assert "damaged" in done.stderr


def test_missing_settings_are_named_all_at_once(tmp_path):
    settings = {"SLACK_BOT_TOKEN": "xoxb-1", "LINK_EXPIRY": "soon"}
    done = courier("find", "jane@example.com", folder=tmp_path, environment=settings)
    assert done.returncode == 1
    assert "SLACK_SIGNING_SECRET" in done.stderr
    assert "LINK_EXPIRY" in done.stderr
    assert "xoxb" not in done.stderr


def test_recordings_from_files_of_one_name_become_files_of_two(tmp_path):
    """Exports of several folders share their names; none may replace another."""
    given = []
    for name in ("checkout", "static-simple"):
        folder = tmp_path / name
        folder.mkdir()
        given.append(folder / "snapshots.jsonl.gz")
        shutil.copy(recorded.snapshots(name), given[-1])
    out = tmp_path / "out"
    done = courier("export", *given, "-o", out)
    assert done.stdout.splitlines() == [
        str(out / "snapshots.replay.html"),
        str(out / "snapshots-2.replay.html"),
    ]
    lengths = [
        json.loads(courier("inspect", path, "--json").stdout)["duration_ms"]
        for path in done.stdout.splitlines()
    ]
    assert lengths == [
        recorded.facts(name)["duration_ms"] for name in ("checkout", "static-simple")
    ]


@pytest.mark.parametrize("content", ["{}", '{"a": 1}', '["x"]'])
def test_json_that_is_no_recording_is_called_that(tmp_path, content):
    given = tmp_path / "given.json"
    given.write_text(content)
    done = courier("export", given, "-o", tmp_path)
    assert done.returncode == 1
    assert f"{given} is no recording: expected snapshot JSON lines" in done.stderr


def test_inspect_says_whether_the_file_is_missing_or_of_another_kind(tmp_path):
    missing = tmp_path / "missing.replay.html"
    assert f"{missing}: there is no such file" in courier("inspect", missing).stderr
    other = courier("inspect", recorded.snapshots("checkout"))
    assert other.returncode == 1
    assert "is no portable replay; `replay-courier export` makes one" in other.stderr


def test_exporting_a_portable_replay_again_keeps_what_only_its_manifest_says(tmp_path):
    """The person is in no event; what was redacted is in none any more."""
    person = {"name": "jane@example.com"}
    given = posthog_export(tmp_path / "given.json", person=person)
    first = courier("export", given, "-o", tmp_path / "first").stdout.strip()
    again = courier("export", first, "-o", tmp_path / "again").stdout.strip()
    manifests = [
        json.loads(courier("inspect", path, "--json").stdout) for path in (first, again)
    ]
    assert manifests[0]["person"] == "j***@example.com"
    assert manifests[1] == manifests[0]


def test_a_damaged_replay_is_named(exported, tmp_path):
    """One of many in a run: which one is what the reader needs to know."""
    content = bytearray(exported[0].read_bytes())
    content[content.index(b'class="replay-segment"') + 200] ^= 0x11
    damaged = tmp_path / "damaged.replay.html"
    damaged.write_bytes(content)
    for command in ("inspect", "export"):
        done = courier(command, damaged, folder=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"Error: {damaged}: "), done.stderr
