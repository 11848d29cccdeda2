"""A thousand tickets in a minute, and an account that takes a hundred updates a minute.

The tickets come in a real minute; of the account time is accelerated: what stands for
Zendesk's minute lasts a few seconds. The baseline is the time that the allowed updates
alone would take.
"""

from __future__ import annotations

import time
from collections import Counter

from tests.bench.answering import courier, spread, until
from tests.journeys.tickets import allow, keep_to, overtaken

_TICKETS = 1000
_UPDATES = 100
_MINUTE_S = 12
_COME_IN_S = 60
_JANE = "jane.doe@example.com"


def main() -> None:
    """Print how long it took, and whether the limit and the order were kept."""
    with courier(prepare=lambda services: keep_to(services, _MINUTE_S)) as (_, around):
        zendesk = around.zendesk
        limits = allow(zendesk, _UPDATES, _MINUTE_S)
        began = time.perf_counter()
        for number in range(_TICKETS):
            zendesk.create_ticket(_JANE, f"I cannot pay {number}", "Please help")
            due = began + (number + 1) * _COME_IN_S / _TICKETS
            time.sleep(max(0.0, due - time.perf_counter()))
        zendesk.postman.settle(120)
        accepted = time.perf_counter() - began
        until(
            lambda: all(zendesk.notes(ticket) for ticket in zendesk.tickets),
            seconds=600,
        )
        answered = time.perf_counter() - began
        acks = [
            attempt.seconds
            for delivery in zendesk.deliveries
            for attempt in delivery.attempts
        ]
        calls = Counter(call.method for call in zendesk.api_calls)
        notes = Counter(len(zendesk.notes(ticket)) for ticket in zendesk.tickets)
        allowed = _TICKETS / _UPDATES * _MINUTE_S
        print(
            f"\n{_TICKETS} tickets in {_COME_IN_S} s,"
            f" {_UPDATES} updates a minute of {_MINUTE_S} s"
        )
        print(f"  webhook acks {spread(acks)}   longest {max(acks) * 1000:.0f} ms")
        print(f"  all acked after {accepted:.0f} s, answered after {answered:.0f} s,")
        print(f"  {answered / allowed:.2f} of the time the allowed updates alone take")
        print(
            f"  notes a ticket {dict(notes)}, overtaken by {overtaken(zendesk)} places"
        )
        print(
            f"  most updates in a minute {limits.updates.most},"
            f" refused {limits.updates.refused}"
        )
        a_ticket = {method: n / _TICKETS for method, n in sorted(calls.items())}
        print(f"  calls a ticket {a_ticket}")
