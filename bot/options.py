"""What people add to whom they ask for: ``errors only on /checkout``. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.model import Filters

MAX_PAGE = 200

_ERRORS = re.compile(
    r"(?<!\S)(?:errors\s+only|only\s+errors|with\s+errors)(?!\S)", re.IGNORECASE
)
_ON = re.compile(r"(?<!\S)on\s+(<https?://[^<>\s]+>|https?://\S+|/\S*)", re.IGNORECASE)


def filters_of(text: str) -> tuple[Filters, str]:
    """The filters that a text names, in any order, and the text without them."""
    errors_only = bool(_ERRORS.search(text))
    rest = _ERRORS.sub(" ", text)
    page = ""
    if on := _ON.search(rest):
        page = page_of(on[1])
        rest = f"{rest[: on.start()]} {rest[on.end() :]}"
    return Filters(errors_only=errors_only, page=page), rest


def page_of(text: str) -> str:
    """A page as it is searched for: the path of an address, or a part of one."""
    word = text.strip().strip("<>").partition("|")[0]
    if word.lower().startswith(("http://", "https://")):
        try:
            parts = urlsplit(word)
        except ValueError:
            return ""
        word = parts.path if parts.path.strip("/") else parts.netloc
    return word.rstrip(".,;:!?)")[:MAX_PAGE]
