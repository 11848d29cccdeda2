"""What posthog-js and its kin send: as it came, and as it is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

MAX_DISTINCT_ID_BYTES = 1000
"""In UTF-8. Two of them are one entry of PostgreSQL's index of aliases, of 2,704 bytes
at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The body of one request, as it came; ``project`` is its project token."""

    project: str
    received_at: datetime
    body: bytes
    path: str
    """Which of the vendor's paths, without a prefix: ``/s/``."""
    query: str = ""
    content_type: str = ""
    content_encoding: str = ""


@dataclass(frozen=True, slots=True)
class CapturedSnapshots:
    """One ``$snapshot`` item: some rrweb events of one window."""

    uuid: str
    """The sender's own id for it, the same when it is sent again; a digest of what it
    holds where the sender gives none."""
    session_id: str
    window_id: str
    distinct_id: str
    events: bytes
    """A JSON array of rrweb events, byte for byte as sent, without line breaks."""
    source: str = "web"
    """PostHog's ``$snapshot_source``: web or mobile."""
    library: str = "web"
    """PostHog's ``$lib``."""


@dataclass(frozen=True, slots=True)
class CapturedEvent:
    """One analytics event, such as ``$pageview``, ``$identify`` or ``$exception``."""

    uuid: str
    name: str
    distinct_id: str
    session_id: str
    """Empty where it belongs to none."""
    at: datetime
    properties: Mapping[str, object]
    set_: Mapping[str, object]
    """Person properties to set, and, in ``set_once``, to set where there is none."""
    set_once: Mapping[str, object]


CapturedItem = CapturedSnapshots | CapturedEvent
