"""The audit log holds every line once, and is read newest first."""

from datetime import timedelta

import pytest

from bot.audit import AuditEntry, AuditLog, Event, write
from bot.database.engine import transaction
from tests.bot.test_ledger import Time


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def audit(engine, time):
    return AuditLog(engine, clock=time)


def subjects(audit, **wanted):
    return [one.subject for one in audit.entries(**wanted)]


def test_lines_are_read_newest_first_by_time_event_and_person(audit, time):
    for number in range(3):
        audit.write(Event.FIND, who=f"U{number}", subject=f"find {number}")
        time.pass_(days=1)
    audit.write(Event.SHARE, who="U1", place="slack:T1:C1", subject="rec", link_id="l")
    assert subjects(audit) == ["rec", "find 2", "find 1", "find 0"]
    assert subjects(audit, events=(Event.SHARE,)) == ["rec"]
    assert subjects(audit, who="U1") == ["rec", "find 1"]
    assert subjects(audit, since=time.now - timedelta(days=1)) == ["rec", "find 2"]
    assert subjects(audit, limit=1) == ["rec"]
    (shared,) = audit.entries(events=(Event.SHARE,))
    assert (shared.at, shared.place, shared.link_id) == (time.now, "slack:T1:C1", "l")


def test_what_is_tried_again_is_written_once(audit):
    for _ in range(2):
        audit.write(Event.FIND, who="U1", subject="jane", origin="r1:find")
    audit.write(Event.FIND, who="U1", subject="jane")
    audit.write(Event.FIND, who="U1", subject="jane")
    assert subjects(audit) == ["jane"] * 3


def test_all_pages_are_read(audit, engine, time):
    with transaction(engine) as connection:
        for number in range(1003):
            write(connection, AuditEntry(time.now, Event.OPEN, subject=str(number)))
    assert subjects(audit) == [str(number) for number in range(1002, -1, -1)]


def test_hostile_lengths_are_cut(audit):
    audit.write(Event.FIND, who="u" * 10_000, subject="s" * 10_000)
    (one,) = audit.entries()
    assert (len(one.who), len(one.subject)) == (255, 1000)
