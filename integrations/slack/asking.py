"""What somebody asks for in words: whom, how far back, and with what filters. Pure.

``jane@example.com last 3d errors only on /checkout``, in any order. What is left when
the options are taken out is read for identifiers by ``bot.identifiers``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bot.model import Filters

MAX_PAGE = 200
_MAX_USERS = 5

# docs.slack.dev/messaging/formatting-message-text, Retrieving messages.
_USER = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_REFERENCE = re.compile(r"<[@#!][^<>]*>")
_LAST = re.compile(
    r"(?<!\S)last\s+(\d{1,3})\s*(h|d|w)(?:(?:ou)?rs?|ays?|eeks?)?(?!\S)", re.IGNORECASE
)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_ERRORS = re.compile(
    r"(?<!\S)(?:errors\s+only|only\s+errors|with\s+errors)(?!\S)", re.IGNORECASE
)
_ON = re.compile(r"(?<!\S)on\s+(<https?://[^<>\s]+>|https?://\S+|/\S*)", re.IGNORECASE)


ANY = Filters()


@dataclass(frozen=True, slots=True)
class Question:
    """``text`` without its options; ``users`` are the Slack users it mentions."""

    text: str
    look_back: timedelta | None = None
    filters: Filters = ANY
    users: tuple[str, ...] = ()


def question(text: str, *, ourselves: str = "") -> Question:
    """The question in a text; ``ourselves`` is the app's own user id."""
    users = [one for one in _USER.findall(text) if one != ourselves]
    rest = _REFERENCE.sub(" ", text)
    rest, span = _take_span(rest)
    errors_only = bool(_ERRORS.search(rest))
    rest = _ERRORS.sub(" ", rest)
    page = ""
    on = _ON.search(rest)
    if on:
        page = page_of(on[1])
        rest = f"{rest[: on.start()]} {rest[on.end() :]}"
    return Question(
        " ".join(rest.split(" ")).strip(),
        span,
        Filters(errors_only=errors_only, page=page),
        tuple(dict.fromkeys(users))[:_MAX_USERS],
    )


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


def _take_span(text: str) -> tuple[str, timedelta | None]:
    named = _LAST.search(text)
    if not named:
        return text, None
    span = max(1, int(named[1])) * _UNITS[named[2].lower()]
    return f"{text[: named.start()]} {text[named.end() :]}", span
