"""Requests that stand for the events of a burst."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("burst", sa.String(120)))
    op.create_index("ix_requests_burst", "requests", ["burst"], unique=True)
    op.create_index(
        "ix_requests_destination", "requests", ["destination", "state", "created_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_requests_destination", "requests")
    op.drop_index("ix_requests_burst", "requests")
    op.drop_column("requests", "burst")
