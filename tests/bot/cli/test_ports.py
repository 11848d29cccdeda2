"""A port or a folder that cannot be had: one line that says which, and what to do."""

import os
import socket
from collections.abc import Iterator

import pytest

from tests import commands

PLACE = {"POSTHOG_PROJECT_ID": "1", "POSTHOG_API_KEY": "phx_of_nobody"}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def courier(tmp_path, *words, **settings):
    environment = os.environ | PLACE | {"DATA_DIR": str(tmp_path / "data")} | settings
    return commands.run(*words, environment=environment, folder=tmp_path)


def test_serve_on_a_taken_port_says_so_and_never_that_it_answers(tmp_path, taken):
    done = courier(tmp_path, "serve", PORT=str(taken))
    assert done.returncode == 1
    assert "answers on" not in done.stderr
    assert "Traceback" not in done.stderr
    assert f"127.0.0.1:{taken}" in done.stderr
    assert "PORT" in done.stderr


@pytest.mark.parametrize("offset", [0, 1, 4])
def test_the_demo_says_which_port_is_taken_before_it_welcomes(tmp_path, taken, offset):
    """It takes five; any of them may be somebody else's."""
    done = courier(tmp_path, "demo", "--no-browser", "--port", taken - offset)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"port {taken}" in line.replace(" and ", " port ")
    assert "--port" in line


@pytest.mark.parametrize("port", [0, 65535, 99999])
def test_the_demo_refuses_ports_that_leave_no_room_for_five(tmp_path, port):
    done = courier(tmp_path, "demo", "--no-browser", "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "data")
    done = courier(tmp_path, "serve", PORT="0", DATA_DIR=folder)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "DATA_DIR" in line
