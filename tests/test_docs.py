"""The documents are true: settings, commands and targets they name are those there are.

What a machine can compare is compared here; what it cannot is for the reader.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from bot.cli import cli
from bot.config import Settings, documented_names
from bot.exporter.convert import CONVERTERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / ".env.example"
PAGES = [
    str(page.relative_to(ROOT))
    for pattern in ("*.md", "deploy/*.md", "integrations/*/*.md")
    for page in sorted(ROOT.glob(pattern))
]

# A setting's line in .env.example, in use or commented out.
_SETTING = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)


def _example() -> dict[str, str]:
    return dict(_SETTING.findall(EXAMPLE.read_text(encoding="utf-8")))


def _table(heading: str) -> list[str]:
    """The rows of the README's table under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def _settings_table() -> dict[str, str]:
    rows = (_ROW.match(line) for line in _table("Settings"))
    return {row[1]: row[2] or "" for row in rows if row is not None}


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in documented_names():
        monkeypatch.delenv(name, raising=False)


def test_the_example_has_every_setting() -> None:
    """.env.example names every setting, and nothing else, once."""
    names = [name for name, _ in _SETTING.findall(EXAMPLE.read_text("utf-8"))]
    assert sorted(names) == sorted(documented_names())


@pytest.mark.usefixtures("no_environment")
def test_the_example_works_as_it_is() -> None:
    """Copied without a change it configures an installation, with every vendor off."""
    settings = Settings.from_env(env_file=EXAMPLE)
    assert settings == Settings.from_env({})
    vendors = (bool(settings.posthog_api_key), settings.has_slack, settings.has_zendesk)
    assert vendors == (False, False, False)


def test_the_example_shows_the_defaults() -> None:
    """A value in .env.example, commented out or not, is the setting's default."""
    assert Settings.from_env(_example()) == Settings.from_env({})


def test_the_readme_has_every_setting() -> None:
    """The settings table names every setting, in the example's order."""
    assert list(_settings_table()) == documented_names()
    assert len(_table("Settings")) == len(documented_names())


def test_the_readme_shows_the_defaults() -> None:
    """The settings table shows the defaults, and nothing where there is none."""
    table = _settings_table()
    assert Settings.from_env(table) == Settings.from_env({})
    plain = Settings.from_env({})
    silent = {name for name, default in table.items() if not default}
    assert all(not getattr(plain, name.lower()) for name in silent)


def _command_examples() -> dict[str, list[str]]:
    """What the command table shows: each command, and the words of its example."""
    examples = {}
    for line in _table("Command line"):
        cells = [cell.strip(" `") for cell in line.strip("|").split(" | ")]
        examples[cells[0]] = shlex.split(cells[-1])
    return examples


def test_the_readme_has_every_command() -> None:
    """The command table names every command, each with an example of itself."""
    examples = _command_examples()
    assert list(examples) == cli.list_commands(click.Context(cli))
    for name, words in examples.items():
        assert words[:2] == ["replay-courier", name]


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_the_readme_examples_are_understood(name: str) -> None:
    """Every example of the command table has arguments and options that there are."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    _parse(command, _command_examples()[name][1:])


def _parse(command: click.Command, words: list[str]) -> None:
    context = command.make_context(words[0], words[1:])
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest and command.invoke_without_command:
            return
        found = command.get_command(context, rest[0])
        assert found is not None, rest
        _parse(found, rest)


def test_the_readme_has_every_format() -> None:
    """The command table names every format that `convert` writes."""
    (row,) = (line for line in _table("Command line") if line.startswith("| `convert`"))
    assert all(f"`{name}`" in row for name in CONVERTERS)


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_are_named_exist(page: str) -> None:
    """No page tells people to run a command or a make target that is not there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = set(re.findall(r"replay-courier (?!COMMAND)([a-z][a-z-]*)", text))
    assert commands <= set(cli.list_commands(click.Context(cli)))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:^|`) *make ([a-z-]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    """A link or picture inside the repository is there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    folder = (ROOT / page).parent
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (folder / target).exists(), target
