"""What an answer is: decided by its first bytes, never by its name alone.

The type that goes into the replay comes from this list, so that nothing a server says
can make a picture into a page. SVG is a picture like the others: it is shown as one,
where browsers run none of its scripts and load nothing for it.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum


class Kind(StrEnum):
    """What a recording wants an asset for."""

    PICTURE = "picture"
    FONT = "font"
    SHEET = "sheet"


SHEET_TYPE = "text/css"

ACCEPT = {
    Kind.PICTURE: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8",
    Kind.FONT: "font/woff2,font/woff,font/*;q=0.8,*/*;q=0.1",
    Kind.SHEET: "text/css",
}

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb"BM....\x00\x00\x00\x00", re.DOTALL), "image/bmp"),
    (re.compile(rb"\x00\x00\x01\x00"), "image/x-icon"),
)
_FONTS = (
    (re.compile(rb"wOF2"), "font/woff2"),
    (re.compile(rb"wOFF"), "font/woff"),
    (re.compile(rb"\x00\x01\x00\x00|true"), "font/ttf"),
    (re.compile(rb"OTTO"), "font/otf"),
    (re.compile(rb"ttcf"), "font/collection"),
)
_DRAWING = "image/svg+xml"
TYPES = frozenset({SHEET_TYPE, _DRAWING, *(name for _, name in (*_PICTURES, *_FONTS))})
"""Every type an asset in a replay can have."""

_LOOKED_AT = 4096
_CHARSET = re.compile(rb'@charset "([\w.:-]{1,40})";')


def type_of(kind: Kind, content: bytes, declared: str) -> str | None:
    """The type of an answer to a wish for ``kind``, or None where it is something
    else. ``declared`` is the answer's own Content-Type."""
    media = declared.partition(";")[0].strip().lower()
    if kind is Kind.SHEET:
        # Text looks like nothing in particular; browsers take a sheet at its word too.
        return SHEET_TYPE if media == SHEET_TYPE else None
    families, looks = {
        Kind.PICTURE: (("image/",), _PICTURES),
        Kind.FONT: (("font/", "application/font-", "application/x-font-"), _FONTS),
    }[kind]
    # Stores of files say octet-stream of whatever they do not know.
    untold = ("", "application/octet-stream", "binary/octet-stream")
    if media not in untold and not media.startswith(families):
        return None
    start = content[:_LOOKED_AT]
    if media == _DRAWING and kind is Kind.PICTURE:
        is_drawing = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        return _DRAWING if is_drawing and b"<svg" in start else None
    return next((name for look, name in looks if look.match(start)), None)


def text_of(content: bytes, declared: str) -> str:
    """A style sheet's text: by its mark, its header, its own word, else UTF-8."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    said = re.search(r"charset=\"?([\w.:-]{1,40})", declared, re.IGNORECASE)
    own = _CHARSET.match(content)
    names = [said[1]] if said else []
    if own:
        names.append(own[1].decode("ascii"))
    for name in names:
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec.name in _TEXTS:
            return content.decode(codec.name, "replace")
    return content.decode("utf-8", "replace")


# Python's codecs also unpack archives and the like.
_TEXTS = frozenset({"utf-8", "iso8859-1", "cp1252", "iso8859-15", "ascii", "utf-16"})
