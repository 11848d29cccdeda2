"""Bytes inside an HTML page, at two percent instead of base64's thirty-three.

A page declared windows-1252 carries one byte in one character. Only four bytes cannot
stand: NUL and CR, which the HTML parser changes, ``<``, which could end the element or
start a comment, and the escape itself. So no payload can ever leave its element.
"""

from __future__ import annotations

import re

from bot.errors import BadInput

_ESCAPE = 0x1B
_FLIP = 0x40
_UNSAFE = re.compile(rb"[\x00\x0d\x1b<]")
_ESCAPED = re.compile(rb"\x1b(.?)", re.DOTALL)


def to_page(content: bytes) -> bytes:
    """The bytes as they stand in the page."""
    return _UNSAFE.sub(lambda found: bytes((_ESCAPE, found[0][0] ^ _FLIP)), content)


def from_page(content: bytes) -> bytes:
    """What ``to_page`` was given. Raises BadInput where an escape is cut off."""

    def restore(found: re.Match[bytes]) -> bytes:
        if not found[1]:
            raise BadInput("the replay is damaged: it ends inside an escape")
        return bytes((found[1][0] ^ _FLIP,))

    return _ESCAPED.sub(restore, content)
