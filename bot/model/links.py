"""Share links, and the replays they open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.recordings import Recording, Summary
from bot.model.requests import Audience


class LinkState(StrEnum):
    """Whether a share link opens, and why it does not."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"
    """It was opened as often as it may be."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A URL that opens one stored replay until ``expires_at``, or as often as
    ``max_opens`` says. ``url`` holds the token; the database keeps it sealed."""

    id: str
    url: str
    expires_at: datetime
    max_opens: int | None = None
    opens: int = 0
    state: LinkState = LinkState.OPEN


@dataclass(frozen=True, slots=True)
class Discussion:
    """A conversation about a recording: the address of the message that shared it."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SharedReplay:
    """One exported recording with its link, to be posted."""

    recording: Recording
    summary: Summary
    link: ShareLink
    watch_url: str
    """The link, opening at the moment worth seeing."""
    size: int
    note: str = ""
    audience: Audience = Audience.STAFF
    shared_by: str = ""
    shared_at: datetime | None = None
    posted: Mapping[str, str] | None = None
    """The message that holds it, in its destination's ids."""
    discussed: tuple[Discussion, ...] = ()
    """Where else the recording was talked about, newest first."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A share link as it is now; ``by`` changed it where it was not time that did."""

    shared: SharedReplay
    by: str = ""
    at: datetime | None = None
    posted: Mapping[str, str] | None = None
    """The message that holds it, in its destination's ids."""
