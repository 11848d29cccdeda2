"""Captured recordings: what was accepted, whose it is, where it lies."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("object_key", sa.String(255), nullable=True),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_journal")),
    )
    op.create_index(
        "ix_capture_journal_leased_until", "capture_journal", ["leased_until", "id"]
    )
    op.create_table(
        "capture_people",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("email_folded", sa.String(320), nullable=True),
        sa.Column("name", sa.String(400), nullable=True),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column(
            "is_identified", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_people")),
    )
    op.create_index("ix_capture_people_email", "capture_people", ["email_folded"])
    op.create_table(
        "capture_sessions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("session_id", sa.String(70), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distinct_id", sa.String(400), nullable=True),
        sa.Column("platform", sa.String(40), server_default="web", nullable=False),
        sa.Column("browser", sa.String(100), nullable=True),
        sa.Column("os", sa.String(100), nullable=True),
        sa.Column("device", sa.String(100), nullable=True),
        sa.Column("pages", sa.Text(), server_default="[]", nullable=False),
        sa.Column("events", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clicks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("keypresses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("console_errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exceptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("plain_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bytes_stored", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_cut", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_sessions")),
        sa.UniqueConstraint(
            "project", "session_id", name=op.f("uq_capture_sessions_project")
        ),
    )
    op.create_index(
        "ix_capture_sessions_session_id", "capture_sessions", ["session_id"]
    )
    op.create_index("ix_capture_sessions_start", "capture_sessions", ["start"])
    op.create_index(
        "ix_capture_sessions_state", "capture_sessions", ["state", "received_at"]
    )
    op.create_table(
        "doomed_objects",
        sa.Column("object_key", sa.String(255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_doomed_objects")),
    )
    op.create_table(
        "capture_blocks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("session", sa.String(32), nullable=False),
        sa.Column("object_key", sa.String(255), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("plain_bytes", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"],
            ["capture_sessions.id"],
            name=op.f("fk_capture_blocks_session_capture_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_blocks")),
        sa.UniqueConstraint("object_key", name=op.f("uq_capture_blocks_object_key")),
    )
    op.create_index(op.f("ix_capture_blocks_session"), "capture_blocks", ["session"])
    op.create_table(
        "capture_distinct_ids",
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("distinct_id", sa.String(400), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column(
            "is_identified", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("properties", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["capture_people.id"],
            name=op.f("fk_capture_distinct_ids_person_id_capture_people"),
        ),
        sa.PrimaryKeyConstraint(
            "project", "distinct_id", name=op.f("pk_capture_distinct_ids")
        ),
    )
    op.create_index(
        op.f("ix_capture_distinct_ids_person_id"), "capture_distinct_ids", ["person_id"]
    )
    op.create_table(
        "capture_visitors",
        sa.Column("session", sa.String(32), nullable=False),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("distinct_id", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"],
            ["capture_sessions.id"],
            name=op.f("fk_capture_visitors_session_capture_sessions"),
        ),
        sa.PrimaryKeyConstraint(
            "session", "distinct_id", name=op.f("pk_capture_visitors")
        ),
    )
    op.create_index(
        "ix_capture_visitors_distinct_id",
        "capture_visitors",
        ["project", "distinct_id"],
    )
    op.create_table(
        "capture_aliases",
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("distinct_id", sa.String(400), nullable=False),
        sa.Column("other_id", sa.String(400), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "project",
            "distinct_id",
            "other_id",
            "kind",
            name=op.f("pk_capture_aliases"),
        ),
    )
    op.create_index(
        "ix_capture_aliases_other_id", "capture_aliases", ["project", "other_id"]
    )
    op.create_table(
        "capture_projects",
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("bytes_stored", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unreadable", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_capture_projects")),
    )


def downgrade() -> None:
    for name in (
        "capture_projects",
        "capture_aliases",
        "capture_blocks",
        "capture_visitors",
        "capture_distinct_ids",
        "doomed_objects",
        "capture_sessions",
        "capture_people",
        "capture_journal",
    ):
        op.drop_table(name)
