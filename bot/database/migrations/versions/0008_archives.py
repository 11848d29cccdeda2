"""Archives: runs and what is to do in them, and what lies where."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_paces",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strikes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_archive_paces")),
    )
    op.create_table(
        "archive_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("open_target", sa.String(length=500), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("unread", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_runs")),
        sa.UniqueConstraint("open_target", name=op.f("uq_archive_runs_open_target")),
    )
    op.create_index(
        op.f("ix_archive_runs_state"), "archive_runs", ["state"], unique=False
    )
    op.create_table(
        "archive_schedules",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("look_back_s", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_schedules")),
        sa.UniqueConstraint("target", name=op.f("uq_archive_schedules_target")),
    )
    op.create_table(
        "archived_days",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("indexed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("loaded", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "warehouse", sa.String(length=300), server_default="", nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_days")),
    )
    op.create_index(
        op.f("ix_archived_days_target"), "archived_days", ["target"], unique=False
    )
    op.create_table(
        "archived_recordings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("recording_id", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=400), nullable=True),
        sa.Column("person_name", sa.String(length=400), nullable=True),
        sa.Column("person_email", sa.String(length=400), nullable=True),
        sa.Column("distinct_id", sa.String(length=400), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("active_ms", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("input_events", sa.BigInteger(), nullable=False),
        sa.Column("console_errors", sa.BigInteger(), nullable=False),
        sa.Column("console_warnings", sa.BigInteger(), nullable=False),
        sa.Column("exceptions", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("failed_requests", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("first_url", sa.Text(), nullable=True),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=True),
        sa.Column("os", sa.String(length=200), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("object_key", sa.String(length=300), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redaction", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_recordings")),
        sa.UniqueConstraint(
            "target", "recording_id", name=op.f("uq_archived_recordings_target")
        ),
    )
    op.create_index(
        "ix_archived_recordings_recording_id",
        "archived_recordings",
        ["recording_id"],
        unique=False,
    )
    op.create_index(
        "ix_archived_recordings_target_day",
        "archived_recordings",
        ["target", "day"],
        unique=False,
    )
    op.create_table(
        "archive_tasks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recording", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["archive_runs.id"],
            name=op.f("fk_archive_tasks_run_id_archive_runs"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_tasks")),
        sa.UniqueConstraint(
            "run_id", "recording_id", name=op.f("uq_archive_tasks_run_id")
        ),
    )
    op.create_index(
        "ix_archive_tasks_run_id_state",
        "archive_tasks",
        ["run_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_archive_tasks_state_start",
        "archive_tasks",
        ["state", "start"],
        unique=False,
    )
    op.create_table(
        "archived_names",
        sa.Column("archived_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["archived_id"],
            ["archived_recordings.id"],
            name=op.f("fk_archived_names_archived_id_archived_recordings"),
        ),
        sa.PrimaryKeyConstraint(
            "archived_id", "kind", "value", name=op.f("pk_archived_names")
        ),
    )
    op.create_index(
        "ix_archived_names_value", "archived_names", ["kind", "value"], unique=False
    )


def downgrade() -> None:
    for name in (
        "archived_names",
        "archive_tasks",
        "archived_recordings",
        "archived_days",
        "archive_schedules",
        "archive_runs",
        "archive_paces",
    ):
        op.drop_table(name)
