"""A summary counts what happened, as it was counted when the recording was made."""

from datetime import timedelta

import pytest

from bot.model import Mark
from bot.recording.moments import LEAD_MS, choose_start, key_moment, opening_at_ms
from bot.recording.rrweb import RrwebEvent
from bot.recording.summary import SummaryBuilder
from tests import recorded


def summary_of(events):
    builder = SummaryBuilder()
    for item in events:
        builder.add(item)
    return builder.build()


@pytest.fixture(scope="module", params=recorded.NAMES)
def counted(request):
    name = request.param
    return summary_of(recorded.events(name)), recorded.facts(name)


def test_counts_are_those_of_the_recording(counted):
    """Events, clicks, inputs, console by level, requests, failing ones, snapshots."""
    summary, facts = counted
    counts = facts["counts"]
    assert summary.events == facts["events"]
    assert summary.duration_ms == facts["duration_ms"]
    assert summary.start.isoformat(timespec="milliseconds")[:23] == facts["start"][:23]
    assert summary.clicks == counts["clicks"]
    assert summary.input_events == counts["input_events"]
    assert summary.console == counts["console"]
    assert summary.network_requests == counts["network_requests"]
    assert summary.network_failing == counts["network_failing"]
    assert summary.full_snapshots == facts["full_snapshots"]
    assert {one.window_id: one.events for one in summary.windows} == {
        one["window_id"]: one["events"] for one in facts["windows"]
    }


def test_pages_are_the_urls_visited_in_order(counted):
    summary, facts = counted
    assert list(dict.fromkeys(page.url for page in summary.pages)) == facts["urls"]


def test_active_time_never_exceeds_the_duration(counted):
    summary, _ = counted
    assert 0 < summary.active_ms <= summary.duration_ms


@pytest.fixture(scope="module")
def checkout():
    return summary_of(recorded.events("checkout"))


def test_errors_are_told_once_with_count_and_first_time(checkout):
    payment = next(one for one in checkout.errors if "Payment failed" in one.message)
    assert (payment.count, payment.at_ms) == (8, 27127)
    assert "Payment failed 500 " in payment.message


def test_uncaught_exceptions_are_told_apart_from_logged_errors(checkout):
    assert checkout.exceptions == 2
    assert [one.message for one in checkout.errors if one.uncaught] == [
        "Uncaught TypeError: Cannot read properties of undefined (reading 'confirm')",
        "Uncaught (in promise) Error: Unhandled: receipt could not be rendered",
    ]


def test_failed_requests_are_grouped_and_a_hidden_answer_is_no_failure(checkout):
    """A cross-origin style sheet without a status did not fail; a beacon did."""
    assert [
        (one.method, one.url, one.status, one.count) for one in checkout.failing
    ] == [
        ("GET", "http://shop.acme.test/img/missing-banner.png", 404, 1),
        ("GET", "http://shop.acme.test/api/coupons/SAVE10", 404, 1),
        ("POST", "http://shop.acme.test/api/payment", 500, 8),
        ("GET", "http://down.acme.invalid/beacon", None, 1),
    ]


def test_slow_requests_are_told_with_their_time(checkout):
    (slow,) = checkout.slow
    assert slow.url == "http://shop.acme.test/api/shipping/quotes"
    assert slow.duration_ms == 3252


def test_repeated_clicks_on_one_spot_are_one_rage_click(checkout):
    assert checkout.rage_clicks == 1


def test_a_link_opens_before_the_key_moment(checkout):
    """The first uncaught exception, less the time that shows what led to it."""
    exception = next(mark for mark in checkout.marks if mark.kind == "exception")
    assert checkout.start_at_ms == exception.at_ms - LEAD_MS


def test_a_link_opens_before_the_report_where_that_is_inside(checkout):
    reported = checkout.start + timedelta(seconds=35)
    assert opening_at_ms(checkout, reported) == 15_000
    assert opening_at_ms(checkout, checkout.end + timedelta(hours=1)) == (
        checkout.start_at_ms
    )


def test_where_nothing_stands_out_it_opens_before_the_first_action():
    assert summary_of(recorded.events("dashboard")).start_at_ms > 0
    assert choose_start(None, None, 1000) == 0


def test_a_missing_picture_is_the_last_to_be_the_key_moment():
    picture = Mark(10, "network_failure", "GET /img.png 404")
    logged = Mark(20, "console_error", "oops")
    broken = Mark(30, "network_failure", "POST /api/payment 500")
    assert key_moment([picture, logged, broken]) == broken
    assert key_moment([picture, logged]) == logged
    assert key_moment([picture]) == picture
    assert key_moment([Mark(1, "page", "/")]) is None


def test_events_out_of_order_give_the_same_counts():
    events = recorded.events("static-simple")
    assert summary_of(events[::-1]).duration_ms == 7487


@pytest.mark.parametrize(
    "data",
    [None, 3, [], {"plugin": "rrweb/network@1", "payload": {"requests": [1, {}]}}],
)
def test_odd_events_are_counted_and_break_nothing(data):
    odd = RrwebEvent("w", {"type": 6, "timestamp": 5, "data": data})
    assert summary_of([odd]).events == 1
