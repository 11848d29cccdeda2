"""People name a stretch of a recording by the clock of the player or of the day."""

from datetime import UTC, datetime

import pytest

from bot.errors import BadInput
from bot.model import Mark
from bot.recording.spans import ERROR, Span, Wish, read_moment

START = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
END_MS = START_MS + 600_000
MARKS = (Mark(1000, "page", "/"), Mark(90_000, "console_error", "it broke"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1:23", 83_000),
        ("01:02:03", 3_723_000),
        ("0:07.250", 7250),
        ("83", 83_000),
        ("83.5s", 83_500),
        ("0", 0),
        ("2026-11-23T11:02:12Z", START.replace(minute=2, second=12)),
        ("2026-11-23T12:02:12+01:00", START.replace(minute=2, second=12)),
        ("2026-11-23T11:02:12", START.replace(minute=2, second=12)),
    ],
)
def test_times_are_read_as_people_write_them(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "1:2", "-5", "1:23:", "5m", "１:23x"])
def test_what_is_no_time_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="write 1:23, 83 or 83s"):
        read_moment(text)


@pytest.mark.parametrize(
    ("wish", "span"),
    [
        (Wish(start=60_000), Span(60_000, 600_000)),
        (Wish(end=60_000), Span(0, 60_000)),
        (Wish(start=START.replace(minute=1), end=9 * 10**8), Span(60_000, 600_000)),
        (Wish(around=100_000), Span(70_000, 130_000)),
        (Wish(around=10_000, either_side_ms=20_000), Span(0, 30_000)),
        (Wish(around=START.replace(minute=10)), Span(570_000, 600_000)),
        (Wish(around=ERROR), Span(60_000, 120_000)),
    ],
)
def test_a_wish_is_a_span_inside_the_recording(wish, span):
    assert wish.span(START_MS, END_MS, MARKS) == span


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(start=700_000), "11:40 is outside .* from 0:00 to 10:00"),
        (Wish(start=START.replace(hour=10)), "-1:00:00 is outside"),
        (Wish(start=60_000, end=60_000), "1:00, not after it begins at 1:00; .* 10:00"),
        (Wish(around=START.replace(hour=12)), "1:00:00 is outside"),
    ],
)
def test_a_span_outside_is_refused_with_the_recordings_length(wish, words):
    with pytest.raises(BadInput, match=words):
        wish.span(START_MS, END_MS, MARKS)


def test_no_error_to_cut_around_is_said_so():
    with pytest.raises(BadInput, match="no error, failed request or rage click"):
        Wish(around=ERROR).span(START_MS, END_MS, MARKS[:1])
