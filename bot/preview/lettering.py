"""Writes words into a picture, in the font that comes with Pillow; which letters it has
is words.py's business."""

from __future__ import annotations

from functools import cache
from typing import cast

from PIL import ImageDraw, ImageFont

from bot.preview.marks import Colour


def write(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    text: str,
    ink: Colour,
    size: int,
    *,
    anchor: str = "lm",
) -> float:
    """Write at a place and return where the text ends. ``anchor``, in Pillow's letters,
    is the point of the text at that place: its left end, at half its height."""
    draw.text((x, y), text, fill=ink, font=_font(size), anchor=anchor)
    return x + width_of(text, size)


def width_of(text: str, size: int) -> float:
    """Pixels."""
    return _font(size).getlength(text)


def fitting(text: str, width: float, size: int) -> str:
    """The text, shortened to a width; empty where not even a few letters fit."""
    if width_of(text, size) <= width:
        return text
    while len(text) > 3:
        text = text[:-1]
        if width_of(text + "…", size) <= width:
            return text + "…"
    return ""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # With a size it is Pillow's scalable font; the bitmap one is for those without.
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))
