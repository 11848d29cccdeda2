"""The tables of requests, replays and links. The same schema on SQLite and PostgreSQL;
Alembic brings it there. Captured recordings have theirs in ``captures``."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    false,
)

from bot.database.tables import Utc, metadata
from bot.model import SOURCE_NAMES

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    # The vendor's own id for the event: a redelivery is the same row.
    Column("key", String(255), nullable=False, unique=True),
    # Other events it stands for as well, while nobody has begun to answer it.
    Column("burst", String(120), index=True, unique=True),
    Column("action", String(16), nullable=False),
    Column("destination", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    # How often a worker had it and neither finished nor gave it back: it died.
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("rung_at", Utc),
    Column("leased_until", Utc),
    Column("lease", String(32)),
    # Set before posting; with no outcome it means: look before posting again.
    Column("intended_at", Utc),
    Column("draft", Text, nullable=False),
    # Why it cannot be answered, once that is known; what is posted is this.
    Column("failure", Text),
    # Whether trying again cannot help.
    Column("is_final", Boolean, nullable=False, server_default=false()),
    Column("error", Text),
    Column("delivery", Text),
    Column("settled_at", Utc),
    Index("ix_requests_state_due_at", "state", "due_at"),
    Index("ix_requests_destination", "destination", "state", "created_at"),
)

replays = Table(
    "replays",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("source", String(32), nullable=False),
    Column("recording_id", String(100), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("object_key", String(255), nullable=False),
    # For whom, and a digest of the rules by which it was made: RedactionPolicy.key.
    Column("redaction", String(40), nullable=False, server_default=""),
    Column("bytes", BigInteger, nullable=False),
    # False while the recording was still going on: it is exported again when asked.
    Column("is_final", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Index("ix_replays_recording", "source", "recording_id"),
)

FROM_FILE = "file"
"""The ``source`` of a replay of a file, which may name any recording as its own."""


def of_recording(source: str, recording_id: str) -> ColumnElement[bool]:
    """The replays of a recording: the same id is the same session in every source."""
    same = {source} if source == FROM_FILE else {source, *SOURCE_NAMES}
    # Named one by one, so that the index serves.
    return and_(
        replays.c.source.in_(sorted(same)), replays.c.recording_id == recording_id
    )


links = Table(
    "links",
    metadata,
    Column("id", String(32), primary_key=True),
    # Only a hash: whoever reads the database can open no replay.
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("replay_id", String(32), ForeignKey("replays.id"), nullable=False),
    # Which request and which of its replays; minting again replaces the token.
    Column("origin", String(80), nullable=False, unique=True),
    Column("created_by", String(255), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("revoked_by", String(255)),
    # The URL that was posted, which only the installation's key opens.
    Column("sealed_url", Text),
    # Whose recording it is and on what device, as the message names them; sealed too.
    Column("sealed_about", Text),
    Column("start_at_s", Integer, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column("max_opens", Integer),
    Column("opens", Integer, nullable=False, server_default="0"),
    # Where it was posted, in the destination's ids; and what the message says of it:
    # its state, nothing where that has yet to be told, or that there is no message.
    Column("destination", String(32)),
    Column("posted", Text),
    Column("told", String(16), nullable=False, server_default="nowhere"),
    Index("ix_links_created_by", "created_by"),
    Index("ix_links_replay", "replay_id"),
    Index("ix_links_told", "told"),
)

views = Table(
    "views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", String(32), ForeignKey("links.id"), nullable=False, index=True),
    Column("viewed_at", Utc, nullable=False),
    Column("what", String(16), nullable=False),
    # Whoever opened a link that opens a few times only reads on with this.
    Column("ticket_hash", String(64)),
)

# What was shown below share links that people posted, to be taken back when they close.
previews = Table(
    "previews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", String(32), ForeignKey("links.id"), nullable=False, index=True),
    Column("destination", String(32), nullable=False),
    Column("address", Text, nullable=False),
    # As it was posted: the key to the preview, and to the replay.
    Column("sealed_url", Text, nullable=False),
    # Which request it was shown for, and which of its links.
    Column("origin", String(80), nullable=False, unique=True),
    Column("is_closed", Boolean, nullable=False, server_default=false()),
    Index("ix_previews_is_closed", "is_closed"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("event", String(16), nullable=False),
    Column("who", String(255), nullable=False),
    Column("place", String(255), nullable=False),
    Column("subject", Text, nullable=False),
    Column("link_id", String(32)),
    # Which request it belongs to: what is tried again is written once.
    Column("origin", String(80), unique=True),
)
