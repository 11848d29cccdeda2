"""``find`` and ``export``: recordings of a person, and recordings to files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.cli.carrying import Carrying
from bot.cli.cutting import max_size_option, span_options, wish_of
from bot.cli.exporting import Plan, export_what
from bot.cli.files import ENDINGS, stem
from bot.cli.output import as_json, progress, say, table, write_whole
from bot.cli.passphrase import Passphrases, passphrase_file_option
from bot.cli.redaction import policy_of, redaction_options
from bot.clock import utc_now
from bot.config import Settings, span
from bot.errors import NotFound
from bot.exporter import Exported
from bot.exporter.archive import archive
from bot.exporter.convert import CONVERTERS
from bot.exporter.fitting import Limit
from bot.exporter.page import file_page
from bot.identifiers import read
from bot.lookup import look_up
from bot.model import Found, NothingFound, Recording, told_silence
from bot.policy import Audience
from bot.recording.spans import Moment

# Ahead of what a lock may add to a file.
_LOCK_BYTES = 4096
_FORMATS = ("html", "posthog-json", "rrweb", "har", "zip")


class SpanType(click.ParamType[timedelta]):
    """A time such as 7d on the command line."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            found = span(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        assert isinstance(found, timedelta)  # noqa: S101 (narrows the type)
        return found


@click.command()
@click.argument("identifier")
@click.option("--since", type=SpanType(), default="14d", help="How far back: 14d, 12h.")
@click.option("--limit", type=click.IntRange(1, 100), default=10)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def find(identifier: str, since: timedelta, limit: int, json_: bool) -> None:
    """List the recordings of whoever IDENTIFIER is: an e-mail, a user id, a session id,
    or a PostHog replay URL."""
    from bot.wiring import sources

    asked = sources(Settings.from_env())
    result = look_up(
        asked,
        read(identifier),
        look_back=since,
        limit=limit,
        now=utc_now(),
    )
    if isinstance(result, NothingFound):
        if json_:
            as_json({"recordings": [], "reason": result.reason})
            return
        raise NotFound(f"{result.explanation} {result.advice}")
    if json_:
        recordings = [_as_json(one) for one in result.recordings]
        as_json({"recordings": recordings, "silent": list(result.silent)})
        return
    _print(result, with_sources=len(asked) > 1)
    if silence := told_silence(result.silent):
        say(silence)


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="Folder to write to.",
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="html")
@redaction_options
@click.option(
    "--assets/--no-assets",
    default=None,
    help="Carry the pictures, fonts and style sheets on ASSET_HOSTS (default:"
    " EXPORT_ASSETS).",
)
@span_options
@max_size_option
@click.option(
    "--passphrase/--no-passphrase",
    "lock",
    default=None,
    help="Lock the file with a passphrase, or write a locked one unlocked.",
)
@passphrase_file_option
def export(
    what: tuple[str, ...],
    output: Path,
    format_: str,
    rules: tuple[str, ...],
    secrets: bool,
    audience: str | None,
    assets: bool | None,
    max_size: int | None,
    since: Moment | None,
    until: Moment | None,
    around: Moment | str | None,
    seconds: float,
    lock: bool | None,
    passphrase_file: Path | None,
) -> None:
    """Write recordings to files. WHAT is a recording id, a PostHog replay URL, or a
    file: snapshot JSON lines (plain or .gz), a PostHog JSON export, an array of rrweb
    events, or a portable replay. Prints the path of each file. Secrets (passwords,
    keys, tokens, cookies, card numbers) are taken out unless --no-redact is given.

    \b
    A minute around the trouble, and no more than the ticket takes:
      replay-courier export RECORDING --around error --max-size 10MB
    From 1:23 to 2:05 of a file:
      replay-courier export a.replay.html --from 1:23 --to 2:05
    """
    if lock and format_ != "html":
        raise click.UsageError(f"--passphrase locks html files; {format_} has no lock")
    redaction = policy_of(
        Settings.from_env(), rules=rules, secrets=secrets, audience=audience
    )
    carrying = Carrying.wanted(assets if format_ == "html" else False)
    wish = wish_of(since, until, around, seconds)
    limit = max_size and Limit(max_size, partial(_size_of, format_=format_))
    written: set[Path] = set()
    with progress("exporting", len(what)) as bar:
        keys = Passphrases(passphrase_file, lock=lock, bar=bar)
        for one in what:
            plan = Plan(redaction, carrying, keys.of, wish=wish, limit=limit or None)
            with export_what(one, plan) as made:
                target = _write(made, one, output, format_, written, keys)
            written.add(target)
            click.echo(target)
            if bar is not None:
                bar.advance(bar.task_ids[0])


def _write(
    exported: Exported,
    what: str,
    folder: Path,
    format_: str,
    written: set[Path],
    keys: Passphrases,
) -> Path:
    manifest = exported.manifest
    if manifest.damaged:
        say(f"{what}: {manifest.damaged} damaged events were left out")
    if manifest.cut is not None:
        say(f"{what}: cut to {manifest.cut}")
    if manifest.report and manifest.audience is Audience.CUSTOMER:
        say(f"{what}, for {manifest.audience}: {manifest.report}")
    name = manifest.name if manifest.recording_id else stem(Path(what))
    name = name.removesuffix(manifest.suffix) + manifest.suffix
    ending = ".replay.html" if format_ == "html" else ENDINGS[format_]
    target = _free(folder, name, ending, written)
    passphrase = keys.to_lock(Path(what)) if format_ == "html" else None
    write_whole(target, _pieces(exported, format_, passphrase))
    return target


def _pieces(
    exported: Exported, format_: str, passphrase: str | None = None
) -> Iterator[bytes]:
    """What the file of an export in this format holds."""
    if format_ == "html":
        return file_page(
            exported.manifest,
            exported.segments(),
            exported.assets(),
            passphrase=passphrase,
        )
    recording_id = exported.manifest.recording_id
    if format_ == "zip":
        return archive(exported.events(), recording_id, exported.manifest.to_json())
    _, write = CONVERTERS[format_]
    return write(exported.events(), recording_id)


def _size_of(exported: Exported, *, format_: str) -> int:
    # What a lock adds to each piece is less than what it takes off the manifest, but
    # for the least of recordings.
    ahead = _LOCK_BYTES if format_ == "html" else 0
    return ahead + sum(map(len, _pieces(exported, format_)))


def _free(folder: Path, name: str, ending: str, written: set[Path]) -> Path:
    """Where to write: files of one run never replace each other. What an earlier run
    wrote is replaced, so that the same command again gives the same files."""
    target = folder / f"{name}{ending}"
    number = 2
    while target in written:
        target = folder / f"{name}-{number}{ending}"
        number += 1
    return target


def _as_json(recording: Recording) -> dict[str, Any]:
    person = recording.person
    return {
        "id": recording.id,
        "source": recording.source,
        "sources": list(recording.sources),
        "person": person and {"id": person.id, "name": person.name},
        "start": recording.start.isoformat(),
        "duration_s": recording.duration.total_seconds(),
        "start_url": recording.start_url,
        "clicks": recording.click_count,
        "console_errors": recording.console_error_count,
        "platform": recording.platform,
        "browser": recording.browser,
        "os": recording.os,
        "ongoing": recording.ongoing,
        "cut": recording.is_cut,
        "url": recording.url,
    }


def _print(found: Found, *, with_sources: bool) -> None:
    several = ("sources",) if with_sources else ()
    table(
        (
            "start",
            "length",
            "errors",
            "clicks",
            "first page",
            "device",
            *several,
            "recording",
        ),
        (
            (
                f"{one.start:%Y-%m-%d %H:%M} UTC",
                _length(one.duration)
                + (" (still recording)" if one.ongoing else "")
                + (" (cut: too large)" if one.is_cut else ""),
                "-" if one.console_error_count is None else one.console_error_count,
                "-" if one.click_count is None else one.click_count,
                one.start_url or "-",
                " on ".join(filter(None, (one.browser, one.os))) or one.platform,
                *([", ".join(one.sources)] if with_sources else []),
                one.id,
            )
            for one in found.recordings
        ),
    )
    if found.more:
        say("There are more; raise --limit to see them.")


def _length(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
