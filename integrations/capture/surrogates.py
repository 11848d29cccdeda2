"""Half emojis, which pages cut off and ``JSON.stringify`` writes as lone escapes.

msgspec, which reads a body without making objects of it, refuses them, as it should:
they are no characters. A copy of the text in which they are U+FFFD is readable, and
has everything at the same place.
"""

from __future__ import annotations

import re

from bot.errors import BadInput

# A pair is one character and stays; what stands alone is a group.
_LONE = re.compile(
    rb"\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|([dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_NUL = re.compile(rb"\\u(0000)")
# Of which honest pages have a handful; each costs a microsecond.
_MOST = 500_000
_UNKNOWN = b"\\ufffd"


def without_lone_surrogates(text: bytes) -> bytes:
    """The JSON text with their escapes replaced, as long as before; the same object
    where there are none. Raises BadInput where there are more than any page makes."""
    return _replaced(text, _LONE) if b"\\ud" in text or b"\\uD" in text else text


def without_nul(text: bytes) -> bytes:
    """The JSON text with U+0000, which PostgreSQL does not take, replaced likewise."""
    return _replaced(text, _NUL) if b"\\u0000" in text else text


def _replaced(text: bytes, escapes: re.Pattern[bytes]) -> bytes:
    changed: bytearray | None = None
    for number, found in enumerate(escapes.finditer(text)):
        if number >= _MOST:
            raise BadInput("too many escapes of what is no character")
        start = found.start()
        is_escaped = _is_escaped(text, start)
        if found[1] is not None and is_escaped:
            continue
        if found[1] is None:
            if not is_escaped:
                continue
            # Its first half is text that looks like one; the second is alone.
            start += len(_UNKNOWN)
        if changed is None:
            changed = bytearray(text)
        changed[start : start + len(_UNKNOWN)] = _UNKNOWN
    return text if changed is None else bytes(changed)


def _is_escaped(text: bytes, at: int) -> bool:
    """Whether the backslash there is itself a character: after an odd number."""
    before = at
    while before and text[before - 1] == 0x5C:
        before -= 1
    return (at - before) % 2 == 1
