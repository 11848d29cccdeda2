"""``archive verify``, ``query``, ``list``, ``stop``, ``unschedule`` and ``adopt``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from bot.archiving import adopting, reading, verifying
from bot.archiving.orders import in_words, is_of_this_machine
from bot.archiving.runs import STOPPING
from bot.archiving.working import Hands
from bot.cli.archive_reports import report_as_json
from bot.cli.archive_targets import services_of, target_of, to_option
from bot.cli.output import as_json, printable, progress, say, table
from bot.config import Settings
from bot.errors import NotFound
from bot.storage import ReplayStore
from bot.wiring.archived import store_at

_MAX_NAMED = 50


@click.command()
@to_option
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def verify(to: str | None, json_: bool) -> None:
    """Read every archived object again and check its SHA-256; check that index and
    objects agree, both ways. Exit status 1 where anything is wrong."""
    target, store = _opened(to)
    rows = verifying.indexed(store)
    with progress("verifying", len(rows)) as bar:
        step = (lambda: bar.advance(bar.task_ids[0])) if bar else (lambda: None)
        findings = list(verifying.verify(store, rows, checked=step))
    with services_of() as services:
        findings += verifying.unindexed(services.engine, target, rows)
    size = sum(row.bytes for row in rows)
    if json_:
        found = [{"damage": one.damage, "what": one.what} for one in findings]
        as_json({"objects": len(rows), "bytes": size, "findings": found})
    else:
        for one in findings[:_MAX_NAMED]:
            click.echo(f"{one.damage}: {one.what}")
        if len(findings) > _MAX_NAMED:
            click.echo(f"and {len(findings) - _MAX_NAMED} more; see --json")
        wrong = f"{len(findings)} findings" if findings else "all as archived"
        click.echo(f"{len(rows):,} objects, {wrong}, in {in_words(target)}")
    if findings:
        sys.exit(1)


@click.command()
@click.argument("sql")
@to_option
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.option("--csv", "csv_", is_flag=True, help="Print CSV.")
def query(sql: str, to: str | None, json_: bool, csv_: bool) -> None:
    """Ask the index in SQL, in DuckDB's dialect, of the table recordings; "DESCRIBE
    recordings" lists its columns.

    \b
    Whose sessions fail most, of the last week:
      replay-courier archive query "SELECT person_email, sum(failed_requests) AS failed
        FROM recordings WHERE day > today() - 7 GROUP BY ALL ORDER BY failed DESC"
    """
    _, store = _opened(to)
    answer = reading.query(store, sql)
    if json_:
        as_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif csv_:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        table(answer.columns, (map(_cell, row) for row in answer.rows))


@click.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def list_(limit: int, json_: bool) -> None:
    """List the last runs, newest first, and what is done every day."""
    with services_of() as services:
        archives = services.archives
        reports = [archives.runs.report(one.id) for one in archives.runs.recent(limit)]
        schedules = archives.schedules.all()
        refusals = archives.paces.refusals()
    if json_:
        every_day = [
            {
                "id": one.id,
                "time": one.time,
                "next": one.next_at.isoformat(),
                "target": one.order.target,
                "query": one.order.query,
                "format": one.order.format,
            }
            for one in schedules
        ]
        as_json(
            {"runs": list(map(report_as_json, reports)), "schedules": every_day},
        )
        return
    for source, reason in refusals.items():
        say(f"Nothing is fetched from {source} now: {printable(reason)}")
    table(
        ("run", "began", "state", "done", "failed", "to", "which"),
        (
            (
                one.run.id[:8],
                f"{one.run.created_at:%Y-%m-%d %H:%M} UTC",
                one.run.state,
                f"{one.settled} of {one.total}",
                one.failed,
                in_words(one.run.order.target),
                one.run.order.query or "all",
            )
            for one in reports
        ),
    )
    for one in schedules:
        click.echo(
            f"{one.id[:8]}  every day at {one.time} UTC, next on"
            f" {one.next_at:%-d %B}, to {in_words(one.order.target)}"
        )


@click.command()
@click.argument("run")
def stop(run: str) -> None:
    """End a run before its end: what is archived stays and is indexed, and a later run
    does the rest. RUN is its id, or the beginning of it."""
    with services_of() as services:
        archives = services.archives
        stopped = archives.runs.stop(run)
        if stopped.state == STOPPING:
            hands = Hands(archives.work, stopped.id, threads=1)
            hands.start()
            hands.wait_for_end(seconds=services.settings.lease.total_seconds() * 2)
            hands.leave()
        ended = archives.runs.report(stopped.id)
    say(f"Run {ended.run.id[:8]} is {ended.run.state}: {ended.settled} done.")


@click.command()
@click.argument("schedule")
def unschedule(schedule: str) -> None:
    """Do it every day no more. SCHEDULE is its id as `archive list` prints it."""
    with services_of() as services:
        ended = services.archives.schedules.remove(schedule)
    say(f"No more at {ended.time} UTC to {in_words(ended.order.target)}.")


@click.command()
@to_option
def adopt(to: str | None) -> None:
    """Take in an archive that another installation made, or one whose database was
    lost: from then on its recordings are found by recording id, person id or distinct
    id."""
    target, store = _opened(to)
    with services_of() as services:
        taken = adopting.adopt(services.engine, store, target)
    say(f"{taken:,} recordings were taken in from {in_words(target)}.")


def _opened(to: str | None) -> tuple[str, ReplayStore]:
    """The archive. Raises NotFound for a folder that is not there, which opening it to
    write would make."""
    target = target_of(to, Settings.from_env())
    if is_of_this_machine(target) and not Path(in_words(target)).is_dir():
        raise NotFound(f"there is no archive at {in_words(target)}")
    return target, store_at(target)


def _cell(value: Any) -> object:
    return "-" if value is None else value
