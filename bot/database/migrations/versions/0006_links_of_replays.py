"""The links of a recording, found as a note is written or something is shared."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_links_replay", "links", ["replay_id"])


def downgrade() -> None:
    op.drop_index("ix_links_replay", "links")
