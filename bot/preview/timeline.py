"""A replay as one strip of time, drawn as PNG: pages, how busy the user was, clicks,
errors, failed requests and the key moment. Reads the manifest's summary and nothing
else; what is written in it is words.py's business.

Drawn for screens with two pixels to a point, so it is shown at half its size. It has a
ground of its own and is readable on light and dark.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

from PIL import Image, ImageDraw

from bot.model import Activity, Summary
from bot.preview import words
from bot.preview.lettering import fitting, width_of, write
from bot.preview.marks import CLICK, ERROR, FAILURE, RAGE, SIZE, Colour, put
from bot.recording.moments import key_moment

WIDTH, HEIGHT = 1200, 400
LEFT, RIGHT = 32, WIDTH - 32
"""Where the recording begins and ends, in pixels from the left."""

GROUND: Colour = (250, 250, 252)
INK: Colour = (29, 33, 41)
SOFT: Colour = (86, 94, 108)
LINE: Colour = (208, 213, 222)
IDLE: Colour = (233, 235, 240)
BUSY: Colour = (137, 164, 240)
PAGES: tuple[Colour, Colour] = ((214, 226, 250), (226, 219, 246))

_HEADING_Y, _GAP = 34, 26
PAGES_Y, PAGES_HEIGHT = 84, 44
BUSY_Y, BUSY_HEIGHT = 140, 84
CLICKS_Y, ERRORS_Y, FAILURES_Y = 246, 280, 312
_AXIS_Y = 334

_KINDS = {
    "console_error": (ERROR, ERRORS_Y),
    "exception": (ERROR, ERRORS_Y),
    "network_failure": (FAILURE, FAILURES_Y),
    "rage_click": (RAGE, CLICKS_Y),
}
# Nearer than this, marks of one kind are one.
_APART = 10
_MOST_TICKS = 9
# A shorter pause is a look at the page.
_MIN_IDLE_MS = 5000
_MIN_IDLE_WIDTH = 12


def timeline(summary: Summary) -> bytes:
    """The picture of what happened in a recording, as PNG of WIDTH by HEIGHT."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    strip = _Strip(summary.duration_ms)
    _idle(draw, strip, summary.activity)
    _pages(draw, strip, summary)
    _busy(draw, strip, summary.activity)
    _axis(draw, strip)
    _key_moment(draw, strip, summary)
    _clicks(image, strip, summary.activity)
    _moments(image, strip, summary)
    _heading(image, draw, summary)
    draw.rectangle([0, 0, WIDTH - 1, HEIGHT - 1], outline=LINE, width=2)
    packed = io.BytesIO()
    # The edges of letters have hundreds of shades that nobody sees.
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(packed, "PNG")
    return packed.getvalue()


class _Strip:
    """Times as places on the picture."""

    def __init__(self, duration_ms: int) -> None:
        self.duration_ms = max(0, duration_ms)

    def x(self, at_ms: float) -> float:
        share = at_ms / self.duration_ms if self.duration_ms else 0.0
        return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share))


def _heading(image: Image.Image, draw: ImageDraw.ImageDraw, summary: Summary) -> None:
    """What is in the recording, in words; it is the legend of the marks as well. What
    matters most comes first, and what has no room is left out."""
    errors = sum(summary.console.get(level, 0) for level in ("error", "assert"))
    x = write(draw, LEFT, _HEADING_Y, words.length(summary.duration_ms), INK, 30)
    for number, one, colour in (
        (len(summary.pages), "page", None),
        (errors, "error", ERROR),
        (summary.network_failing, "failed request", FAILURE),
        (summary.rage_clicks, "rage click", RAGE),
        (summary.clicks, "click", CLICK),
    ):
        if number == 0 and colour in (RAGE, CLICK):
            continue  # that nothing failed is worth saying, the rest is not
        text = words.count(number, one)
        is_marked = colour is not None and number > 0
        begin = x + (_GAP + SIZE + 6 if is_marked else _GAP)
        if begin + width_of(text, 26) > RIGHT:
            return
        if colour is not None and is_marked:
            put(image, colour, begin - 6 - SIZE / 2, _HEADING_Y)
        x = write(
            draw, begin, _HEADING_Y, text, colour if colour and is_marked else SOFT, 26
        )


def _pages(draw: ImageDraw.ImageDraw, strip: _Strip, summary: Summary) -> None:
    """A band for each page, in turns of two colours; labelled where the path fits."""
    pages = summary.pages[: None if strip.duration_ms else 1]
    for index, page in enumerate(pages):
        until = pages[index + 1].at_ms if index + 1 < len(pages) else strip.duration_ms
        left, right = strip.x(page.at_ms), strip.x(until)
        if index + 1 == len(pages) and not strip.duration_ms:
            right = RIGHT
        if right - left < 1:
            continue
        box = (left, PAGES_Y, max(left, right - 3), PAGES_Y + PAGES_HEIGHT)
        draw.rounded_rectangle(
            box, radius=min(8, (box[2] - left) / 2), fill=PAGES[index % 2]
        )
        label = fitting(words.page_label(page.url), right - left - 26, 22)
        write(draw, left + 12, PAGES_Y + PAGES_HEIGHT / 2, label, INK, 22)


def _idle(draw: ImageDraw.ImageDraw, strip: _Strip, activity: Activity | None) -> None:
    """Grey where the user did nothing for a while."""
    if activity is None:
        return
    for first, last in _empty_runs(activity.actions):
        parts = len(activity.actions)
        start, end = (strip.duration_ms * edge / parts for edge in (first, last))
        left, right = strip.x(start), strip.x(end)
        if end - start < _MIN_IDLE_MS or right - left < _MIN_IDLE_WIDTH:
            continue
        draw.rectangle([left, BUSY_Y - 6, right, _AXIS_Y], fill=IDLE)
        if right - left > 70:
            write(draw, (left + right) / 2, BUSY_Y + 62, "idle", SOFT, 20, anchor="mm")


def _busy(draw: ImageDraw.ImageDraw, strip: _Strip, activity: Activity | None) -> None:
    """A bar for each part of the time, as high as the root of what was done in it:
    a storm of mouse moves must not flatten everything else."""
    # The manifest is read from a database, and may hold anything that is a number.
    busiest = max(activity.actions, default=0) if activity else 0
    if activity is None or busiest <= 0:
        return
    most = math.sqrt(busiest)
    for left, right, actions in _parts(activity.actions):
        if actions > 0:
            high = max(4, BUSY_HEIGHT * math.sqrt(actions) / most)
            bottom = BUSY_Y + BUSY_HEIGHT
            draw.rectangle([left, bottom - high, right - 2, bottom], fill=BUSY)


def _clicks(image: Image.Image, strip: _Strip, activity: Activity | None) -> None:
    if activity is None:
        return
    places = [
        (left + right) / 2
        for left, right, clicks in _parts(activity.clicks)
        if clicks > 0
    ]
    for x in places:
        put(image, CLICK, x, CLICKS_Y)


def _moments(image: Image.Image, strip: _Strip, summary: Summary) -> None:
    """Errors, failed requests and rage clicks, each kind on a line of its own."""
    last: dict[Colour, float] = {}
    for mark in summary.marks:
        if mark.kind not in _KINDS:
            continue
        colour, y = _KINDS[mark.kind]
        x = strip.x(mark.at_ms)
        if abs(x - last.get(colour, -WIDTH)) >= _APART:
            last[colour] = x
            put(image, colour, x, y)


def _key_moment(draw: ImageDraw.ImageDraw, strip: _Strip, summary: Summary) -> None:
    moment = key_moment(summary.marks)
    if moment is None:
        return
    x = strip.x(moment.at_ms)
    draw.rectangle([x - 1, PAGES_Y + PAGES_HEIGHT, x + 1, _AXIS_Y], fill=INK)
    label = words.clock(moment.at_ms)
    width = width_of(label, 20) + 16
    left = min(max(LEFT, x - width / 2), RIGHT - width)
    draw.rounded_rectangle([left, PAGES_Y - 26, left + width, PAGES_Y - 2], 6, fill=INK)
    write(draw, left + 8, PAGES_Y - 14, label, GROUND, 20)


def _axis(draw: ImageDraw.ImageDraw, strip: _Strip) -> None:
    draw.line([LEFT, _AXIS_Y, RIGHT, _AXIS_Y], fill=LINE, width=2)
    for at_ms in words.ticks(strip.duration_ms, _MOST_TICKS):
        x, label = strip.x(at_ms), words.clock(at_ms)
        draw.line([x, _AXIS_Y, x, _AXIS_Y + 8], fill=SOFT, width=2)
        half = width_of(label, 22) / 2
        middle = min(max(x, LEFT + half), RIGHT - half)
        write(draw, middle, _AXIS_Y + 30, label, SOFT, 22, anchor="mm")


def _parts(counts: tuple[int, ...]) -> Iterable[tuple[float, float, int]]:
    """Each count with where its part begins and ends."""
    wide = (RIGHT - LEFT) / max(1, len(counts))
    for index, number in enumerate(counts):
        yield LEFT + wide * index, LEFT + wide * (index + 1), number


def _empty_runs(counts: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    """Where counts are 0 in a row: first index, and the one after the last."""
    start = None
    for index, number in enumerate((*counts, 1)):
        if number <= 0:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None
