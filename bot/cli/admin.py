"""``setup`` and ``doctor``: the vendors' side, made and checked."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from bot.cli.carrying import asset_hosts
from bot.cli.output import as_json, printable, say
from bot.cli.zendesk_app import setup_zendesk_app
from bot.cli.zendesk_setup import setup_zendesk
from bot.config import Settings
from bot.errors import CourierError, SettingsError
from bot.model import Check
from bot.operations.embedded_redis import EmbeddedRedis, FolderLock
from bot.preview.chromium import Chromium
from bot.sealing import new_key
from bot.wiring import Services
from bot.wiring.door import capture_checks


@click.group()
def setup() -> None:
    """Print or make what the vendor side needs. Can be run again without harm."""


setup.add_command(setup_zendesk)
setup.add_command(setup_zendesk_app)


@setup.command("key")
def setup_key() -> None:
    """Print a fresh key for SECRET_KEYS."""
    click.echo(new_key())


@setup.command("slack")
@click.option("--socket", is_flag=True, help="For Socket Mode (SLACK_APP_TOKEN).")
@click.option("--many", is_flag=True, help="For many workspaces (SLACK_CLIENT_ID).")
def setup_slack(socket: bool, many: bool) -> None:
    """Print the manifest of the Slack app, filled in for this installation."""
    # doctor may have no need of Slack, and it takes long to load.
    from bot.wiring.slack import slack_setup

    made = slack_setup(Settings.from_env(), socket=socket, many=many)
    click.echo(json.dumps(made.manifest, indent=2))
    say("")
    for number, step in enumerate(made.steps, 1):
        _say_wrapped(f"{number}. ", step)
    say("")
    say("It asks for no more than:")
    for name, scope in made.scopes.items():
        may = " (optional: it may be declined)" if scope.optional else ""
        _say_wrapped(f"  {name:18} ", scope.reason + may)


def _say_wrapped(first: str, text: str) -> None:
    lines = textwrap.wrap(text, 86 - len(first), break_on_hyphens=False)
    for number, line in enumerate(lines):
        say((" " * len(first) if number else first) + line)


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def doctor(json_: bool) -> None:
    """Check every setting and credential against the live services, and say what to do
    about each failure."""
    checks = list(_checks())
    if json_:
        as_json(
            [
                {"name": one.name, "ok": one.ok, "detail": one.detail, "fix": one.fix}
                for one in checks
            ]
        )
    else:
        for one in checks:
            _print(one)
    failed = sum(not one.ok for one in checks)
    if failed:
        noun = "check" if failed == 1 else "checks"
        raise click.ClickException(f"{failed} {noun} failed")


def _print(check: Check) -> None:
    mark = (
        click.style("ok    ", fg="green")
        if check.ok
        else click.style("FAILED", fg="red")
    )
    first, *others = check.detail.split("\n")
    click.echo(f"{mark} {check.name}: {printable(first)}")
    for line in (*others, *filter(None, [check.fix])):
        click.echo(f"       {printable(line)}")


def _checks() -> Iterator[Check]:
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        yield Check(
            "settings", False, str(error), "Each setting is explained in .env.example."
        )
        return
    yield Check("settings", True, "complete")
    services = Services(settings)
    try:
        yield from _part("database", services.parts["database"], "DATABASE_URL")
        yield from _part("storage", services.parts["storage"], "STORAGE_URL")
        yield from _redis(settings, services)
        yield from _public_url(settings)
        yield from asset_hosts(settings)
        yield from _chromium(settings)
        yield from capture_checks(settings)
        yield from _vendors(services)
    finally:
        services.close()


def _part(name: str, check: Callable[[], object], setting: str) -> Iterator[Check]:
    try:
        check()
    except Exception as error:
        yield Check(
            name, False, f"{type(error).__name__}: {error}", f"Look at {setting}."
        )
    else:
        yield Check(name, True, "answers")


def _redis(settings: Settings, services: Services) -> Iterator[Check]:
    if settings.redis_url is not None:
        yield from _part("redis", services.parts["redis"], "REDIS_URL")
        return
    try:
        lock = FolderLock(settings.data_dir)
    except SettingsError:
        yield Check("redis", True, "embedded; `replay-courier serve` is running it")
        return
    try:
        with EmbeddedRedis(settings.data_dir):
            yield Check("redis", True, "embedded; starts")
    except SettingsError as error:
        yield Check("redis", False, str(error), "Set REDIS_URL to a Redis server.")
    finally:
        lock.release()


def _public_url(settings: Settings) -> Iterator[Check]:
    url = settings.public_url
    local = "//127.0.0.1" in url or "//localhost" in url
    if local:
        detail = f"{url} opens on this machine only"
        yield Check("PUBLIC_URL", False, detail, "Set it to the address people open.")
    elif not url.startswith("https://"):
        detail = f"{url} is not encrypted"
        yield Check("PUBLIC_URL", False, detail, "Serve it over https.")
    else:
        yield Check("PUBLIC_URL", True, url)


def _chromium(settings: Settings) -> Iterator[Check]:
    if settings.chromium is not None:
        yield Chromium(settings.chromium).check()


def _vendors(services: Services) -> Iterator[Check]:
    parts: list[tuple[str, Callable[[], Iterable[Any]]]] = [
        ("recordings", lambda: services.sources),
        ("conversations", lambda: [c.destination for c in _answering(services)]),
    ]
    for name, get in parts:
        try:
            found = list(get())
        except CourierError as error:
            yield Check(name, False, str(error), "See .env.example.")
            continue
        if not found:
            detail = "neither Slack nor Zendesk is set up; the command line works"
            yield Check(name, True, detail)
        for one in found:
            yield from one.check()


def _answering(services: Services) -> Iterable[Any]:
    return services.conversations.values()
