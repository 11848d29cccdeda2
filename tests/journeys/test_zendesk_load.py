"""More tickets than the account allows updates: each gets its note, in order of age."""

import pytest

from tests.journeys.courier import installed
from tests.journeys.tickets import allow, keep_to, overtaken
from tests.journeys.waiting import eventually

TICKETS, UPDATES, SECONDS = 18, 10, 2
"""More tickets than there are updates in what stands for a minute."""


@pytest.fixture
def courier(small, redis_url):
    # Of several threads one may finish before another that began before it.
    settings = {"ZENDESK_UPDATES_PER_MINUTE": str(UPDATES), "WORKER_THREADS": "1"}
    with installed({**small, **settings}, redis_url) as courier:
        keep_to(courier.services, SECONDS)
        with courier.web():
            yield courier


def test_a_flood_of_tickets_is_answered_within_the_limit_oldest_first(courier):
    zendesk = courier.zendesk
    limits = allow(zendesk, UPDATES, SECONDS)
    for number in range(TICKETS):
        zendesk.create_ticket("jane.doe@example.com", f"Cannot pay {number}", "Help")
        # In order: Zendesk itself delivers in any.
        assert zendesk.postman.settle()
    with courier.working():
        eventually(
            lambda: all(zendesk.notes(ticket) for ticket in zendesk.tickets),
            within=30,
            instead=lambda: courier.services.ledger.counts(),
        )
        courier.settled()
    assert all(len(zendesk.notes(ticket)) == 1 for ticket in zendesk.tickets)
    assert limits.updates.refused == 0
    assert limits.updates.most <= UPDATES
    assert overtaken(zendesk) == 0
