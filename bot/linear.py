"""Regular expressions that take time in proportion to the text, whatever either is.

RE2 works on bytes: texts go in as UTF-8, where the standard library's engine would be
handed text. What the patterns say is for those who write them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import re2

# Past it RE2 forgets states it has built, and slows down.
_MEMORY_BYTES = 64 << 20


def compiled(pattern: str | bytes, *, ignore_case: bool = False) -> Any:
    """The expression, to be matched against UTF-8; one in bytes is matched byte by
    byte. ``.`` means any character. Raises re2.error."""
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.dot_nl = True
    options.log_errors = False
    options.case_sensitive = not ignore_case
    if isinstance(pattern, bytes):
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
    return re2.compile(pattern, options)


def replaced(
    expression: Any, text: bytes, put: Callable[[bytes], bytes], *, most: int
) -> tuple[bytes | None, int]:
    """The text with what ``put`` makes of each match, and how many it changed; None
    where there are more than ``most`` matches, each of which may read all of it."""
    pieces: list[bytes] = []
    at = changed = 0
    for number, match in enumerate(expression.finditer(text)):
        if number >= most:
            return None, number
        start, end = match.span()
        if start == end:
            continue
        found = text[start:end]
        new = put(found)
        changed += new != found
        pieces += (text[at:start], new)
        at = end
    if not changed:
        return text, 0
    return b"".join([*pieces, text[at:]]), changed
