"""Tells whether Zendesk sent a webhook body; pure, and leaves parsing to others.

Zendesk: https://developer.zendesk.com/documentation/webhooks/verifying/
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

TOLERANCE_SECONDS = 300.0
"""Zendesk names no freshness window. The header holds the time of the attempt, not of
the event, so a delivery that is retried for minutes is still fresh."""


def sign(secret: str, timestamp: str, raw_body: bytes) -> str:
    """What Zendesk puts in the signature header for this body."""
    # The secret looks like base64, but its characters are the key: nothing is decoded.
    digest = hmac.new(secret.encode(), timestamp.encode() + raw_body, sha256).digest()
    return base64.b64encode(digest).decode()


def genuine(
    raw_body: bytes,
    timestamp_header: str,
    signature_header: str,
    secrets: Sequence[str],
    now: float,
    tolerance: float = TOLERANCE_SECONDS,
) -> bool:
    """Whether one of ``secrets`` signed this body within ``tolerance`` of ``now``.

    Two secrets are good while one replaces the other. ``now`` is in seconds since
    1970, ``tolerance`` in seconds, into the past and the future alike.
    """
    signed_at = _epoch(timestamp_header)
    if signed_at is None or abs(now - signed_at) > tolerance:
        return False
    given = signature_header.encode("utf-8", "replace")
    matches = [
        hmac.compare_digest(given, sign(secret, timestamp_header, raw_body).encode())
        for secret in secrets
        if secret
    ]
    return any(matches)


def _epoch(timestamp: str) -> float | None:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
