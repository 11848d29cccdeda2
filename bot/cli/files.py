"""``inspect`` and ``convert``: portable replays and other recordings as data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.output import as_json, printable, table, write_whole
from bot.cli.passphrase import AskOf, Passphrases, passphrase_file_option
from bot.errors import BadInput
from bot.exporter.archive import archive
from bot.exporter.convert import CONVERTERS
from bot.exporter.manifest import Manifest
from bot.exporter.portable import PortableReplay, is_portable, open_portable
from bot.recording.files import open_recording
from bot.recording.rrweb import RrwebEvent

ENDINGS = {name: ending for name, (ending, _) in CONVERTERS.items()} | {"zip": ".zip"}
"""What files end in, by the format's name on the command line."""


def portable_in(path: Path, passphrase_of: AskOf) -> PortableReplay | None:
    """The portable replay in a file, or None where the file is something else.

    ``passphrase_of`` is called where the file is locked. Raises BadInput.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(64)
    if not is_portable(start):
        return None
    return open_portable(path, lambda: passphrase_of(path))


def events_of(
    path: Path, passphrase_of: AskOf
) -> tuple[Iterator[RrwebEvent], str | None]:
    """Any recording file's events, and the recording's id where the file says it.

    Raises BadInput.
    """
    portable = portable_in(path, passphrase_of)
    if portable is not None:
        return portable.events(), portable.manifest.recording_id
    recording = open_recording(path)
    return recording.events, recording.recording_id


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "json_", is_flag=True, help="Print the manifest as JSON.")
@passphrase_file_option
def inspect(file: Path, json_: bool, passphrase_file: Path | None) -> None:
    """Show what a portable replay holds, verified against its payload."""
    replay = portable_in(file, Passphrases(passphrase_file).of)
    if replay is None:
        if not file.exists():
            raise BadInput(f"{file}: there is no such file")
        raise BadInput(
            f"{file} is no portable replay; `replay-courier export` makes one of a"
            " recording"
        )
    replay.verify()
    if json_:
        as_json(replay.manifest.to_json())
        return
    table(("", ""), _facts(replay.manifest))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(ENDINGS)),
    required=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write; - is standard output. Default: beside FILE.",
)
@passphrase_file_option
def convert(
    file: Path, format_: str, output: Path | None, passphrase_file: Path | None
) -> None:
    """Write a recording's events in another tool's format, without loss."""
    ending = ENDINGS[format_]
    write = archive if format_ == "zip" else CONVERTERS[format_][1]
    pieces = write(*events_of(file, Passphrases(passphrase_file).of))
    if output is not None and str(output) == "-":
        out = sys.stdout.buffer
        for piece in pieces:
            out.write(piece)
        return
    target = output or file.with_name(stem(file) + ending)
    write_whole(target, pieces)
    click.echo(target)


def stem(path: Path) -> str:
    """A recording file's name without the endings we know."""
    name = path.name
    for ending in (".gz", ".html", ".jsonl", ".json", ".replay"):
        name = name.removesuffix(ending)
    return name or "recording"


def _facts(manifest: Manifest) -> list[tuple[str, object]]:
    summary = manifest.summary
    console = ", ".join(f"{n} {level}" for level, n in summary.console.items())
    facts: list[tuple[str, object]] = [
        ("recording", manifest.recording_id or "(the input did not say)"),
        ("person", manifest.person or "-"),
        ("start", summary.start.isoformat(timespec="seconds")),
        ("duration", f"{summary.duration_ms / 1000:.1f} s"),
        ("active", f"{summary.active_ms / 1000:.1f} s"),
        ("platform", summary.platform),
        ("windows", len(summary.windows)),
        ("pages", len(summary.pages)),
        ("events", summary.events),
        ("clicks", f"{summary.clicks} ({summary.rage_clicks} rage clicks)"),
        ("console", console or "-"),
        (
            "requests",
            f"{summary.network_requests} ({summary.network_failing} failing,"
            f" {summary.network_slow} slow)",
        ),
        ("audience", manifest.audience),
        (
            "redacted",
            ", ".join(f"{n} {kind}" for kind, n in manifest.redactions.items()) or "-",
        ),
        *(
            [("left out", ", ".join(f"{n} {k}" for k, n in manifest.removed.items()))]
            if manifest.removed
            else []
        ),
        ("segments", f"{len(manifest.segments)}, {manifest.payload_bytes} bytes"),
        ("sha256", f"{manifest.sha256} (verified)"),
    ]
    if manifest.cut is not None:
        facts.insert(4, ("cut", manifest.cut))
    if (carried := manifest.assets) is not None:
        facts.append(
            (
                "assets",
                f"{len(carried.files)}, {carried.bytes} bytes;"
                f" {carried.missing_count} missing",
            )
        )
    if manifest.damaged:
        facts.append(("damaged", f"{manifest.damaged} events could not be read"))
    for error in summary.errors[:5]:
        at = f"{error.at_ms / 1000:.0f} s"
        facts.append(("error", f"{error.count}x, first at {at}: {error.message}"))
    return [(name, printable(str(value))) for name, value in facts]
