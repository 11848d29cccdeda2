"""One webhook delivery with all its tries, as they are signed and logged."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

SUCCEEDED = "succeeded"
TERMINATED = "terminated"
THROTTLED = "throttled"
CIRCUIT_BROKEN = "circuit broken"


def ulid() -> str:
    """An id of the kind webhooks and invocations have: 26 characters."""
    return "01" + "".join(secrets.choice(_CROCKFORD) for _ in range(24))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: ``status`` is None where no answer came, or nothing was sent."""

    at: str
    status: int | None
    answer: str
    outcome: str
    headers: tuple[tuple[str, str], ...] = ()
    """Of the answer."""
    seconds: float = 0.0
    """Until it came."""

    @property
    def was_sent(self) -> bool:
        return self.outcome not in (THROTTLED, CIRCUIT_BROKEN)


@dataclass
class Invocation:
    """One delivery with all its tries; the id is the same in each."""

    id: str
    webhook_id: str
    endpoint: str
    secret: str
    body: bytes
    attempts: list[Attempt] = field(default_factory=list)
    status: str = "pending"

    def headers(self, account_id: int, at: str) -> dict[str, str]:
        """What a delivery at this time carries, its signature included."""
        digest = hmac.new(self.secret.encode(), at.encode() + self.body, sha256)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(account_id),
            "X-Zendesk-Webhook-Id": self.webhook_id,
            "X-Zendesk-Webhook-Invocation-Id": self.id,
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest.digest()).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
        }
