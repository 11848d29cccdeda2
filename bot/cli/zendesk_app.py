"""``setup zendesk-app``: the sidebar app's package, to be uploaded by hand."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.output import say
from bot.config import SettingsForSetup
from bot.wiring.zendesk_app import FILENAME, package


@click.command("zendesk-app")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path(FILENAME),
    show_default=True,
    help="Where to write it.",
)
def setup_zendesk_app(output: Path) -> None:
    """Write the sidebar app's package for Zendesk, and print its path."""
    content = package(SettingsForSetup.from_env().public_url)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(content)
    click.echo(output)
    say("Upload it in Admin Center, Apps and integrations, Zendesk Support apps.")
    say("What comes then: deploy/zendesk-app/README.md")
