"""Every day one run, however many workers look; missed days are caught up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.archiving.orders import Order
from bot.errors import NotFound

DAY = timedelta(days=1)


@pytest.fixture
def scheduled(archives_of, quick, target):
    """Every night at 03:30, looking back three days."""
    archives = archives_of(quick)
    archives.schedules.keep(Order(target), look_back=3 * DAY, minute=210)
    return archives


def finish(archives):
    while archives.work.do_one():
        pass


def test_a_run_begins_when_its_time_has_come(scheduled, time):
    """Not sooner: it is 09:00, and 03:30 is tomorrow."""
    (schedule,) = scheduled.schedules.all()
    assert schedule.next_at == datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    assert schedule.time == "03:30"
    assert scheduled.schedules.begin_due() == []
    time.now = schedule.next_at
    assert len(scheduled.schedules.begin_due()) == 1


def test_many_workers_begin_one_run(scheduled, archives_of, quick, time):
    time.pass_(days=1)
    others = [archives_of(quick).schedules for _ in range(3)]
    begun = [one.begin_due() for one in (scheduled.schedules, *others)]
    assert [len(one) for one in begun] == [1, 0, 0, 0]
    assert scheduled.schedules.all()[0].next_at == datetime(
        2026, 11, 26, 3, 30, tzinfo=UTC
    )


def test_missed_days_are_one_run_that_looks_back_over_them(scheduled, time):
    """From a day before the last run on, since what went on then has ended."""
    time.pass_(days=1)
    (first,) = scheduled.schedules.begin_due()
    began = time.now
    finish(scheduled)
    time.pass_(days=20)
    (second,) = scheduled.schedules.begin_due()
    assert scheduled.schedules.begin_due() == []
    assert scheduled.runs.get(first).since == began - 3 * DAY
    assert scheduled.runs.get(second).since == began - DAY


def test_a_run_waits_until_the_last_one_is_finished(scheduled, time):
    """And begins then, the same day."""
    time.pass_(days=1)
    scheduled.schedules.begin_due()
    time.pass_(days=1)
    assert scheduled.schedules.begin_due() == []
    finish(scheduled)
    assert len(scheduled.schedules.begin_due()) == 1


def test_the_last_word_on_a_target_holds(scheduled, target):
    """A second schedule takes the first one's place; it is ended by its id."""
    order = Order(target, format="raw")
    kept = scheduled.schedules.keep(order, look_back=DAY, minute=0)
    assert [one.order for one in scheduled.schedules.all()] == [order]
    with pytest.raises(NotFound):
        scheduled.schedules.remove("nothing")
    scheduled.schedules.remove(kept.id[:8])
    assert scheduled.schedules.all() == []
