"""The timeline: each thing is where and as it should be, whatever is recorded."""

from __future__ import annotations

import io
import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.model import Activity, Mark, Page, Summary
from bot.preview import marks, timeline
from bot.preview.timeline import HEIGHT, LEFT, RIGHT, WIDTH
from bot.recording.activity import PARTS
from bot.recording.summary import SummaryBuilder
from tests import recorded

# A packed picture has few colours, and each is near the one that was meant.
_NEAR = 30


def _summary(name: str = "checkout") -> Summary:
    builder = SummaryBuilder()
    for event in recorded.events(name):
        builder.add(event)
    return builder.build()


@pytest.fixture(scope="module")
def plain() -> Summary:
    """100 s in which nothing happens on one page."""
    return replace(
        _summary("static-simple"),
        duration_ms=100_000,
        pages=(Page("http://shop.test/", 0),),
        clicks=0,
        marks=(),
        activity=Activity((1,) * PARTS, (0,) * PARTS),
    )


def _drawn(summary: Summary) -> Image.Image:
    return Image.open(io.BytesIO(timeline.timeline(summary))).convert("RGB")


def _is(image: Image.Image, x: float, y: float, colour: marks.Colour) -> bool:
    found = image.getpixel((round(x), round(y)))
    assert isinstance(found, tuple)
    return all(
        abs(one - other) < _NEAR for one, other in zip(found, colour, strict=True)
    )


@pytest.mark.parametrize(
    ("kind", "colour", "y"),
    [
        ("console_error", marks.ERROR, timeline.ERRORS_Y),
        ("exception", marks.ERROR, timeline.ERRORS_Y),
        ("network_failure", marks.FAILURE, timeline.FAILURES_Y),
        ("rage_click", marks.RAGE, timeline.CLICKS_Y),
    ],
)
def test_a_mark_is_drawn_at_its_time_in_the_colour_of_its_kind(plain, kind, colour, y):
    # Before it, one of a kind that is the key moment in its place.
    first = Mark(10_000, "exception", "x")
    image = _drawn(replace(plain, marks=(first, Mark(75_000, kind, "x"))))
    x = LEFT + (RIGHT - LEFT) * 0.75
    assert _is(image, x, y, colour)
    assert _is(image, x - 40, y, timeline.GROUND)
    assert _is(image, x + 40, y, timeline.GROUND)


def test_marks_of_different_kinds_have_different_outlines():
    outlines = set()
    for colour in (marks.ERROR, marks.FAILURE, marks.RAGE, marks.CLICK):
        canvas = Image.new("RGB", (40, 40), "white")
        marks.put(canvas, colour, 20, 20)
        outlines.add(canvas.convert("L").point(lambda v: v < 200 and 255).tobytes())
    assert len(outlines) == 4


def test_clicks_and_idle_stretches_stand_where_the_time_is(plain):
    clicks = [0] * PARTS
    clicks[PARTS // 4] = 3
    actions = (1,) * (PARTS // 2) + (0,) * (PARTS // 2)
    image = _drawn(replace(plain, activity=Activity(actions, tuple(clicks))))
    width = (RIGHT - LEFT) / PARTS
    assert _is(image, LEFT + width * (PARTS // 4 + 0.5), timeline.CLICKS_Y, marks.CLICK)
    busy = timeline.BUSY_Y + timeline.BUSY_HEIGHT - 2
    assert _is(image, LEFT + 100, busy - 60, timeline.BUSY)
    quiet = RIGHT - 40
    assert image.getpixel((quiet, busy)) != image.getpixel((100, timeline.CLICKS_Y))
    assert _is(image, quiet, busy, timeline.IDLE)


def test_the_key_moment_is_a_line_through_all_lanes(plain):
    image = _drawn(replace(plain, marks=(Mark(50_000, "exception", "x"),)))
    x = (LEFT + RIGHT) / 2
    for y in (timeline.BUSY_Y - 4, timeline.CLICKS_Y, timeline.FAILURES_Y):
        assert _is(image, x, y, timeline.INK)


def test_pages_are_bands_in_turns_of_two_colours(plain):
    pages = (Page("http://shop.test/", 0), Page("http://shop.test/cart", 50_000))
    image = _drawn(replace(plain, pages=pages))
    y = timeline.PAGES_Y + 4
    middle = (LEFT + RIGHT) / 2
    assert _is(image, middle - 60, y, timeline.PAGES[0])
    assert _is(image, RIGHT - 60, y, timeline.PAGES[1])
    assert timeline.PAGES[0] != timeline.PAGES[1]


def _light(colour: marks.Colour) -> float:
    """Relative luminance, by WCAG 2."""
    shares = [value / 255 for value in colour]
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: marks.Colour, other: marks.Colour) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_and_marks_stand_out_from_their_ground():
    """WCAG 2.2: 4.5 to 1, on whichever theme, since the picture has its own ground."""
    grounds = (timeline.GROUND, timeline.IDLE)
    inks = (timeline.INK, timeline.SOFT, marks.ERROR, marks.RAGE, marks.CLICK)
    for ink, ground in itertools.product(inks, grounds):
        assert _contrast(ink, ground) >= 4.5, (ink, ground)
    assert _contrast(marks.FAILURE, timeline.GROUND) >= 4.5
    assert all(_contrast(timeline.INK, page) >= 4.5 for page in timeline.PAGES)


@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_real_recording_makes_a_small_picture_soon(name):
    summary = _summary(name)
    began = time.process_time()
    packed = timeline.timeline(summary)
    assert time.process_time() - began < 0.5
    assert len(packed) < 60_000
    assert Image.open(io.BytesIO(packed)).size == (WIDTH, HEIGHT)


def test_extremes_are_drawn(plain):
    ten_hours = 36_000_000
    crowd = tuple(
        Mark(index * ten_hours // 5000, kind, "x")
        for index, kind in zip(
            range(5000),
            itertools.cycle(["exception", "network_failure", "rage_click", "page"]),
            strict=False,
        )
    )
    crowded = replace(plain, duration_ms=ten_hours, marks=crowd)
    image = _drawn(crowded)
    assert _is(image, LEFT + 600, timeline.ERRORS_Y, marks.ERROR)
    for odd in (
        crowded,
        replace(plain, duration_ms=0, marks=crowd),
        replace(plain, duration_ms=253_402_300_799_999),
        replace(plain, pages=(), activity=None),
        replace(plain, activity=Activity((), ())),
        replace(plain, clicks=10**12, network_failing=10**15, rage_clicks=10**15),
    ):
        assert len(timeline.timeline(odd)) < 60_000


def test_a_picture_never_depends_on_query_fragment_or_person(plain):
    bare = timeline.timeline(
        replace(plain, pages=(Page("http://a.test/users/日本", 0),))
    )
    for url in (
        "http://a.test/users/jane@example.com?token=1",
        "http://a.test/users/jane%40example.com#name=Jane",
        "http://jane@b.test/users/jane%2540example.com",
    ):
        assert timeline.timeline(replace(plain, pages=(Page(url, 0),))) == bare


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.text() | st.just("x" * 1_000_000), st.integers(-1, 2**60)),
        max_size=5,
    ),
    st.integers(0, 2**48),
    st.lists(st.integers(-1, 2**70), max_size=9),
)
def test_hostile_manifests_never_break_it(plain, places, duration_ms, counts):
    found = _drawn(
        replace(
            plain,
            duration_ms=duration_ms,
            pages=tuple(Page(url, at) for url, at in places),
            marks=tuple(Mark(at, "exception", url) for url, at in places),
            activity=Activity(tuple(counts), tuple(counts)),
        )
    )
    assert found.size == (WIDTH, HEIGHT)
    assert _is(found, WIDTH - 10, HEIGHT - 10, timeline.GROUND)
