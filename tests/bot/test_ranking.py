"""The recording that most likely shows the trouble comes first, and it is said why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import Recording
from bot.ranking import ranked, why_first

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def recording(name, ago, *, errors=0, seconds=120):
    start = NOW - ago
    length = timedelta(seconds=seconds)
    return Recording(
        name,
        "memory",
        start,
        length,
        end=start + length,
        active=length,
        console_error_count=errors,
    )


def order(*recordings, about=None):
    found = ranked(recordings, about=about, now=NOW, summaries={})
    why = why_first(found, about=about, summaries={})
    return [one.id for one in found], why


def test_errors_shortly_before_the_message_come_first():
    names, why = order(
        recording("later", HOUR),
        recording("calm", 3.5 * HOUR),
        recording("failing", 4 * HOUR, errors=3),
        recording("old failing", 90 * HOUR, errors=9),
        about=NOW - 3 * HOUR,
    )
    assert names[0] == "failing"
    assert names.index("later") > names.index("calm")
    assert why == "errors shortly before the message"


def test_without_errors_the_one_closest_to_the_message_comes_first():
    names, why = order(
        recording("far", 60 * HOUR),
        recording("near", 5 * HOUR),
        recording("after", HOUR),
        about=NOW - 4 * HOUR,
    )
    assert names[0] == "near"
    assert why == "closest to the message"


def test_a_newer_one_without_errors_gives_way_to_one_with_them():
    names, why = order(
        recording("calm", HOUR), recording("failing", 5 * HOUR, errors=5)
    )
    assert names == ["failing", "calm"]
    assert why == "newest with errors"


def test_a_glance_gives_way_to_a_visit():
    names, why = order(
        recording("glance", HOUR, seconds=3), recording("visit", 3 * HOUR)
    )
    assert names == ["visit", "glance"]
    assert why == "newest of more than a glance"


def test_among_equals_the_newest_comes_first():
    names, why = order(*(recording(str(n), n * HOUR) for n in range(1, 6)))
    assert names == ["1", "2", "3", "4", "5"]
    assert why == "newest"
    failing = [recording(str(n), n * HOUR, errors=1) for n in range(1, 4)]
    assert order(*failing)[1] == "newest, with errors"


def test_errors_of_last_month_do_not_hide_todays_visit():
    names, _ = order(recording("today", HOUR), recording("old", 700 * HOUR, errors=9))
    assert names == ["today", "old"]


def test_nothing_is_said_of_the_only_one():
    assert order(recording("one", HOUR))[1] == ""


def test_counts_that_a_source_does_not_give_are_no_errors():
    unknown = replace(recording("a", HOUR), console_error_count=None, active=None)
    assert order(unknown, recording("b", 2 * HOUR))[0] == ["a", "b"]


def test_what_began_later_is_no_rival_of_what_was_reported():
    """However near it is."""
    first, glance = recording("first", 30 * HOUR), recording("x", 20 * HOUR, seconds=3)
    after = recording("after", HOUR)
    about = NOW - 10 * HOUR
    why = why_first([first, after], about=about, summaries={}, report="the ticket")
    assert why == "last before the ticket"
    why = why_first([first, glance, after], about=about, summaries={})
    assert why == "newest of more than a glance"
