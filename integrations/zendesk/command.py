"""The word an agent writes in an internal note to ask for replays; pure.

Our own notes must never hold it, or they would ask for the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.identifiers import read, read_prose
from bot.model import Identifier
from bot.options import filters_of
from integrations.zendesk.records import Comment

COMMAND = "#replay"

_TOKEN = re.compile(r"(?<![\w#/&])#replay(?![\w-])", re.IGNORECASE)
_LOOK_BACK = re.compile(
    r"(?<![\w-])(\d{1,3})\s*(minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|w)(?![\w-])",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(?:(?<![\w-])(?:for|in|the|last|past)\s+){{0,3}}{_LOOK_BACK.pattern}",
    re.IGNORECASE,
)
_POLITE = re.compile(r"(?<!\S)(?:please|thanks|thank you|again)[.!]*(?!\S)", re.I)
# A word with a digit, or whatever is in quotes: not what people add to be polite.
_USER_ID = re.compile(r"[\"“][^\"“”]+[\"”]|\S*\d\S*")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def command_text(comment: str) -> str | None:
    """What follows the command on its line; None where there is no command.

    A line quoted from an earlier message does not ask again.
    """
    for line in comment.splitlines():
        if line.lstrip().startswith(">"):
            continue
        if found := _TOKEN.search(line):
            return line[found.end() :].strip()
    return None


def look_back(text: str) -> timedelta | None:
    """How far to look back, where the command says so: ``last 2h``, ``30 days``."""
    found = _LOOK_BACK.search(text)
    span = int(found[1]) * _UNITS[found[2][0].lower()] if found else None
    return span or None


def named(text: str) -> tuple[Identifier, ...]:
    """Whom the command names: as prose does, or by a user id that stands alone."""
    found = read_prose(filters_of(text)[1])
    words = _without_options(text)
    return found or (read(words) if _USER_ID.fullmatch(words) else ())


def not_understood(text: str) -> str:
    """What of the command's text asks for nothing; empty where it names somebody, who
    then is looked for whatever else it says."""
    words = _without_options(text)
    return words if re.search(r"\w", words) and not named(text) else ""


def _without_options(text: str) -> str:
    rest = _TIME.sub(" ", filters_of(text)[1])
    return " ".join(_POLITE.sub(" ", rest).split()).strip(":,;.!? ")


def newest_command(
    comments: Sequence[Comment], named: str, *, may_ask: Callable[[int], bool]
) -> Comment | None:
    """The private comment that asked: the one named by its id, else the newest whose
    author ``may_ask``. What strangers mail to a ticket becomes a private comment too.
    """
    for comment in reversed(comments):
        if named and str(comment.id) != named:
            continue
        if comment.is_public or command_text(comment.text) is None:
            continue
        if may_ask(comment.author_id):
            return comment
    return None
