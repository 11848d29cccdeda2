"""``setup zendesk-app`` on the command line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.admin import setup


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, url: str) -> Result:
    environment = {"PUBLIC_URL": url}
    return CliRunner().invoke(setup, ["zendesk-app", *words], env=environment)


def test_the_sidebar_app_is_packed_for_this_installation(folder: Path) -> None:
    """What is printed is the file that was written."""
    done = run("-o", "made/app.zip", url="https://replays.example.com")
    assert done.exit_code == 0, done.output
    assert done.stdout == "made/app.zip\n"
    with zipfile.ZipFile(folder / "made" / "app.zip") as packed:
        manifest = packed.read("manifest.json").decode()
    assert "https://replays.example.com/zendesk/app" in manifest


def test_no_sidebar_app_without_an_address_for_it(folder: Path) -> None:
    done = run(url="http://10.0.0.1")
    assert "PUBLIC_URL" in str(done.exception)
    assert list(folder.iterdir()) == []
