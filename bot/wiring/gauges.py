"""The numbers of the moment that ``/metrics`` gives, from the database: workers serve
no page of their own."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from bot.archiving.runs import failures_now
from bot.captured.pending import backlog_of
from bot.clock import utc_now
from bot.database.archives import archived
from bot.database.engine import transaction
from bot.metrics import Moment


def moments(engine: Engine) -> list[Moment]:
    """Capture's journal, and archives. Raises RetryLater."""
    backlog = backlog_of(engine)
    age = (utc_now() - backlog.oldest).total_seconds() if backlog.oldest else 0.0
    with transaction(engine) as connection:
        kept = connection.scalar(select(func.count()).select_from(archived))
        failed = failures_now(connection)
    return [
        Moment(
            "courier_capture_waiting_rows",
            "Rows of the journal that wait to be filed",
            backlog.rows,
        ),
        Moment("courier_capture_waiting_bytes", "Bytes of those rows", backlog.bytes),
        Moment(
            "courier_capture_oldest_seconds", "How long the oldest of them waits", age
        ),
        Moment(
            "courier_capture_set_aside_rows",
            "Rows of the journal that could not be filed",
            backlog.set_aside,
        ),
        Moment("courier_archived_recordings", "Recordings in archives", kept or 0),
        Moment(
            "courier_archive_failed_recordings",
            "Recordings that failed in the last finished run and those going on",
            failed,
        ),
    ]
