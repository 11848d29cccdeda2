"""What we read of Zendesk's tickets and people, as frozen dataclasses.

Read out of the plain dictionaries that zenpy's objects turn into, once, at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int
    subject: str
    description: str
    status: str
    created_at: datetime
    stamp: str
    """``updated_at`` as Zendesk wrote it: what a safe update has to name."""
    requester_id: int
    tags: tuple[str, ...]
    custom_fields: Mapping[int, str]
    brand_id: int | None = None
    group_id: int | None = None
    form_id: int | None = None
    organization_id: int | None = None
    email_cc_ids: tuple[int, ...] = ()
    assignee_id: int | None = None

    @property
    def updated_at(self) -> datetime:
        return moment(self.stamp)

    @classmethod
    def read(cls, row: Row) -> Ticket:
        return cls(
            id=int(row["id"]),
            subject=row.get("subject") or "",
            description=row.get("description") or "",
            status=str(row.get("status") or "").lower(),
            created_at=moment(row["created_at"]),
            stamp=str(row["updated_at"]),
            requester_id=int(row["requester_id"]),
            tags=tuple(map(str, row.get("tags") or ())),
            custom_fields={
                int(each["id"]): each["value"].strip()
                for each in row.get("custom_fields") or ()
                if isinstance(each.get("value"), str) and each["value"].strip()
            },
            brand_id=_id(row.get("brand_id")),
            group_id=_id(row.get("group_id")),
            form_id=_id(row.get("ticket_form_id")),
            organization_id=_id(row.get("organization_id")),
            email_cc_ids=tuple(map(int, row.get("email_cc_ids") or ())),
            assignee_id=_id(row.get("assignee_id")),
        )


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    email: str | None
    role: str
    external_id: str | None
    organization_id: int | None = None
    suspended: bool = False
    user_fields: Mapping[str, str] = field(default_factory=dict)
    """The account's own fields of people that hold text, by key."""

    @property
    def is_staff(self) -> bool:
        return self.role != "end-user"

    @classmethod
    def read(cls, row: Row) -> User:
        return cls(
            id=int(row["id"]),
            name=row.get("name") or "",
            email=row.get("email") or None,
            role=str(row.get("role") or ""),
            external_id=row.get("external_id") or None,
            organization_id=_id(row.get("organization_id")),
            suspended=row.get("suspended") is True,
            user_fields={
                str(key): value.strip()
                for key, value in (row.get("user_fields") or {}).items()
                if isinstance(value, str) and value.strip()
            },
        )


@dataclass(frozen=True, slots=True)
class Field:
    """A field that tickets of the account may have."""

    id: int
    title: str
    is_active: bool
    is_for_agents: bool
    """Customers neither see what it holds nor fill it in."""
    agent_description: str

    @classmethod
    def read(cls, row: Row) -> Field:
        return cls(
            id=int(row["id"]),
            title=str(row["title"]),
            is_active=row.get("active") is True,
            is_for_agents=row.get("visible_in_portal") is False
            and row.get("editable_in_portal") is False,
            agent_description=str(row.get("agent_description") or ""),
        )


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    author_id: int
    text: str
    """Nothing where it repeats a ticket that was merged: agents only have it repeated.
    """
    is_public: bool
    created_at: datetime

    @classmethod
    def read(cls, row: Row) -> Comment:
        return cls(
            id=int(row["id"]),
            author_id=int(row["author_id"]),
            text=""
            if _is_merge(row)
            else row.get("plain_body") or row.get("body") or "",
            is_public=row.get("public") is not False,
            created_at=moment(row["created_at"]),
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """One update of a ticket: what we left in it, and the comments it added."""

    id: int
    created_at: datetime
    marker: Mapping[str, str]
    comments: tuple[tuple[int, bool], ...]
    """Each comment's id and whether it is public."""

    @classmethod
    def read(cls, row: Row, marker_key: str) -> Audit:
        custom = (row.get("metadata") or {}).get("custom") or {}
        marker = custom.get(marker_key)
        return cls(
            id=int(row["id"]),
            created_at=moment(row["created_at"]),
            marker=marker if isinstance(marker, dict) else {},
            comments=tuple(
                (int(event["id"]), event.get("public") is not False)
                for event in row.get("events") or ()
                if event.get("type") == "Comment"
            ),
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a comment may attach within the hour; ``url`` is where it will be."""

    token: str
    url: str


def _is_merge(row: Row) -> bool:
    source = (row.get("via") or {}).get("source") or {}
    return source.get("rel") == "merge"


def _id(value: object) -> int | None:
    return int(str(value)) if value else None


def moment(text: str) -> datetime:
    """Zendesk's ISO 8601 time as an aware UTC datetime."""
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
