"""``find`` and ``export``: recordings of a person, and recordings to files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.cli.cutting import max_size_option, span_options, wish_of
from bot.cli.files import portable_in, stem
from bot.cli.output import as_json, progress, say, table, write_whole
from bot.cli.redaction import policy_of, redaction_options
from bot.clock import utc_now
from bot.config import Settings, span
from bot.errors import BadInput, NotFound
from bot.exporter import Exported
from bot.exporter import export as make_export
from bot.exporter.convert import CONVERTERS
from bot.exporter.fitting import Limit, Make, export_part
from bot.exporter.manifest import Manifest, with_device
from bot.exporter.page import file_page
from bot.exporter.remote import export_fetched, fetched
from bot.identifiers import read
from bot.lookup import look_up, recording_by_id
from bot.model import Found, IdentifierKind, NothingFound, Recording
from bot.policy import Audience, RedactionPolicy
from bot.recording.files import open_recording
from bot.recording.lines import Damage
from bot.recording.rrweb import RrwebEvent
from bot.recording.spans import Moment, Wish

_FILE_ENDINGS = (".gz", ".json", ".jsonl", ".html")
_FORMATS = ("html", "posthog-json", "rrweb", "har")


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

    result = look_up(
        sources(Settings.from_env()),
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
        as_json({"recordings": [_as_json(one) for one in result.recordings]})
        return
    _print(result)


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
@span_options
@max_size_option
def export(
    what: tuple[str, ...],
    output: Path,
    format_: str,
    rules: tuple[str, ...],
    secrets: bool,
    audience: str | None,
    max_size: int | None,
    since: Moment | None,
    until: Moment | None,
    around: Moment | str | None,
    seconds: float,
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
    redaction = policy_of(
        Settings.from_env(), rules=rules, secrets=secrets, audience=audience
    )
    wish = wish_of(since, until, around, seconds)
    limit = max_size and Limit(max_size, partial(_size_of, format_=format_))
    written: set[Path] = set()
    with progress("exporting", len(what)) as bar:
        for one in what:
            with export_what(
                one, redaction=redaction, wish=wish, limit=limit or None
            ) as made:
                target = _write(made, one, output, format_, written)
            written.add(target)
            click.echo(target)
            if bar is not None:
                bar.advance(bar.task_ids[0])


def _write(
    exported: Exported, what: str, folder: Path, format_: str, written: set[Path]
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
    ending = ".replay.html" if format_ == "html" else CONVERTERS[format_][0]
    target = _free(folder, name, ending, written)
    write_whole(target, _pieces(exported, format_))
    return target


def _pieces(exported: Exported, format_: str) -> Iterator[bytes]:
    """What the file of an export in this format holds."""
    if format_ == "html":
        return file_page(exported.manifest, exported.segments())
    _, write = CONVERTERS[format_]
    return write(exported.events(), exported.manifest.recording_id)


def _size_of(exported: Exported, *, format_: str) -> int:
    return sum(map(len, _pieces(exported, format_)))


def _free(folder: Path, name: str, ending: str, written: set[Path]) -> Path:
    """Where to write: files of one run never replace each other. What an earlier run
    wrote is replaced, so that the same command again gives the same files."""
    target = folder / f"{name}{ending}"
    number = 2
    while target in written:
        target = folder / f"{name}-{number}{ending}"
        number += 1
    return target


def export_what(
    what: str,
    *,
    redaction: RedactionPolicy,
    wish: Wish | None = None,
    limit: Limit | None = None,
) -> Exported:
    """The export of a recording id, a PostHog replay URL, or a recording file; of a
    part of it where one is wished for, or where the whole is over the limit.

    Raises BadInput, NotFound, and what sources raise.
    """
    given = _opened(what, redaction)
    if wish is None and limit is None:
        return given.make(given.events)
    return export_part(given.events, given.make, wish=wish, limit=limit)


@dataclass(frozen=True, slots=True)
class _Given:
    """A recording's events, and what exports them or some of them."""

    events: Iterator[RrwebEvent]
    make: Make


def _opened(what: str, redaction: RedactionPolicy) -> _Given:
    path = Path(what)
    if path.exists():
        return _from_file(path, redaction)
    if ("/" in what and "://" not in what) or path.suffix in _FILE_ENDINGS:
        raise BadInput(f"{what}: there is no such file")
    return _from_source(what, redaction)


def _from_file(path: Path, redaction: RedactionPolicy) -> _Given:
    if (portable := portable_in(path)) is not None:
        again = partial(_again, before=portable.manifest, redaction=redaction)
        return _Given(portable.events(), again)
    recording = open_recording(path)
    make = partial(
        make_export,
        source="file",
        recording_id=recording.recording_id,
        person=recording.person_name,
        damage=recording.damage,
        redaction=redaction,
    )
    return _Given(recording.events, make)


def _again(
    events: Iterable[RrwebEvent], *, before: Manifest, redaction: RedactionPolicy
) -> Exported:
    """The export of a portable replay's events, with what its manifest knew and no
    event says: whose it is, on what, and what was taken out or lost before. A
    customer's copy stays one."""
    if before.audience is Audience.CUSTOMER:
        redaction = redaction.for_audience(before.audience)
    exported = make_export(
        events,
        source=before.source,
        recording_id=before.recording_id,
        person=before.person,
        redaction=redaction,
    )
    found = exported.manifest
    summary = replace(
        with_device(found.summary, before.summary.browser, before.summary.os),
        platform=before.summary.platform,
    )
    manifest = replace(
        found,
        recording_url=before.recording_url
        if redaction.audience is Audience.STAFF
        else None,
        summary=summary,
        redactions=dict(Counter(before.redactions) + Counter(found.redactions)),
        removed=dict(Counter(before.removed) + Counter(found.removed)),
        damaged=before.damaged,
        cut=before.cut,
    )
    return replace(exported, manifest=manifest)


def _from_source(what: str, redaction: RedactionPolicy) -> _Given:
    from bot.wiring import sources

    found = read(what)
    if any(one.kind is IdentifierKind.EMAIL for one in found):
        raise BadInput(
            f"{what} is a person, not a recording; `replay-courier find {what}` lists"
            " theirs"
        )
    identifiers = [
        one
        for one in found
        if one.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID)
    ]
    recording_id = identifiers[0].value if identifiers else what
    source, recording = recording_by_id(sources(Settings.from_env()), recording_id)
    damage = Damage()
    make = partial(
        export_fetched,
        source=source.name,
        recording=recording,
        damage=damage,
        redaction=redaction,
        now=utc_now(),
    )
    return _Given(fetched(source, recording, damage), make)


def _as_json(recording: Recording) -> dict[str, Any]:
    person = recording.person
    return {
        "id": recording.id,
        "source": recording.source,
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
        "url": recording.url,
    }


def _print(found: Found) -> None:
    table(
        ("start", "length", "errors", "clicks", "first page", "device", "recording"),
        (
            (
                f"{one.start:%Y-%m-%d %H:%M} UTC",
                _length(one.duration) + (" (still recording)" if one.ongoing else ""),
                "-" if one.console_error_count is None else one.console_error_count,
                "-" if one.click_count is None else one.click_count,
                one.start_url or "-",
                " on ".join(filter(None, (one.browser, one.os))) or one.platform,
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
