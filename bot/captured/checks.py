"""What ``doctor`` says of captured recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from bot.captured.pending import Backlog, backlog_of
from bot.database.captures import projects, sessions
from bot.database.engine import transaction
from bot.errors import CourierError
from bot.model import Check

_LATE = timedelta(minutes=2)
_NEARLY = 0.9
_GIGABYTE = 10**9


def checks(engine: Engine, quotas: Mapping[str, int], now: datetime) -> Iterator[Check]:
    """The journal, what was unreadable, quotas; never raises."""
    name = "capture: journal"
    try:
        backlog = backlog_of(engine)
        with transaction(engine) as connection:
            used = connection.execute(select(projects)).all()
            count, cut = connection.execute(
                select(func.count(), func.count().filter(sessions.c.is_cut)).where(
                    sessions.c.start.is_not(None)
                )
            ).one()
    except CourierError as error:
        yield Check(name, False, str(error), "See the check of the database.")
        return
    yield _journal(name, backlog, now)
    unreadable = sum(row.unreadable for row in used)
    yield Check(
        "capture: recordings",
        not unreadable and not backlog.set_aside,
        f"{count} recordings, {cut} of them cut at CAPTURE_SESSION_MB;"
        f" {unreadable} batches could not be read,"
        f" {backlog.set_aside} rows of the journal were set aside",
        "The log says why: look for 'an accepted batch is not readable', and for"
        " workers that died.",
    )
    stored = {row.project: row.bytes_stored for row in used}
    for project, quota in sorted(quotas.items()):
        share = stored.get(project, 0) / quota
        yield Check(
            f"capture: quota of {project}",
            share < _NEARLY,
            f"{stored.get(project, 0) / _GIGABYTE:.2f} of {quota / _GIGABYTE:.2f} GB",
            "Nothing is kept above it: raise quota= in CAPTURE_PROJECTS, or shorten"
            " retention=.",
        )


def _journal(name: str, backlog: Backlog, now: datetime) -> Check:
    if backlog.oldest is None:
        return Check(name, True, "all that was accepted is filed")
    age = now - backlog.oldest
    waits = f"{backlog.rows} rows ({backlog.bytes / 10**6:.1f} MB) wait to be filed"
    return Check(
        name,
        age < _LATE,
        f"{waits}, the oldest for {age.total_seconds():.0f} s",
        "Is a worker running? `replay-courier worker`; one that cannot keep up needs"
        " another beside it.",
    )
