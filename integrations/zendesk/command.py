"""The word an agent writes in an internal note to ask for replays; pure.

Our own notes must never hold it, or they would ask for the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from integrations.zendesk.records import Comment

COMMAND = "#replay"

_TOKEN = re.compile(r"(?<![\w#/&])#replay(?![\w-])", re.IGNORECASE)
_LOOK_BACK = re.compile(
    r"(?<![\w-])(\d{1,3})\s*(minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|w)(?![\w-])",
    re.IGNORECASE,
)
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
