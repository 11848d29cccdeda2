"""``archive``: all recordings on storage of one's own."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import click

from bot.archiving.orders import FORMATS, Order, in_words, is_of_this_machine, target_at
from bot.archiving.runs import Report, Run
from bot.archiving.working import Hands
from bot.cli import archive_index
from bot.cli.archive_progress import showing
from bot.cli.archive_reports import print_report, report_as_json
from bot.cli.archive_targets import services_of, target_of, to_option
from bot.cli.output import as_json, printable, say
from bot.cli.recordings import SpanType
from bot.clock import utc_now
from bot.config import Settings
from bot.wiring import Services

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LOOK_SECONDS = 0.5


class MomentType(click.ParamType[datetime]):
    """A time such as 7d, which is so long ago, or a day such as 2026-11-24, on the
    command line."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return utc_now() - self._ago(value, param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=utc_now().tzinfo)

    def _ago(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return SpanType().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(
                "expected a time such as 30d, or a day such as 2026-11-01", param, ctx
            )


class TimeOfDay(click.ParamType[int]):
    """``HH:MM`` as minutes."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        if (found := _TIME.fullmatch(value)) is None:
            self.fail("expected a time of day such as 03:30", param, ctx)
        return int(found[1]) * 60 + int(found[2])


@click.group(invoke_without_command=True)
@click.option(
    "--since",
    type=MomentType(),
    default="30d",
    show_default=True,
    help="Recordings that started since: 30d ago, or a day such as 2026-11-01.",
)
@click.option("--until", type=MomentType(), help="And before. Default: now.")
@click.option(
    "--query",
    default="",
    help="Only these, in the words that /replay takes: 'jane@example.com errors only on"
    " /checkout'.",
)
@to_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="replay",
    show_default=True,
    help="HTML files that play anywhere, or the events alone.",
)
@click.option(
    "--bigquery",
    default="",
    metavar="PROJECT.DATASET.TABLE",
    help="Load the index into this table too; it is made where there is none.",
)
@click.option(
    "--schedule",
    type=TimeOfDay(),
    metavar="HH:MM",
    help="Let the workers do this every day at that time, UTC.",
)
@click.option("--detach", is_flag=True, help="Leave it to the workers.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.pass_context
def archive(
    ctx: click.Context,
    since: datetime,
    until: datetime | None,
    query: str,
    to: str | None,
    format_: Any,
    bigquery: str,
    schedule: int | None,
    detach: bool,
    json_: bool,
) -> None:
    """Bring recordings to storage of your own, with an index that DuckDB, BigQuery and
    Athena read where it lies. What is there and unchanged is not fetched again. The
    same command goes on with what was not finished, however it ended.

    \b
    Everything of the last month, then every night what is new:
      replay-courier archive --since 30d --to s3://archive/replays
      replay-courier archive --since 3d --to s3://archive/replays --schedule 03:30
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = Settings.from_env()
    order = Order(target_of(to, settings), query.strip(), format_, bigquery)
    now = utc_now()
    if until is not None and until <= since:
        raise click.UsageError("--until is before --since")
    order.check()
    with services_of() as services:
        archives = services.archives
        archives.check(order)
        if schedule is not None:
            if until is not None:
                raise click.UsageError("--schedule has no --until: every day has more")
            kept = archives.schedules.keep(
                order, look_back=now - since, minute=schedule
            )
            say(
                f"Every day at {kept.time} UTC, for the first time on"
                f" {kept.next_at:%-d %B}; `replay-courier archive unschedule"
                f" {kept.id[:8]}` ends it."
            )
            return
        own = settings.archive_url and target_at(settings.archive_url)
        run, is_new = archives.runs.begin(
            order,
            since=since,
            until=until or now,
            is_shared=detach
            or order.target == own
            or not is_of_this_machine(order.target),
        )
        if not is_new:
            say(
                f"Going on with run {run.id[:8]}, begun"
                f" {run.created_at:%-d %B %H:%M} UTC."
            )
        if detach:
            say(f"Run {run.id[:8]} is left to the workers; see `archive list`.")
            return
        archives.paces.ask_again()
        report = _work(services, run)
    if json_:
        as_json(report_as_json(report))
    else:
        print_report(report)
    if report.failed or report.run.is_open:
        sys.exit(1)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C, which as an exception could come while a connection is
    taken that others wait for. The next one ends the process as ever."""
    interrupted = threading.Event()

    def note(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        interrupted.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _work(services: Services, run: Run) -> Report:
    """Work on the run until it is over, and show how far it is."""
    archives = services.archives
    hands = Hands(archives.work, run.id, threads=services.settings.archive_threads)
    refusals: list[str] = []
    with _interruption() as interrupted:
        hands.start()
        with showing(in_words(run.order.target)) as show:
            while (report := archives.runs.report(run.id)).run.is_open:
                show(report, archives.paces.waiting())
                refusals = archives.work.refusals(report.run)
                if refusals or interrupted.wait(_LOOK_SECONDS):
                    break
            show(report, {})
    if interrupted.is_set():
        say("Finishing the recordings in hand …")
        hands.leave()
        report = archives.runs.report(run.id)
        say(
            f"Stopped at {report.settled} of {report.total}. The same command goes on"
            f" from there; `replay-courier archive stop {run.id[:8]}` ends the run."
        )
        sys.exit(130)
    hands.leave()
    if report.run.is_open:
        for reason in refusals:
            say(printable(reason))
        say("Once that is mended, the same command goes on from there.")
    return report


for _command in (
    archive_index.verify,
    archive_index.query,
    archive_index.list_,
    archive_index.stop,
    archive_index.unschedule,
    archive_index.adopt,
):
    archive.add_command(_command)
