"""Requests, replays, links and their views."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("destination", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("interruptions", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("rung_at", _TIME),
        sa.Column("leased_until", _TIME),
        sa.Column("lease", sa.String(32)),
        sa.Column("intended_at", _TIME),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("delivery", sa.Text),
        sa.Column("settled_at", _TIME),
    )
    op.create_index("ix_requests_state_due_at", "requests", ["state", "due_at"])
    op.create_table(
        "replays",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("recording_id", sa.String(100), nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("object_key", sa.String(255), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("is_final", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("ix_replays_recording", "replays", ["source", "recording_id"])
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column(
            "replay_id", sa.String(32), sa.ForeignKey("replays.id"), nullable=False
        ),
        sa.Column("origin", sa.String(80), nullable=False, unique=True),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.Column("revoked_by", sa.String(255)),
    )
    op.create_table(
        "views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.String(32), sa.ForeignKey("links.id"), nullable=False),
        sa.Column("viewed_at", _TIME, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
    )
    op.create_index("ix_views_link_id", "views", ["link_id"])


def downgrade() -> None:
    for table in ("views", "links", "replays", "requests"):
        op.drop_table(table)
