"""References in style sheets: what a sheet names outside itself, and for what.

The sheet is a stranger's text, so it is read by one pass of a tokenizer whose every
pattern is bounded or possessive: time grows with the text and no faster. Syntax is CSS
Syntax 3's; fonts are chosen as CSS Fonts 4 lets a browser choose.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.assets.kinds import Kind

_STRING = r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'"""
_HEX = r"\\[0-9a-fA-F]{1,6}[ \t\n]?"
_TOKEN = re.compile(
    rf"url\(\s*+(?:(?P<quoted>{_STRING})|(?P<bare>(?:[^\s\"'()\\]|{_HEX}|\\.)*+))\s*+\)"
    rf"|type\(\s*+(?:{_STRING})"
    rf"|(?P<string>{_STRING})"
    r"|(?P<word>@import|@font-face|@namespace|image-set\()"
    r"|format\(\s*+[\"']?(?P<format>[\w-]{1,40})[\"']?"
    r"|unicode-range\s*+:\s*+(?P<range>[uU+0-9a-fA-F?,\s-]{1,4000})"
    r"|(?P<end>[;{}])|/\*.*?(?:\*/|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(rf"(?P<string>{_STRING})|/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n\r\f]?|\r?\n|(.))", re.DOTALL)
_RANGE = re.compile(r"[uU]\+([0-9a-fA-F?]{1,6})(?:-([0-9a-fA-F]{1,6}))?")
_PRIVATE = range(0xE000, 0xF900)
_BREAKS_OUT = re.compile(r"[\"'()\\\s\x00-\x1f]")

# The smaller, the better; what is not here, browsers of today do not read.
_FORMATS = ("woff2", "woff", "opentype", "truetype", "otf", "ttf", "")
_UNREAD_FORMATS = frozenset({"embedded-opentype", "svg", "eot"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One address in a sheet, and what it is for."""

    kind: Kind
    url: str
    characters: str = ""
    """A font's ``unicode-range``; without one it is for all."""


def references(css: str) -> Iterator[Reference]:
    """What a browser would ask for; of each font's files only the one it would
    choose."""
    face: list[tuple[Reference, str]] = []
    state = characters = ""
    for found in _TOKEN.finditer(css):
        word = (found["word"] or "").lower()
        if found["end"]:
            if state == "@font-face" and found["end"] != "}":
                continue
            yield from _chosen(face, characters)
            face, state, characters = [], "", ""
        elif word:
            state = word
        elif found["range"]:
            characters = found["range"]
        elif found["format"]:
            if face:
                face[-1] = (face[-1][0], found["format"].lower())
        else:
            reference = _reference(found, state)
            if reference is None:
                continue
            if reference.kind is Kind.FONT:
                face.append((reference, ""))
                continue
            yield reference
            # Of a set of pictures one is shown; an import has one address.
            state = "done" if state in ("@import", "image-set(") else state
    yield from _chosen(face, characters)


def is_for(characters: str, shown: Sequence[int]) -> bool:
    """Whether a ``unicode-range`` holds any of these code points, sorted."""
    for part in characters.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            return True
        first = int(found[1].replace("?", "0"), 16)
        last = int((found[2] or found[1]).replace("?", "F"), 16)
        at = bisect_left(shown, first)
        # Icons are characters that styles put there, not texts.
        if first in _PRIVATE or (at < len(shown) and shown[at] <= last):
            return True
    return False


def rewritten(css: str, name: Callable[[str], str]) -> str:
    """The sheet without comments, with each address as ``name`` gives it."""
    plain = _COMMENT.sub(lambda found: found["string"] or " ", css)
    pieces, done, state = [], 0, ""
    for found in _TOKEN.finditer(plain):
        if found["word"] or found["end"]:
            state = (found["word"] or "").lower()
        elif (url := _address(found, state)) is not None:
            pieces += [plain[done : found.start()], f'url("{_inside(name(url))}")']
            done = found.end()
            state = "" if state == "@import" else state
    return "".join([*pieces, plain[done:]])


def unescaped(text: str) -> str:
    """An address without its quotes, escapes and the space around it."""
    if text[:1] in ("'", '"'):
        text = text[1:-1]
    return _ESCAPE.sub(_character, text).strip(" \t\n\r\f")


def is_outside(url: str) -> bool:
    """Whether an address names something that is not in the recording itself."""
    return bool(url) and not url.startswith("#") and url[:5].lower() != "data:"


def _reference(found: re.Match[str], state: str) -> Reference | None:
    url = _address(found, state)
    if url is None or state == "done":
        return None
    kinds = {"@import": Kind.SHEET, "@font-face": Kind.FONT}
    return Reference(kinds.get(state, Kind.PICTURE), url)


def _address(found: re.Match[str], state: str) -> str | None:
    """The address outside that a token is, or None where it is something else."""
    text = found["quoted"] or found["bare"]
    if text is None and state in ("@import", "image-set("):
        text = found["string"]
    if text is None or state == "@namespace":
        return None
    url = unescaped(text)
    return url if is_outside(url) else None


def _chosen(face: list[tuple[Reference, str]], characters: str) -> Iterator[Reference]:
    """The file of a font that a browser would choose, if there is one."""
    ranked = []
    for reference, format_ in face:
        ending = _ending(reference.url)
        if format_ in _UNREAD_FORMATS or (not format_ and ending in _UNREAD_FORMATS):
            continue
        known = format_.removesuffix("-variations") or ending
        rank = _FORMATS.index(known) if known in _FORMATS else len(_FORMATS)
        ranked.append((rank, reference))
    if ranked:
        best = min(ranked, key=lambda one: one[0])[1]
        yield replace(best, characters=characters)


def _ending(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition(".")[2].lower()
    except ValueError:
        return ""


def _character(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        return chr(code) if 0 < code < 0x110000 else "\ufffd"
    return found[2] or ""


def _inside(url: str) -> str:
    """The address as it can stand in quotes."""
    return _BREAKS_OUT.sub(lambda found: f"%{ord(found[0]):02X}", url)
