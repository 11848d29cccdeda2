"""How often a request's worker died over it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "requests",
        sa.Column("interruptions", sa.Integer, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    op.drop_column("requests", "interruptions")
