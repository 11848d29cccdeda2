"""What somebody asks for in words: whom, how far back, and with what filters. Pure.

``jane@example.com last 3d errors only on /checkout``, in any order. What is left when
the options are taken out is read for identifiers by ``bot.identifiers``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.model import Filters
from bot.options import filters_of

_MAX_USERS = 5

# docs.slack.dev/messaging/formatting-message-text, Retrieving messages.
_USER = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_REFERENCE = re.compile(r"<[@#!][^<>]*>")
_LAST = re.compile(
    r"(?<!\S)last\s+(\d{1,3})\s*(h|d|w)(?:(?:ou)?rs?|ays?|eeks?)?(?!\S)", re.IGNORECASE
)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

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
    filters, rest = filters_of(rest)
    return Question(
        " ".join(rest.split(" ")).strip(),
        span,
        filters,
        tuple(dict.fromkeys(users))[:_MAX_USERS],
    )


def _take_span(text: str) -> tuple[str, timedelta | None]:
    named = _LAST.search(text)
    if not named:
        return text, None
    span = max(1, int(named[1])) * _UNITS[named[2].lower()]
    return f"{text[: named.start()]} {text[named.end() :]}", span
