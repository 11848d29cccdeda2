"""What was acked is a row that nobody can lose, and that one worker has at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.database.engine import connect, transaction
from bot.database.migrating import is_current, upgrade
from bot.database.schema import requests
from bot.ledger import DEAD, DONE, WAITING, Ledger, Lost
from bot.model import (
    Action,
    Burst,
    Delivery,
    Identifier,
    IdentifierKind,
    ReplayRequest,
    ReplyTo,
)
from bot.sealing import Sealer, new_key

LEASE = timedelta(seconds=60)
REQUEST = ReplayRequest(
    key="slack:Ev01",
    action=Action.FIND,
    reply_to=ReplyTo("slack", {"channel": "C1", "thread_ts": "1.2"}),
    asked_by="U1",
    identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
    look_back=timedelta(days=3),
    about=datetime(2026, 11, 23, tzinfo=UTC),
    text="jane@example.com",
)


class Time:
    """A clock that tests move."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def ledger(engine, time):
    return Ledger(engine, lease=LEASE, clock=time)


def test_the_same_event_delivered_again_is_the_same_row(ledger):
    first, is_new = ledger.accept(REQUEST)
    again, is_new_again = ledger.accept(replace(REQUEST, text="other words"))
    assert (is_new, is_new_again) == (True, False)
    assert again == first


def test_a_claim_holds_the_request_as_it_was_accepted(ledger):
    request_id, _ = ledger.accept(REQUEST)
    claim = ledger.claim(request_id)
    assert claim.request == REQUEST
    assert (claim.attempts, claim.intended, claim.failure) == (1, False, None)


def test_a_row_is_one_workers_until_its_lease_ends(ledger, time):
    request_id, _ = ledger.accept(REQUEST)
    assert ledger.claim(request_id)
    assert ledger.claim(request_id) is None
    time.pass_(seconds=61)
    assert ledger.claim(request_id).attempts == 2


def test_a_renewed_lease_does_not_end(ledger, time):
    request_id, _ = ledger.accept(REQUEST)
    claim = ledger.claim(request_id)
    time.pass_(seconds=40)
    ledger.renew(claim)
    time.pass_(seconds=40)
    assert ledger.claim(request_id) is None


def test_a_worker_that_lost_its_lease_can_write_nothing(ledger, time):
    """It may have been slow, not dead: the other worker's outcome stands."""
    request_id, _ = ledger.accept(REQUEST)
    slow = ledger.claim(request_id)
    time.pass_(seconds=61)
    quick = ledger.claim(request_id)
    ledger.settle(quick, Delivery({"ts": "1"}))
    for write in (ledger.intend, ledger.renew):
        with pytest.raises(Lost):
            write(slow)
    with pytest.raises(Lost):
        ledger.settle(slow, Delivery())


def test_the_intent_to_post_outlives_the_worker(ledger, time):
    request_id, _ = ledger.accept(REQUEST)
    claim = ledger.claim(request_id)
    ledger.intend(claim)
    ledger.draft(claim).save(file_id="F1")
    time.pass_(seconds=61)
    again = ledger.claim(request_id)
    assert again.intended
    assert ledger.draft(again).data == {"file_id": "F1"}


def test_rows_nobody_finished_are_due_again_and_oldest_first(ledger, time):
    first, _ = ledger.accept(REQUEST)
    time.pass_(seconds=1)
    second, _ = ledger.accept(replace(REQUEST, key="other"))
    assert ledger.due() == []  # their bells are fresh
    time.pass_(seconds=6)
    assert ledger.due() == [first, second]
    assert ledger.due() == []  # rung just now
    ledger.settle(ledger.claim(first), Delivery())
    time.pass_(seconds=6)
    assert ledger.due() == [second]


def test_a_postponed_row_waits_for_its_time(ledger, time):
    request_id, _ = ledger.accept(REQUEST)
    ledger.postpone(ledger.claim(request_id), time.now + timedelta(minutes=2), "429")
    assert ledger.claim(request_id) is None
    time.pass_(minutes=3)
    assert ledger.due() == [request_id]
    assert ledger.claim(request_id).attempts == 2


def test_a_row_is_due_the_moment_it_may_be_tried_again(ledger, time):
    """Its bell was heard, so nobody waits for that bell to grow old."""
    request_id, _ = ledger.accept(REQUEST)
    ledger.postpone(ledger.claim(request_id), time.now + timedelta(seconds=2), "503")
    assert ledger.due() == []
    time.pass_(seconds=2)
    assert ledger.due() == [request_id]


def test_an_error_of_the_database_quotes_nothing_of_the_request(ledger, engine):
    """Such an error is logged and kept, and a request holds what people typed."""
    secret = "jane@example.com https://hooks.slack.com/commands/T1/2/abc"
    with pytest.raises(DBAPIError) as caught, transaction(engine) as connection:
        connection.execute(requests.insert().values(id="1", body=secret))
    assert "INSERT" in str(caught.value)
    assert "jane" not in str(caught.value)
    assert "hooks" not in str(caught.value)


def test_a_failure_is_told_before_the_row_is_dead(ledger):
    request_id, _ = ledger.accept(REQUEST)
    ledger.fail(ledger.claim(request_id), "PostHog refused our key.", "401")
    assert ledger.counts() == {WAITING: 1}
    claim = ledger.claim(request_id)
    assert claim.failure == "PostHog refused our key."
    ledger.settle(claim, Delivery())
    assert ledger.counts() == {DEAD: 1}
    assert [entry.error for entry in ledger.dead_letters()] == ["401"]


def test_a_settled_row_is_never_looked_at_again(ledger, time):
    request_id, _ = ledger.accept(REQUEST)
    ledger.settle(ledger.claim(request_id), Delivery({"ts": "1.5"}))
    time.pass_(days=1)
    assert ledger.claim(request_id) is None
    assert ledger.due() == []
    assert ledger.counts() == {DONE: 1}


def test_a_row_counts_the_workers_that_died_over_it(ledger, time):
    """Those that gave it back, to be tried again, are not among them."""
    request_id, _ = ledger.accept(REQUEST)
    ledger.postpone(ledger.claim(request_id), time.now, "429")
    assert ledger.claim(request_id).interruptions == 0
    time.pass_(seconds=61)
    assert ledger.claim(request_id).interruptions == 1
    ledger.free_all()
    claim = ledger.claim(request_id)
    assert claim.interruptions == 2
    ledger.postpone(claim, time.now, "503")
    assert ledger.claim(request_id).interruptions == 2


def test_the_only_process_takes_up_what_it_was_killed_with(ledger):
    request_id, _ = ledger.accept(REQUEST)
    ledger.claim(request_id)
    assert ledger.free_all() == 1
    assert ledger.due() == [request_id]
    assert ledger.claim(request_id)


def test_the_schema_comes_up_to_date_twice_without_harm(empty_database_url):
    engine = connect(empty_database_url)
    assert not is_current(engine)
    upgrade(engine)
    upgrade(engine)
    assert is_current(engine)
    engine.dispose()


def test_what_lets_anybody_post_lies_sealed_in_the_database(engine, time):
    """A copy of it, half an hour old at most, would be enough to write as the app."""
    url = "https://hooks.example.com/actions/T1/2/xyz"
    asked = replace(REQUEST, reply_to=ReplyTo("slack", {"response_url": url}))
    sealing = Ledger(engine, lease=LEASE, clock=time, sealer=Sealer([new_key()]))
    sealed, _ = sealing.accept(asked)
    with engine.connect() as connection:
        [kept] = connection.execute(select(requests.c.body)).scalars()
    assert "xyz" not in kept
    assert sealing.request(sealed) == asked
    assert sealing.claim(sealed).request == asked

    # A row of an earlier version is read as it is.
    earlier, _ = Ledger(engine, lease=LEASE).accept(replace(asked, key="slack:Ev00"))
    assert sealing.request(earlier).reply_to == asked.reply_to
    # Without the key it is answered another way.
    strange = Ledger(engine, lease=LEASE, clock=time, sealer=Sealer([new_key()]))
    assert strange.request(sealed).reply_to.address == {}


TICKET = Burst("zendesk:5158", wait=timedelta(seconds=10))


def joining(key, **changes):
    return replace(REQUEST, key=key, burst=replace(TICKET, **changes))


def test_events_that_come_together_are_one_request(ledger, time):
    first, is_new = ledger.accept(joining("a"))
    second, is_second_new = ledger.accept(joining("b"))
    assert (is_new, is_second_new, second) == (True, False, first)
    elsewhere, _ = ledger.accept(replace(joining("c"), burst=Burst("zendesk:5159")))
    assert elsewhere != first


def test_a_burst_is_begun_with_when_it_had_time_to_end(ledger, time):
    request_id, _ = ledger.accept(joining("a"))
    assert ledger.claim(request_id) is None
    assert ledger.due() == []
    time.pass_(seconds=10)
    assert ledger.due() == [request_id]
    assert ledger.claim(request_id)


def test_what_happens_once_it_was_begun_with_is_another_request(ledger, time):
    """Whoever works on it may have read the ticket already."""
    first, _ = ledger.accept(joining("a"))
    time.pass_(seconds=10)
    assert ledger.claim(first)
    second, is_new = ledger.accept(joining("b"))
    assert is_new
    assert second != first


def test_a_question_is_answered_for_itself_and_others_join_it(ledger):
    """What an agent typed is not answered by what waits for the ticket already."""
    first, _ = ledger.accept(joining("a", is_separate=True))
    second, is_new = ledger.accept(joining("b", is_separate=True))
    assert is_new
    assert second != first
    assert ledger.accept(joining("c")) == (first, False)
    assert ledger.accept(joining("b", is_separate=True)) == (second, False)


def test_the_oldest_that_is_due_comes_first_whoever_rang(ledger, time):
    older, _ = ledger.accept(replace(REQUEST, key="older"))
    time.pass_(seconds=1)
    newer, _ = ledger.accept(replace(REQUEST, key="newer"))
    first = ledger.claim_oldest("slack")
    assert first.id == older
    assert ledger.claim_oldest("slack").id == newer
    assert ledger.claim_oldest("slack") is None
    assert ledger.claim_oldest("zendesk") is None
    ledger.unclaim(first)
    again = ledger.claim_oldest("slack")
    assert (again.id, again.attempts) == (older, 1)


def test_what_somebody_waits_for_goes_before_what_is_older(ledger, time):
    """A thousand tickets wait, and a person has pressed a button."""
    older, _ = ledger.accept(replace(REQUEST, key="ticket", action=Action.NOTE))
    time.pass_(seconds=1)
    newer, _ = ledger.accept(replace(REQUEST, key="button", action=Action.SHARE))
    claims = [ledger.claim_oldest("slack").id for _ in range(2)]
    assert claims == [newer, older]


def test_only_so_many_are_rung_for_as_a_destination_takes(ledger, time):
    slow = [
        ledger.accept(replace(REQUEST, key=f"z{n}", reply_to=ReplyTo("zendesk")))[0]
        for n in range(3)
    ]
    other, _ = ledger.accept(REQUEST)
    time.pass_(seconds=6)
    assert set(ledger.due(where={"zendesk": 1})) == {other, slow[0]}
    assert ledger.due(where={"zendesk": 0}) == []
    assert ledger.due() == slow[1:]


def test_when_a_destination_was_first_asked_is_known(ledger, time):
    assert ledger.first_accepted("slack") is None
    ledger.accept(REQUEST)
    began = time.now
    time.pass_(hours=1)
    ledger.accept(replace(REQUEST, key="later"))
    assert ledger.first_accepted("slack") == began
