"""How far an archive run is: a bar at a terminal, lines now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bot.archiving.runs import LISTING, Report
from bot.cli.output import printable, say
from bot.clock import utc_now
from bot.model import SOURCE_NAMES

Show = Callable[[Report, Mapping[str, datetime]], None]
"""Shows a report, and which sources are waited for until when."""

_LINE_SECONDS = 30.0


@contextmanager
def showing(where: str) -> Iterator[Show]:
    if not sys.stderr.isatty():
        yield _lines(where)
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        # A limit of an hour must not look like the end of all progress.
        speed_estimate_period=3600,
    )
    with bar:
        task = bar.add_task("archiving", total=None, rate="", note="")
        yield _bar(bar, task)


def _bar(bar: Progress, task: int) -> Show:
    rate = _Rate()

    def show(report: Report, waiting: Mapping[str, datetime]) -> None:
        listing = report.run.state == LISTING
        bar.update(
            bar.tasks[task].id,
            completed=report.settled,
            total=report.total or None,
            description="listing and archiving" if listing else "archiving",
            rate=rate.of(report),
            note=_note(report, waiting),
        )

    return show


def _lines(where: str) -> Show:
    said = time.monotonic()
    rate = _Rate()
    say(f"Archiving to {where}")

    def show(report: Report, waiting: Mapping[str, datetime]) -> None:
        nonlocal said
        spoken = rate.of(report)
        if time.monotonic() - said < _LINE_SECONDS:
            return
        said = time.monotonic()
        note = _note(report, waiting)
        say(
            f"{report.settled} of {report.total} recordings, {spoken}"
            + (f", {note}" if note else "")
        )

    return show


class _Rate:
    """Recordings a minute since it was first asked."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None

    def of(self, report: Report) -> str:
        now = time.monotonic()
        if self._began is None:
            self._began = (now, report.settled)
        began, before = self._began
        minutes = max(now - began, 1.0) / 60
        return f"{(report.settled - before) / minutes:,.0f}/min"


def _note(report: Report, waiting: Mapping[str, datetime]) -> str:
    if report.run.error:
        return printable(report.run.error)[:80]
    left = {
        source: (until - utc_now()).total_seconds() for source, until in waiting.items()
    }
    longest = max(left.values(), default=0.0)
    if longest < 1:
        return ""
    source = max(left, key=lambda one: left[one])
    return f"{SOURCE_NAMES.get(source, source)} is asked again in {longest:.0f} s"
