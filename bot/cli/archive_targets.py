"""What the archive commands have in common: where, and the installation's parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.archiving.orders import target_at
from bot.config import Settings
from bot.wiring import Services

to_option = click.option(
    "--to",
    metavar="URL",
    help="A folder, s3://…, gs://… or az://…. Default: ARCHIVE_URL.",
)


@contextmanager
def services_of() -> Iterator[Services]:
    services = Services(Settings.from_env())
    try:
        yield services
    finally:
        services.close()


def target_of(url: str | None, settings: Settings) -> str:
    """What ``--to`` says, or ARCHIVE_URL. Raises UsageError where neither does."""
    given = url or settings.archive_url
    if given is None:
        raise click.UsageError("say where with --to, or set ARCHIVE_URL")
    return target_at(given)
