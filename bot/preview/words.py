"""What is written in a picture: paths of pages that can be drawn, times, counts.

Recordings are hostile and pictures are shown to whole channels: a label is a path
without its query, short, of characters that the font has, and without addresses.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

# What Pillow's own font can draw.
_DRAWABLE = frozenset(map(chr, range(0x20, 0x7F))) | {"…"}
# Longer ones never fit, and cleaning takes time for each character.
_MAX_URL = 2000
_MAX_LABEL = 80

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000


def page_label(url: str) -> str:
    """The path of a page, never its query; ``…`` for what cannot or must not be shown:
    letters that the font lacks, and parts that hold an e-mail address."""
    try:
        path = urlsplit(url[:_MAX_URL]).path
    except ValueError:
        path = url[:_MAX_URL].split("?")[0].split("#")[0]
    parts = map(_part, unquote(path, errors="replace").split("/"))
    return "/".join(parts)[:_MAX_LABEL] or "/"


def _part(text: str) -> str:
    if "@" in text or "@" in unquote(unquote(text)):
        return "…"
    plain = unicodedata.normalize("NFKD", text)
    kept: list[str] = []
    for letter in plain:
        if letter in _DRAWABLE:
            kept.append(letter)
        elif not unicodedata.combining(letter) and kept[-1:] != ["…"]:
            kept.append("…")
    return "".join(kept)


def length(ms: int) -> str:
    """``41 s``, ``12 min 5 s``, ``3 h 20 min`` or ``2 d 4 h``."""
    units = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (_SECOND, "s"))
    for index, (size, unit) in enumerate(units[:-1]):
        if ms >= size:
            smaller, name = units[index + 1]
            rest = ms % size // smaller
            return f"{ms // size:,} {unit}" + (f" {rest} {name}" if rest else "")
    return f"{ms // _SECOND} s"


def clock(ms: int) -> str:
    """``4:05``, ``1:04:05`` or, of what lasts for days, ``2 d 4 h``."""
    if ms >= 2 * _DAY:
        return length(ms // _HOUR * _HOUR)
    hours, rest = divmod(ms // _SECOND, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 page``, ``1,024 pages``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ticks(duration_ms: int, most: int) -> list[int]:
    """Round times from 0 to the end, as many as ``most`` and no more."""
    step = next(
        (step for step in _steps() if duration_ms // step < most), duration_ms or 1
    )
    return list(range(0, duration_ms + 1, step))


def _steps() -> list[int]:
    return [
        *(_SECOND * one for one in (1, 2, 5, 10, 15, 30)),
        *(_MINUTE * one for one in (1, 2, 5, 10, 15, 30)),
        *(_HOUR * one for one in (1, 2, 3, 6, 12)),
        *(_DAY * 10**power * one for power in range(9) for one in (1, 2, 5)),
    ]
