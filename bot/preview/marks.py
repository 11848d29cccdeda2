"""The shapes that moments are drawn as: each kind has a colour and a form of its own.

Colour alone tells nothing to one in twelve men, and small pictures lose it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

ERROR: Colour = (200, 30, 38)
FAILURE: Colour = (178, 76, 0)
RAGE: Colour = (142, 36, 150)
CLICK: Colour = (47, 84, 216)

SIZE = 24
"""Pixels of a mark's square."""

_FINE = 4


def _triangle(draw: ImageDraw.ImageDraw, size: int, ink: Colour) -> None:
    draw.polygon([(size / 2, 1), (size - 1, size - 3), (1, size - 3)], fill=ink)


def _diamond(draw: ImageDraw.ImageDraw, size: int, ink: Colour) -> None:
    half = size / 2
    draw.polygon([(half, 0), (size, half), (half, size), (0, half)], fill=ink)


def _cross(draw: ImageDraw.ImageDraw, size: int, ink: Colour) -> None:
    low, high, width = size * 0.16, size * 0.84, round(size * 0.26)
    draw.line([(low, low), (high, high)], fill=ink, width=width)
    draw.line([(low, high), (high, low)], fill=ink, width=width)


def _disc(draw: ImageDraw.ImageDraw, size: int, ink: Colour) -> None:
    inset = size * 0.2
    draw.ellipse([inset, inset, size - inset, size - inset], fill=ink)


_FORMS: dict[Colour, Callable[[ImageDraw.ImageDraw, int, Colour], None]] = {
    ERROR: _triangle,
    FAILURE: _diamond,
    RAGE: _cross,
    CLICK: _disc,
}


def put(canvas: Image.Image, colour: Colour, x: float, y: float) -> None:
    """Draw the mark of a colour with its middle at x and y."""
    stamp = _stamp(colour)
    canvas.paste(stamp, (round(x - SIZE / 2), round(y - SIZE / 2)), stamp)


@cache
def _stamp(colour: Colour) -> Image.Image:
    """The mark with smooth edges: drawn large, then made smaller."""
    large = Image.new("RGBA", (SIZE * _FINE, SIZE * _FINE), (*colour, 0))
    _FORMS[colour](ImageDraw.Draw(large), SIZE * _FINE, colour)
    return large.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
