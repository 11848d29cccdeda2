"""The command line: argument parsing and printing; the work is elsewhere.

Exit status: 0 done, 1 failed with one clear line on stderr, 2 wrong usage.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from bot import __version__
from bot.errors import CourierError
from bot.operations import logs

# Loaded when asked for: `export` of a file needs no web server and no database.
_COMMANDS = {
    "demo": "bot.cli.service",
    "serve": "bot.cli.service",
    "web": "bot.cli.service",
    "worker": "bot.cli.service",
    "find": "bot.cli.recordings",
    "export": "bot.cli.recordings",
    "inspect": "bot.cli.files",
    "convert": "bot.cli.files",
    "archive": "bot.cli.archive",
    "share": "bot.cli.links",
    "links": "bot.cli.links",
    "revoke": "bot.cli.links",
    "audit": "bot.cli.audit",
    "dead-letters": "bot.cli.links",
    "forget": "bot.cli.forgetting",
    "purge": "bot.cli.forgetting",
    "setup": "bot.cli.admin",
    "doctor": "bot.cli.admin",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(_COMMANDS[name])
        command: click.Command = getattr(module, name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CourierError as error:
            from bot.cli.output import printable

            # Errors may repeat what a recording or a vendor said.
            lines = map(printable, str(error).split("\n"))
            raise click.ClickException("\n".join(lines)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="replay-courier")
def cli() -> None:
    """Bring a customer's last session replays to the people who help them."""
    # What is printed on stdout is the answer; warnings go to stderr.
    logs.configure(style="text", level="WARNING")
