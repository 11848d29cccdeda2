"""The JSON text in a request of posthog-js or a mobile SDK, however it is wrapped.

posthog-js sends gzip without saying so, or a form field in base64; mobile SDKs say
``Content-Encoding``; a pixel sends the field in the address. So what a body is, is seen
by its first bytes, and what the request says of it is asked last.
"""

from __future__ import annotations

import base64
import binascii
import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from isal import isal_zlib

from bot.errors import BadInput

MAX_WIRE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""Both as PostHog's own capture service has them."""

_GZIP = b"\x1f\x8b"
# A window of 32 KiB, and gzip's header and checksum around it.
_GZIP_WBITS = 15 | 16
_BOM = b"\xef\xbb\xbf"
_STEP = 1024 * 1024
_DATA = re.compile(rb"(?:^|&)data=([^&]*)")
# Alphabet of URLs to that of base64; a plus that was taken for a space, back again.
_REPAIRS = bytes.maketrans(b"-_ ", b"+/+")


class TooLarge(BadInput):
    """More bytes than any sender of ours makes."""


def _no_account(more: int) -> None:
    pass


def unpacked(
    body: bytes,
    *,
    query: str = "",
    content_encoding: str = "",
    spend: Callable[[int], None] = _no_account,
) -> bytes:
    """The text that the request carries, without a byte order mark.

    ``spend`` is told of every MiB before it is unpacked, and may raise to stop that.
    Raises BadInput where it is none of the known wrappings, TooLarge.
    """
    if content_encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise BadInput("the body's Content-Encoding is not gzip")
    text = _gunzipped(body, spend) if body.startswith(_GZIP) else body
    field = _DATA.search(text) if text.startswith(b"data=") else None
    if field is None and not text and query:
        field = _DATA.search(query.encode())
    if field is not None:
        text = _field(field[1])
    # Senders that compress and say so may have been handed what was compressed already.
    if text.startswith(_GZIP):
        text = _gunzipped(text, spend)
    return text.removeprefix(_BOM)


def _gunzipped(body: bytes, spend: Callable[[int], None]) -> bytes:
    unpacker = isal_zlib.decompressobj(wbits=_GZIP_WBITS)
    pieces: list[bytes] = []
    left, waiting = MAX_UNPACKED_BYTES, body
    try:
        while not unpacker.eof:
            spend(_STEP)
            piece = unpacker.decompress(waiting, _STEP)
            waiting = unpacker.unconsumed_tail
            left -= len(piece)
            if left < 0:
                raise TooLarge(f"the body unpacks to more than {MAX_UNPACKED_BYTES}")
            if not piece and not waiting and not unpacker.eof:
                raise BadInput("the gzip body ends too early")
            pieces.append(piece)
    # Its type hints take the class for one of its errors.
    except isal_zlib.error:  # type: ignore[misc]
        raise BadInput("the gzip body is broken") from None
    if unpacker.unused_data:
        raise BadInput("something follows the gzip body")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _field(value: bytes) -> bytes:
    plain = unquote_to_bytes(value)
    if plain.startswith((b"[", b"{")):
        return unquote_to_bytes(value.replace(b"+", b" "))
    digits = plain.translate(_REPAIRS, delete=b"\r\n").rstrip(b"=")
    try:
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
    except binascii.Error:
        raise BadInput("the field data is not base64") from None


def check_utf8(text: bytes) -> None:
    """Raises BadInput where that is no UTF-8, which every browser sends. In steps: as
    Python's characters it may take four times the memory."""
    if text.isascii():
        return
    decoder = getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(text), _STEP):
            decoder.decode(text[at : at + _STEP])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BadInput("the body is not UTF-8") from None
