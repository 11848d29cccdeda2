"""Delivers signed webhooks the way Zendesk does: late, repeated, never in order.

Waits 12 s for an answer. A timeout is tried up to five times more, a 409 three times,
a 429 or 503 only where Retry-After is there and under 60 s; every other answer ends
the delivery. How long Zendesk pauses between tries is not documented.

Zendesk: https://developer.zendesk.com/documentation/webhooks/creating-and-monitoring-webhooks/
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

import requests

from bot.demo.zendesk.breaker import Breaker
from bot.demo.zendesk.invocations import (
    CIRCUIT_BROKEN,
    SUCCEEDED,
    TERMINATED,
    THROTTLED,
    Attempt,
    Invocation,
    ulid,
)
from bot.demo.zendesk.limits import Bucket
from bot.demo.zendesk.records import stamp

TIMEOUT_SECONDS = 12.0
MAX_RETRY_AFTER_SECONDS = 60
RETRIES_AFTER = {"timeout": 5, 409: 3, 429: 5, 503: 5}
PAUSE_SECONDS = 2.0


class Postman:
    """Sends every invocation in a thread of its own, well or badly as switched."""

    def __init__(self, clock: Callable[[], float], account_id: int) -> None:
        self.invocations: list[Invocation] = []
        self.pace = 1.0
        """Multiplies every pause; tests that wait for retries make it small."""
        self.duplicates = 0
        """How many times more each delivery is made, under ids of their own."""
        self.losses = 0
        """How many of the coming deliveries are lost without a trace."""
        self.lost: list[Invocation] = []
        self.delay = 0.0
        """Seconds that a delivery waits before its first try."""
        self.throttle: Bucket | None = None
        """What may be delivered in a time; the rest waits, logged as throttled."""
        self.breakers: dict[str, Breaker] = defaultdict(Breaker)
        """Each webhook's own, by its id."""
        self._clock = clock
        self._account_id = account_id
        self._idle = threading.Condition()
        self._busy = 0
        self._stopped = threading.Event()
        self._held: list[Invocation] | None = None

    def post(self, webhook_id: str, endpoint: str, secret: str, body: bytes) -> str:
        """Deliver in the background; the invocation's id."""
        made = [
            Invocation(ulid(), webhook_id, endpoint, secret, body)
            for _ in range(1 + self.duplicates)
        ]
        with self._idle:
            if self.losses:
                self.losses -= 1
                self.lost += made
                return made[0].id
            self.invocations += made
            if self._held is not None:
                self._held += made
                return made[0].id
        for each in made:
            self._start([each])
        return made[0].id

    def hold(self) -> None:
        """Keep what is posted from now on, until it is let go."""
        self._held = []

    def let_go(self, *, newest_first: bool = False) -> None:
        """Deliver what was kept, one after the other."""
        with self._idle:
            kept, self._held = self._held or [], None
        self._start(list(reversed(kept)) if newest_first else kept)

    def redeliver(self, invocation_id: str) -> None:
        """Send an invocation again under its own id: a duplicate."""
        self._start([next(i for i in self.invocations if i.id == invocation_id)])

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

    def deliver_once(self, invocation: Invocation) -> requests.Response:
        """One try, now, logged nowhere: a test call. Raises RequestException."""
        return self._post(invocation, stamp(self._clock()))

    def headers(self, invocation: Invocation, at: str) -> dict[str, str]:
        """What the invocation's try at this time carried."""
        return invocation.headers(self._account_id, at)

    def _start(self, invocations: list[Invocation]) -> None:
        with self._idle:
            self._busy += 1
        threading.Thread(target=self._run, args=(invocations,), daemon=True).start()

    def _run(self, invocations: list[Invocation]) -> None:
        try:
            self._stopped.wait(self.delay)
            for each in invocations:
                self._deliver(each)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _deliver(self, invocation: Invocation) -> None:
        breaker, tries = self.breakers[invocation.webhook_id], 0
        self._wait_for_room(invocation)
        while not self._stopped.is_set():
            if breaker.is_open(self._clock()):
                at = stamp(self._clock())
                self._log(invocation, Attempt(at, None, "", CIRCUIT_BROKEN))
                return
            attempt, retry_after = self._send(invocation)
            breaker.record(self._clock(), failed=attempt.outcome != SUCCEEDED)
            self._log(invocation, attempt)
            status = attempt.status
            pause = PAUSE_SECONDS if status in (None, 409) else retry_after
            allowed = RETRIES_AFTER.get(status or "timeout", 0)
            if attempt.outcome == SUCCEEDED or pause is None or tries >= allowed:
                return
            tries += 1
            self._stopped.wait(pause * self.pace)

    def _wait_for_room(self, invocation: Invocation) -> None:
        throttle = self.throttle
        if throttle is None or self._takes(throttle):
            return
        self._log(invocation, Attempt(stamp(self._clock()), None, "", THROTTLED))
        while not self._stopped.wait(PAUSE_SECONDS * self.pace):
            if self._takes(throttle):
                return

    def _takes(self, throttle: Bucket) -> bool:
        with self._idle:
            return throttle.take(self._clock())

    def _log(self, invocation: Invocation, attempt: Attempt) -> None:
        with self._idle:
            invocation.attempts.append(attempt)
            invocation.status = attempt.outcome
            self._idle.notify_all()

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
            return Attempt(at, None, type(error).__name__, TERMINATED), None
        after = answer.headers.get("Retry-After", "")
        usable = after.isdigit() and int(after) < MAX_RETRY_AFTER_SECONDS
        outcome = SUCCEEDED if 200 <= answer.status_code < 300 else TERMINATED
        headers = tuple(answer.headers.items())
        return (
            Attempt(
                at,
                answer.status_code,
                answer.text[:500],
                outcome,
                headers,
                answer.elapsed.total_seconds(),
            ),
            float(after) if usable else None,
        )
