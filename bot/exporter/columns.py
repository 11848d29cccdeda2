"""A segment's node ids in a column of their own, beside its text.

Recorders number every node, so a page that is drawn again repeats itself in all but
these numbers, and they are most of what a compressor has to keep. As differences from
one to the next they are small and regular: a recording of a busy table takes a
seventh of the room. The viewer's twin is ``columns.ts``.

The content of a segment is the number of ids (4 bytes, little-endian), their
differences as four planes of bytes, and the text without their digits.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from bot.errors import BadInput

# "id":7, "parentId":7 and the like; JSON has no name without a value, so where one of
# these is followed by none, an id was taken out.
_PLACE = re.compile(rb'd":(?=[,}\]])')
_MAX_DIGITS = 9
_COUNT_BYTES = 4
_PLANES = 4

_Bytes = npt.NDArray[np.uint8]
_Integers = npt.NDArray[np.int64]


def split(text: bytes) -> bytes:
    """The content of a segment whose JSON lines are ``text``."""
    letters = np.frombuffer(text + bytes(_MAX_DIGITS + 2), np.uint8)
    starts, lengths, ids = _ids(letters)
    keep = np.ones(len(text), bool)
    for digit in range(_MAX_DIGITS):
        keep[starts[lengths > digit] + digit] = False
    deltas = np.diff(ids, prepend=0)
    # Zigzag: small differences of either sign are small numbers.
    zigzag = ((deltas << 1) ^ (deltas >> 63)).astype("<u4")
    planes = zigzag.view(np.uint8).reshape(-1, _PLANES).T
    rest = letters[: len(text)][keep]
    count = len(ids).to_bytes(_COUNT_BYTES, "little")
    return b"".join((count, planes.tobytes(), rest.tobytes()))


def longest(text_bytes: int) -> int:
    """How long the content of a text of so many bytes can be: an id takes a digit at
    least, and three bytes around it."""
    return _COUNT_BYTES + 2 * text_bytes


def join(content: bytes) -> bytes:
    """The text that ``split`` was given. Raises BadInput where the two parts do not
    belong together."""
    count = int.from_bytes(content[:_COUNT_BYTES], "little")
    end = _COUNT_BYTES + count * _PLANES
    if len(content) < end:
        raise BadInput("the replay is damaged: a segment holds fewer ids than it says")
    planes = np.frombuffer(content[_COUNT_BYTES:end], np.uint8).reshape(_PLANES, count)
    zigzag = np.ascontiguousarray(planes.T).view("<u4").ravel().astype(np.int64)
    ids = iter(np.cumsum((zigzag >> 1) ^ -(zigzag & 1)).tolist())
    text, places = _PLACE.subn(
        lambda found: found[0] + b"%d" % next(ids, 0), content[end:]
    )
    if places != count:
        raise BadInput("the replay is damaged: a segment's ids do not fit its text")
    return text


def _ids(letters: _Bytes) -> tuple[_Integers, _Integers, _Integers]:
    """Where ids begin, how many digits they have, and their values."""
    colons = np.flatnonzero(letters == ord(":"))
    colons = colons[colons >= 2]
    starts = colons[
        (letters[colons - 1] == ord('"')) & (letters[colons - 2] == ord("d"))
    ]
    starts += 1
    values = np.zeros(len(starts), np.int64)
    lengths = np.zeros(len(starts), np.int64)
    going = np.ones(len(starts), bool)
    for place in range(_MAX_DIGITS + 1):
        digits = letters[starts + place] - np.uint8(ord("0"))
        going &= digits <= 9
        values[going] = values[going] * 10 + digits[going]
        lengths += going
    behind = letters[starts + lengths]
    ends = (behind == ord(",")) | (behind == ord("}")) | (behind == ord("]"))
    plain = (lengths == 1) | (letters[starts] != ord("0"))
    whole = ends & plain & (lengths >= 1) & (lengths <= _MAX_DIGITS)
    return starts[whole], lengths[whole], values[whole]
