"""What became of archive runs, for people and for scripts."""

from __future__ import annotations

from typing import Any

import click

from bot.archiving.orders import in_words
from bot.archiving.runs import Report
from bot.archiving.tasks import OPEN, TaskState
from bot.cli.output import printable

_WORDS = {
    TaskState.ARCHIVED: "archived",
    TaskState.THERE: "already there",
    TaskState.ONGOING: "still going on, archived again by the next run",
    TaskState.GONE: "gone from the source",
    TaskState.FAILED: "failed",
}
_MAX_REASONS = 10


def print_report(report: Report) -> None:
    """What was done, where it lies, and what failed for which reason."""
    for state, words in _WORDS.items():
        if number := report.counts.get(state, 0):
            click.echo(f"{number:7,} {words}")
    if not report.total and not report.run.is_open:
        asked = report.run.order.query
        fits = f" No recording fits {printable(asked)!r}." if asked else ""
        click.echo(f"There was nothing to archive.{fits}")
    if unread := len(report.run.unread):
        click.echo(f"{unread:7,} could not be read in the source's list")
    seconds = _seconds(report)
    written = report.counts.get(TaskState.ARCHIVED, 0)
    pace = f", {written / seconds * 60:,.0f} recordings a minute" if seconds > 1 else ""
    click.echo(f"{spoken_bytes(report.bytes)} in {spoken_time(seconds)}{pace}")
    click.echo(f"in {in_words(report.run.order.target)}")
    reasons = sorted(report.reasons.items(), key=lambda one: -one[1])
    every = [*reasons, *((one, 1) for one in report.run.unread)]
    for reason, number in every[:_MAX_REASONS]:
        click.echo(f"failed {number} times: {printable(reason)}")
    if len(every) > _MAX_REASONS:
        click.echo(f"and for {len(every) - _MAX_REASONS} more reasons; see --json")


def report_as_json(report: Report) -> dict[str, Any]:
    run = report.run
    return {
        "run": run.id,
        "state": run.state,
        "target": run.order.target,
        "query": run.order.query,
        "format": run.order.format,
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "recordings": report.total,
        **{state.value: report.counts.get(state, 0) for state in _WORDS},
        "waiting": sum(report.counts.get(one, 0) for one in OPEN),
        "bytes": report.bytes,
        "seconds": round(_seconds(report), 1),
        "reasons": report.reasons,
        "unread": list(run.unread),
        "error": run.error,
    }


def spoken_bytes(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return (
                f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:,.1f} TB"


def spoken_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _seconds(report: Report) -> float:
    run = report.run
    ended = run.finished_at or run.created_at
    return (ended - run.created_at).total_seconds()
