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
    kept = f"{count or 0:,} kept, {cut} of them cut at CAPTURE_SESSION_MB"
    yield _recordings(kept, sum(row.unreadable for row in used), backlog)
    stored = {row.project: row.bytes_stored for row in used}
    for project, quota in sorted(quotas.items()):
        is_room = stored.get(project, 0) / quota < _NEARLY
        yield Check(
            f"capture: quota of {project}",
            is_room,
            f"{stored.get(project, 0) / _GIGABYTE:.2f} of {quota / _GIGABYTE:.2f} GB",
            ""
            if is_room
            else "Nothing is kept above it: raise quota= in CAPTURE_PROJECTS, or"
            " shorten retention=.",
        )


def _recordings(kept: str, unreadable: int, backlog: Backlog) -> Check:
    name = "capture: recordings"
    if not unreadable and not backlog.set_aside:
        return Check(name, True, f"{kept}; all that was filed could be read")
    why = (
        "The log says why: look for 'an accepted batch is not readable', and for"
        " workers that died."
    )
    which = ", ".join(map(str, backlog.some_aside))
    if backlog.set_aside:
        more = ", …" if backlog.set_aside > len(backlog.some_aside) else ""
        which = f" ({which}{more})"
        why += (
            " Once that is mended, or the objects they name are restored, they are"
            " tried again with UPDATE capture_journal SET attempts = 0 WHERE id IN (…);"
            " or delete the rows."
        )
    return Check(
        name,
        False,
        f"{kept}; batches that could not be read: {unreadable}, rows of the"
        f" journal set aside: {backlog.set_aside}{which}",
        why,
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
