"""JSON both ways without losing what real pages put into recordings.

orjson is four times faster than the standard library on recordings, but refuses lone
surrogates, which pages do produce (half an emoji cut off by ``substring``). Those few
values take the slow way; the bytes are those ``JSON.stringify`` would write.
"""

from __future__ import annotations

import gc
import json
import math
import re
from typing import Any

import orjson

# Room for 300 elements inside each other, at two levels each; well below the thousand
# at which Python's own encoder gives up.
MAX_DEPTH = 600

# A value costs Python some hundred bytes however short it is in JSON. Real recordings
# have one in twenty bytes, so this is a line of 80 MB.
MAX_VALUES = 4_000_000

_LARGE = 64 * 1024

_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(text: bytes | str, *, max_values: int = MAX_VALUES) -> Any:
    """The value of a JSON text. Raises ValueError where it is not JSON: so NaN and
    numbers past what a double holds, which JavaScript could not read either; and where
    it holds more than ``max_values`` values, which would take more memory than there
    is."""
    # Commas are counted in strings too: quick, and no real event comes near.
    if text.count(b"," if isinstance(text, bytes) else ",") >= max_values:  # type: ignore[arg-type]
        raise ValueError(f"more than {max_values} values")
    try:
        return _loads_at_once(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _loads_at_once(text: bytes | str) -> Any:
    """What a snapshot is made of are a hundred thousand objects, none of them garbage:
    looking for garbage meanwhile takes as long as reading it."""
    if len(text) < _LARGE or not gc.isenabled():
        return orjson.loads(text)
    gc.disable()
    try:
        return orjson.loads(text)
    finally:
        gc.enable()


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON; a lone surrogate is written as an escape: ``\\ud83d``."""
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def is_writable(value: Any) -> bool:
    """Whether a decoded value nests shallowly enough for ``dumps`` and for everybody
    who walks through it."""
    try:
        orjson.dumps(value)  # takes no more than 254 levels, and is the quick way
    except TypeError:
        return not _is_deeper(value, MAX_DEPTH)
    return True


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        level = [
            one
            for holder in level
            for one in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(one, dict | list)
        ]
        if not level:
            return False
    return True


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"a number no double holds: {text[:40]}")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
