"""Delivers signed webhooks the way Zendesk does: late, repeated, never in order.

Waits 12 s for an answer. A timeout is tried up to five times more, a 409 three times,
a 429 or 503 only where Retry-After is there and under 60 s; every other answer ends
the delivery. How long Zendesk pauses between tries is not documented.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import requests

from bot.demo.zendesk.records import stamp

TIMEOUT_SECONDS = 12.0
MAX_RETRY_AFTER_SECONDS = 60
RETRIES_AFTER = {"timeout": 5, 409: 3, 429: 5, 503: 5}
PAUSE_SECONDS = 2.0
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid() -> str:
    """An id of the kind webhooks and invocations have: 26 characters."""
    return "01" + "".join(secrets.choice(_CROCKFORD) for _ in range(24))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: ``status`` is None where nobody answered in time."""

    at: str
    status: int | None
    answer: str


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


class Postman:
    """Sends every invocation in a thread of its own."""

    def __init__(self, clock: Callable[[], float], account_id: int) -> None:
        self.invocations: list[Invocation] = []
        self.pace = 1.0
        """Multiplies every pause; tests that wait for retries make it small."""
        self._clock = clock
        self._account_id = account_id
        self._idle = threading.Condition()
        self._busy = 0
        self._stopped = threading.Event()

    def post(self, webhook_id: str, endpoint: str, secret: str, body: bytes) -> str:
        """Deliver in the background; the invocation's id."""
        invocation = Invocation(ulid(), webhook_id, endpoint, secret, body)
        self.invocations.append(invocation)
        self._start(invocation)
        return invocation.id

    def redeliver(self, invocation_id: str) -> None:
        """Send an invocation again under its own id: a duplicate."""
        self._start(next(i for i in self.invocations if i.id == invocation_id))

    def settle(self, timeout: float = 30.0) -> bool:
        """Wait until nothing is on its way; False where it took too long."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout)

    def wait_for_attempts(
        self, invocation: Invocation, count: int, timeout: float = 30.0
    ) -> bool:
        """Wait until an invocation was tried ``count`` times."""
        with self._idle:
            return self._idle.wait_for(
                lambda: len(invocation.attempts) >= count, timeout
            )

    def stop(self) -> None:
        self._stopped.set()
        self.settle(TIMEOUT_SECONDS)

    def _start(self, invocation: Invocation) -> None:
        with self._idle:
            self._busy += 1
        threading.Thread(target=self._run, args=(invocation,), daemon=True).start()

    def _run(self, invocation: Invocation) -> None:
        try:
            self._deliver(invocation)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _deliver(self, invocation: Invocation) -> None:
        tries = 0
        while not self._stopped.is_set():
            attempt, retry_after = self._send(invocation)
            with self._idle:
                invocation.attempts.append(attempt)
                self._idle.notify_all()
            status = attempt.status
            if status is not None and 200 <= status < 300:
                invocation.status = "succeeded"
                return
            pause = PAUSE_SECONDS if status in (None, 409) else retry_after
            allowed = RETRIES_AFTER.get(status or "timeout", 0)
            if pause is None or tries >= allowed:
                break
            tries += 1
            self._stopped.wait(pause * self.pace)
        invocation.status = "terminated"

    def headers(self, invocation: Invocation, at: str) -> dict[str, str]:
        """What a delivery at this time carries, its signature included."""
        digest = hmac.new(
            invocation.secret.encode(), at.encode() + invocation.body, sha256
        ).digest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(self._account_id),
            "X-Zendesk-Webhook-Id": invocation.webhook_id,
            "X-Zendesk-Webhook-Invocation-Id": invocation.id,
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
        }

    def deliver_once(self, invocation: Invocation) -> requests.Response:
        """One try, now, logged nowhere: a test call. Raises RequestException."""
        return self._post(invocation, stamp(self._clock()))

    def _post(self, invocation: Invocation, at: str) -> requests.Response:
        return requests.post(
            invocation.endpoint,
            data=invocation.body,
            headers=self.headers(invocation, at),
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )

    def _send(self, invocation: Invocation) -> tuple[Attempt, float | None]:
        at = stamp(self._clock())
        try:
            answer = self._post(invocation, at)
        except requests.RequestException as error:
            # Nobody listening is treated like nobody answering in time, so that a
            # courier that is just starting gets its events.
            return Attempt(at, None, type(error).__name__), None
        after = answer.headers.get("Retry-After", "")
        usable = after.isdigit() and int(after) < MAX_RETRY_AFTER_SECONDS
        return (
            Attempt(at, answer.status_code, answer.text[:500]),
            float(after) if usable else None,
        )
