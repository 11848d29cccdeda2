"""The tables of captured recordings: what was accepted, whose it is, where it lies."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.database.tables import Utc, metadata

# What was accepted and is not filed yet. A row is what one commit made safe.
journal = Table(
    "capture_journal",
    metadata,
    Column("id", Integer, primary_key=True),
    # The batches; or, where they are large, the key of the object that holds them.
    Column("payload", LargeBinary),
    Column("object_key", String(255)),
    Column("batches", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease", String(32)),
    Column("leased_until", Utc),
    Index("ix_capture_journal_leased_until", "leased_until", "id"),
)

people = Table(
    "capture_people",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("project", String(100), nullable=False),
    Column("email", String(320)),
    # For finding: the address in one spelling.
    Column("email_folded", String(320)),
    Column("name", String(400)),
    Column("properties", Text, nullable=False),
    # Whether somebody said who it is; two such people are not made one by a visit.
    Column("is_identified", Boolean, nullable=False, server_default=false()),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index("ix_capture_people_email", "email_folded"),
)

distinct_ids = Table(
    "capture_distinct_ids",
    metadata,
    Column("project", String(100), primary_key=True),
    Column("distinct_id", String(400), primary_key=True),
    Column(
        "person_id",
        String(36),
        ForeignKey("capture_people.id"),
        nullable=False,
        index=True,
    ),
    # Whether somebody said that this is who they are; an anonymous id is nobody's.
    Column("is_identified", Boolean, nullable=False, server_default=false()),
    # JSON: what was set under this id and when, so that the order it comes in is one.
    Column("properties", Text, nullable=False, server_default="{}"),
)

# What said that two ids are one person's; who is one person follows from all of them.
aliases = Table(
    "capture_aliases",
    metadata,
    Column("project", String(100), primary_key=True),
    Column("distinct_id", String(400), primary_key=True),
    Column("other_id", String(400), primary_key=True),
    # identify, alias or merge: the first joins no two who are both identified.
    Column("kind", String(16), primary_key=True),
    Column("at", Utc, nullable=False),
    Index("ix_capture_aliases_other_id", "project", "other_id"),
)

# What a project has used, and what of it could not be read.
projects = Table(
    "capture_projects",
    metadata,
    Column("project", String(100), primary_key=True),
    Column("bytes_stored", BigInteger, nullable=False, server_default="0"),
    Column("unreadable", Integer, nullable=False, server_default="0"),
)

sessions = Table(
    "capture_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project", String(100), nullable=False),
    Column("session_id", String(70), nullable=False),
    # open, settled (compacted) or erased (what remains of it is this row).
    Column("state", String(16), nullable=False),
    # Changes with every change of its blocks.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("received_at", Utc, nullable=False),
    Column("start", Utc),
    Column("end", Utc),
    Column("distinct_id", String(400)),
    Column("platform", String(40), nullable=False, server_default="web"),
    Column("browser", String(100)),
    Column("os", String(100)),
    Column("device", String(100)),
    # JSON: the pages in the order they were visited.
    Column("pages", Text, nullable=False, server_default="[]"),
    Column("events", Integer, nullable=False, server_default="0"),
    Column("active_ms", BigInteger, nullable=False, server_default="0"),
    Column("clicks", Integer, nullable=False, server_default="0"),
    Column("keypresses", Integer, nullable=False, server_default="0"),
    Column("console_errors", Integer, nullable=False, server_default="0"),
    Column("exceptions", Integer, nullable=False, server_default="0"),
    Column("failed_requests", Integer, nullable=False, server_default="0"),
    Column("plain_bytes", BigInteger, nullable=False, server_default="0"),
    Column("bytes_stored", BigInteger, nullable=False, server_default="0"),
    # Whether it grew over the limit, and what came then was left out.
    Column("is_cut", Boolean, nullable=False, server_default=false()),
    # JSON: what its analytics events say; the columns above follow from this and from
    # what its blocks say.
    Column("facts", Text, nullable=False, server_default="{}"),
    UniqueConstraint("project", "session_id"),
    Index("ix_capture_sessions_session_id", "session_id"),
    Index("ix_capture_sessions_state", "state", "received_at"),
    Index("ix_capture_sessions_start", "start"),
)

# By which distinct ids a session came: an anonymous one, then the customer's.
visitors = Table(
    "capture_visitors",
    metadata,
    Column(
        "session",
        String(32),
        ForeignKey("capture_sessions.id"),
        primary_key=True,
    ),
    Column("project", String(100), nullable=False),
    Column("distinct_id", String(400), primary_key=True),
    Index("ix_capture_visitors_distinct_id", "project", "distinct_id"),
)

blocks = Table(
    "capture_blocks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "session",
        String(32),
        ForeignKey("capture_sessions.id"),
        nullable=False,
        index=True,
    ),
    Column("object_key", String(255), nullable=False, unique=True),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("events", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("plain_bytes", BigInteger, nullable=False),
    # What is in it, 16 bytes an item: what is sent again is known by this.
    Column("items", LargeBinary, nullable=False),
    # JSON: what its events say of the session.
    Column("facts", Text, nullable=False),
)

# Objects that no row names yet, or any more; they go unless one does soon.
doomed_objects = Table(
    "doomed_objects",
    metadata,
    Column("object_key", String(255), primary_key=True),
    Column("since", Utc, nullable=False),
)
