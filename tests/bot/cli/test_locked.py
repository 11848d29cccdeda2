"""``--passphrase``: locked files on the command line, asked for at a real terminal."""

import fcntl
import json
import os
import pty
import re
import select
import subprocess
import sys
import termios

import pytest

from tests import commands, recorded

_QUESTION = re.compile(r"(?:Passphrase of .*|New passphrase|for confirmation): ")
PASSPHRASE = "correct horse battery staple"


def courier(*words, passphrase=None):
    env = {name: value for name, value in os.environ.items() if "REPLAY_" not in name}
    if passphrase is not None:
        env["REPLAY_PASSPHRASE"] = passphrase
    return commands.run(*words, environment=env, folder=recorded.ROOT)


def typed(*words, answers):
    """Exit status and everything a person sees who answers these questions."""
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, words)],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        cwd=recorded.ROOT,
        env={"PATH": os.environ["PATH"], "TERM": "xterm"},
    ) as process:
        os.close(inside)
        shown = ""
        left = iter(answers)
        asked = 0
        while piece := _read(terminal):
            shown += piece
            for _ in range(len(_QUESTION.findall(shown)) - asked):
                asked += 1
                os.write(terminal, next(left).encode() + b"\n")
        os.close(terminal)
        return process.wait(timeout=10), shown


def _read(terminal):
    if not select.select([terminal], [], [], 30)[0]:
        return ""
    try:
        return os.read(terminal, 4096).decode()
    except OSError:  # how Linux says that nobody is left at the other end
        return ""


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locked")
    given = recorded.snapshots("static-simple")
    done = courier("export", given, "--passphrase", "-o", folder, passphrase=PASSPHRASE)
    path = folder / "static-simple.replay.html"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}\n", "")
    return path


@pytest.fixture
def passphrase_file(tmp_path):
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\r\n")
    return path


def is_locked(path):
    return b'"locked": {' in path.read_bytes()


def test_inspect_and_convert_open_it_with_the_passphrase(locked, passphrase_file):
    """From the environment or from a file; the result is that of the plain one."""
    shown = courier("inspect", locked, "--json", passphrase=PASSPHRASE)
    facts = recorded.facts("static-simple")
    assert json.loads(shown.stdout)["duration_ms"] == facts["duration_ms"]
    words = ("--format", "snapshots", "-o", "-", "--passphrase-file", passphrase_file)
    lines = courier("convert", locked, *words).stdout.splitlines()
    assert len(lines) == facts["events"]


@pytest.mark.parametrize("command", ["inspect", "convert", "export"])
def test_a_wrong_passphrase_and_none_are_one_clear_line(locked, tmp_path, command):
    words = [command, locked]
    words += ["--format", "har"] if command == "convert" else []
    words += ["-o", tmp_path / "out"] if command != "inspect" else []
    done = courier(*words, passphrase="correct horse")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {locked}: that is not its passphrase\n"
    done = courier(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: {locked} is locked, and there is no terminal to ask at: give it with"
        " --passphrase-file FILE or REPLAY_PASSPHRASE\n"
    )
    assert not (tmp_path / "out").exists()


def test_at_a_terminal_the_passphrase_is_asked_for_and_never_shown(locked):
    status, shown = typed("inspect", locked, answers=[PASSPHRASE])
    assert status == 0
    assert f"Passphrase of {locked}: " in shown
    assert "(verified)" in shown
    assert PASSPHRASE not in shown


def test_a_new_passphrase_is_asked_for_twice(tmp_path):
    """Until both are the same; a short one is warned of."""
    given = recorded.snapshots("static-simple")
    status, shown = typed(
        *("export", given, "--passphrase", "-o", tmp_path),
        answers=["short", "shirt", "short", "short"],
    )
    path = tmp_path / "static-simple.replay.html"
    assert status == 0, shown
    assert "do not match" in shown
    assert "fewer than 12 characters" in shown
    assert "shirt" not in shown
    assert is_locked(path)
    assert courier("inspect", path, passphrase="short").returncode == 0


def test_what_was_locked_stays_locked_until_told_otherwise(
    locked, tmp_path, passphrase_file
):
    again = courier("export", locked, "-o", tmp_path / "a", passphrase=PASSPHRASE)
    path = tmp_path / "a" / locked.name
    assert again.returncode == 0, again.stderr
    assert is_locked(path)
    assert courier("inspect", path, passphrase=PASSPHRASE).returncode == 0
    words = ("--no-passphrase", "--passphrase-file", passphrase_file)
    courier("export", locked, *words, "-o", tmp_path / "b")
    plain = tmp_path / "b" / locked.name
    assert not is_locked(plain)
    assert courier("inspect", plain).returncode == 0


def test_a_passphrase_in_the_environment_alone_locks_nothing(tmp_path):
    """It may stand there for reading; a file named on the command line is meant."""
    given = recorded.snapshots("static-simple")
    courier("export", given, "-o", tmp_path, passphrase=PASSPHRASE)
    assert not is_locked(tmp_path / "static-simple.replay.html")


def test_a_passphrase_file_locks(tmp_path, passphrase_file):
    given = recorded.snapshots("static-simple")
    courier("export", given, "-o", tmp_path, "--passphrase-file", passphrase_file)
    path = tmp_path / "static-simple.replay.html"
    assert is_locked(path)
    assert courier("inspect", path, passphrase=PASSPHRASE).returncode == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe\n"])
def test_a_file_without_a_passphrase_is_said_so(locked, tmp_path, content):
    path = tmp_path / "passphrase.txt"
    path.write_bytes(content)
    done = courier("inspect", locked, "--passphrase-file", path)
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: {path} holds no passphrase: expected one line of text\n"
    )


def test_other_formats_have_no_lock(locked):
    done = courier("export", locked, "--passphrase", "--format", "har")
    assert done.returncode == 2
    assert "--passphrase locks html files; har has no lock" in done.stderr


def test_a_locked_file_is_not_shared_as_it_is(locked):
    done = courier("share", locked, passphrase=PASSPHRASE)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--no-passphrase -o FOLDER` writes an unlocked copy" in done.stderr
