"""What a link was shared for and where, and the audit log."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_REQUESTS = sa.table(
    "requests", sa.column("id"), sa.column("action"), sa.column("body")
)


def upgrade() -> None:
    for column in (
        sa.Column("sealed_url", sa.Text),
        sa.Column("sealed_about", sa.Text),
        sa.Column("start_at_s", sa.Integer, nullable=False, server_default="0"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("max_opens", sa.Integer),
        sa.Column("opens", sa.Integer, nullable=False, server_default="0"),
        sa.Column("destination", sa.String(32)),
        sa.Column("posted", sa.Text),
        sa.Column("told", sa.String(16), nullable=False, server_default="nowhere"),
    ):
        op.add_column("links", column)
    op.create_index("ix_links_created_by", "links", ["created_by"])
    op.create_index("ix_links_told", "links", ["told"])
    op.add_column("views", sa.Column("ticket_hash", sa.String(64)))
    op.create_table(
        "previews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.String(32), sa.ForeignKey("links.id"), nullable=False),
        sa.Column("destination", sa.String(32), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("sealed_url", sa.Text, nullable=False),
        sa.Column("origin", sa.String(80), nullable=False, unique=True),
        sa.Column("is_closed", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_previews_link_id", "previews", ["link_id"])
    op.create_index("ix_previews_is_closed", "previews", ["is_closed"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("place", sa.String(255), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("link_id", sa.String(32)),
        sa.Column("origin", sa.String(80), unique=True),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.add_column(
        "requests",
        sa.Column("is_final", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    _rename("revoked", "revoke")


def downgrade() -> None:
    _rename("revoke", "revoked")
    op.drop_column("requests", "is_final")
    op.drop_table("audit")
    op.drop_table("previews")
    op.drop_column("views", "ticket_hash")
    op.drop_index("ix_links_told", "links")
    op.drop_index("ix_links_created_by", "links")
    for name in (
        "told", "posted", "destination", "opens", "max_opens", "note", "start_at_s",
        "sealed_about", "sealed_url",
    ):  # fmt: skip
        op.drop_column("links", name)


def _rename(action: str, to: str) -> None:
    """Requests that wait while the courier is upgraded are answered by the new one."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_REQUESTS.c.id, _REQUESTS.c.body).where(_REQUESTS.c.action == action)
    ).all()
    for row in rows:
        body = json.dumps({**json.loads(row.body), "action": to})
        connection.execute(
            sa.update(_REQUESTS)
            .where(_REQUESTS.c.id == row.id)
            .values(action=to, body=body)
        )
