"""How long each project's recordings are kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

# posthog-js begins another session after a day; a clock or two may be wrong by less.
_LONGEST_SESSION = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Retentions:
    """By project token; ``default`` is for those that name none, or are not known any
    more. None: for ever."""

    by_project: Mapping[str, timedelta | None] = field(default_factory=dict)
    default: timedelta | None = None

    def of(self, project: str) -> timedelta | None:
        """How long a project's recordings are kept."""
        own = self.by_project.get(project)
        return self.default if own is None else own

    def is_past(self, project: str, session_id: str, received_at: datetime) -> bool:
        """Whether what came then is of a session that began too long before it.
        PostHog's session ids are UUIDs of version 7, which hold the time they were
        made; of any other id nothing is known."""
        kept_for = self.of(project)
        began = _made_at(session_id)
        if kept_for is None or began is None:
            return False
        return received_at - began > kept_for + _LONGEST_SESSION


def _made_at(session_id: str) -> datetime | None:
    try:
        parsed = uuid.UUID(session_id)
        if parsed.version != 7:
            return None
        # It has room for years that there are no dates of.
        return datetime.fromtimestamp((parsed.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError):
        return None
