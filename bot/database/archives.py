"""The tables of archives: runs and what is to do in them, and what lies where.

What a target holds is told by ``archived``; its Parquet files and a table in BigQuery
are made of it, a day at a time.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.database.tables import Utc, metadata

schedules = Table(
    "archive_schedules",
    metadata,
    Column("id", String(32), primary_key=True),
    # One a target: a second one for it takes the first one's place.
    Column("target", String(500), nullable=False, unique=True),
    # JSON: what is archived and how.
    Column("wanted", Text, nullable=False),
    # How far back each run looks; further where days were missed.
    Column("look_back_s", BigInteger, nullable=False),
    # The time of day, in minutes, UTC.
    Column("minute", Integer, nullable=False),
    Column("next_at", Utc, nullable=False),
    # How far the last run that was begun went.
    Column("done_until", Utc),
    Column("created_at", Utc, nullable=False),
)

runs = Table(
    "archive_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("target", String(500), nullable=False),
    # The target again while the run is open: one run writes to a target at a time.
    Column("open_target", String(500), unique=True),
    # JSON: what is archived and how. The same again goes on with the run.
    Column("wanted", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    # listing, working, stopping; then done or stopped.
    Column("state", String(16), nullable=False, index=True),
    # JSON: how far each source is listed.
    Column("listed", Text, nullable=False),
    # Whether workers may take part: a folder of one machine's own is not theirs.
    Column("is_shared", Boolean, nullable=False),
    # JSON: what was listed and could not be read.
    Column("unread", Text, nullable=False),
    # JSON: what became of its recordings, once it is over; its tasks are gone then.
    Column("outcome", Text),
    Column("created_at", Utc, nullable=False),
    Column("finished_at", Utc),
    # Of whoever lists, or writes the index at the end.
    Column("due_at", Utc, nullable=False),
    Column("lease", String(32)),
    Column("leased_until", Utc),
    # Why it waits.
    Column("error", Text),
)

tasks = Table(
    "archive_tasks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("run_id", String(32), ForeignKey("archive_runs.id"), nullable=False),
    Column("recording_id", String(100), nullable=False),
    Column("source", String(32), nullable=False),
    Column("start", Utc, nullable=False),
    # JSON of the recording as it was listed; gone when the task is settled.
    Column("recording", Text),
    # waiting, working; then archived, there, ongoing, gone or failed.
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # How often a worker had it and neither finished nor gave it back: it died.
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("due_at", Utc, nullable=False),
    Column("lease", String(32)),
    Column("leased_until", Utc),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("error", Text),
    Column("settled_at", Utc),
    UniqueConstraint("run_id", "recording_id"),
    Index("ix_archive_tasks_state_start", "state", "start"),
    Index("ix_archive_tasks_run_id_state", "run_id", "state"),
)

# What a source allows, kept for all workers together.
paces = Table(
    "archive_paces",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("not_before", Utc, nullable=False),
    # Failures one after the other that may be the source's and not a recording's.
    Column("strikes", Integer, nullable=False, server_default="0"),
    # Why the source gives nothing at all until somebody mends it.
    Column("refusal", Text),
)

archived = Table(
    "archived_recordings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("target", String(500), nullable=False),
    Column("recording_id", String(100), nullable=False),
    Column("source", String(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("person_id", String(400)),
    Column("person_name", String(400)),
    Column("person_email", String(400)),
    Column("distinct_id", String(400)),
    Column("start", Utc, nullable=False),
    Column("end", Utc, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("active_ms", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("input_events", BigInteger, nullable=False),
    Column("console_errors", BigInteger, nullable=False),
    Column("console_warnings", BigInteger, nullable=False),
    Column("exceptions", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("failed_requests", BigInteger, nullable=False),
    # JSON: their addresses in the order they were visited.
    Column("pages", Text, nullable=False),
    Column("first_url", Text),
    Column("platform", String(40), nullable=False),
    Column("browser", String(200)),
    Column("os", String(200)),
    Column("device", String(200)),
    Column("format", String(16), nullable=False),
    Column("object_key", String(300), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("archived_at", Utc, nullable=False),
    # By which rules it was made: RedactionPolicy.key.
    Column("redaction", String(40), nullable=False),
    # What it looked like in its source's list then; anything else is archived again.
    Column("revision", String(64), nullable=False),
    # False where it could still grow.
    Column("is_final", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("target", "recording_id"),
    Index("ix_archived_recordings_recording_id", "recording_id"),
    Index("ix_archived_recordings_target_day", "target", "day"),
)

# Whose they are, by all that the source knew them by; addresses in one spelling.
names = Table(
    "archived_names",
    metadata,
    Column(
        "archived_id",
        String(32),
        ForeignKey("archived_recordings.id"),
        primary_key=True,
    ),
    # person, email or distinct_id.
    Column("kind", String(16), primary_key=True),
    Column("value", String(400), primary_key=True),
    Index("ix_archived_names_value", "kind", "value"),
)

# The days of a target whose files may differ from what is archived.
days = Table(
    "archived_days",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("target", String(500), nullable=False, index=True),
    Column("day", Date, nullable=False),
    # Counts the changes; the others are what the file and the table were made of.
    Column("revision", Integer, nullable=False),
    Column("indexed", Integer, nullable=False, server_default="0"),
    Column("loaded", Integer, nullable=False, server_default="0"),
    # The table in BigQuery that holds the day too; empty where there is none.
    Column("warehouse", String(300), nullable=False, server_default=""),
)
