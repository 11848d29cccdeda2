"""Words for Slack messages: customer data made inert, times and lengths made readable.

Pure. What a message is made of is left to ``messages``.

Customer data reaches Slack only through ``escape``, ``name`` and ``code``. Slack reads
``<@U…>``, ``<!here>`` and ``<https://…|label>`` as commands, so none of their signs
survive: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

# Direction marks, invisible tag characters and halves of surrogate pairs can make a
# text look like another one, or make Slack refuse it.
_INVISIBLE = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Slack turns a bare @here into a mention where it parses text by itself. Our blocks
# forbid that; a joiner after the sign also covers the text shown in notifications.
_BROADCAST = re.compile(r"(?<!\w)@(?=here|channel|everyone|group)", re.IGNORECASE)
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_ELLIPSIS = "…"
_EMPHASIS = {ord("*"): "∗", ord("`"): "ˋ", ord("~"): "∼"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def clean(text: str, limit: int) -> str:
    """One line of at most ``limit`` UTF-16 units (Slack counts so), all visible."""
    return _cut(_one_line(text, limit), limit, _units)


def escape(text: str, limit: int) -> str:
    """``text`` as inert mrkdwn of at most ``limit`` units, signs written out.

    It is cut before it is escaped, so that no entity is halved.
    """
    inert = _BROADCAST.sub("@\u2060", _one_line(text, limit))
    return "".join(map(_escaped, _cut(inert, limit, _escaped_units)))


def plain(text: str, limit: int) -> str:
    """``text`` without emphasis, whatever signs of it it holds.

    Underscores stay: they are part of ids and addresses that people copy.
    """
    return escape(text, limit).translate(_EMPHASIS)


def name(text: str, limit: int = 60) -> str:
    """A person's name in bold."""
    return f"*{plain(text, limit) or 'somebody'}*"


def code(text: str, limit: int = 80) -> str:
    """``text`` in a code span that it cannot leave."""
    return f"`{escape(text.replace('`', 'ˋ'), limit) or '–'}`"


def user(user_id: str) -> str:
    """A mention of the Slack user who acted, or the plain text of anybody else."""
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else escape(user_id, 60)


def moment(time: datetime) -> str:
    """The time in each reader's own zone, with UTC for clients that cannot."""
    utc = time.astimezone(UTC)
    fallback = f"{utc:%Y-%m-%d %H:%M} UTC"
    return (
        f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"
    )


def length(span: timedelta) -> str:
    """``38 s``, ``4 min 12 s``, ``1 h 5 min``, ``3 days``."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return _two(seconds // 60, "min", seconds % 60, "s")
    if seconds < 48 * 3600:
        return _two(seconds // 3600, "h", seconds % 3600 // 60, "min")
    return count(seconds // 86400, "day")


def offset(at_ms: int) -> str:
    """A place in a recording as its player shows it: ``0:27``, ``1:02:03``."""
    seconds = max(0, at_ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"


def count(number: int, what: str, many: str = "") -> str:
    """``1 error``, ``2 errors``; ``many`` where that is not the word with an s."""
    return f"{number:,} {what if number == 1 else many or f'{what}s'}"


def size(bytes_: int) -> str:
    """A file's size, in the decimal units file managers show."""
    if bytes_ < 1_000_000:
        return f"{max(1, round(bytes_ / 1000))} kB"
    return f"{bytes_ / 1_000_000:.1f} MB"


def path(url: str) -> str:
    """A page as people name it: its path, or its host where that is all there is.

    Queries are left out: they are long and hold other people's secrets.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.path.strip("/"):
        return parts.path
    return f"{parts.netloc}/" if parts.netloc else url


def _one_line(text: str, limit: int) -> str:
    # Nothing past this can be shown, and hostile texts may be megabytes long.
    text = text[: 4 * limit]
    return " ".join(_CONTROL.sub("", _INVISIBLE.sub("", text)).split())


def _cut(text: str, limit: int, cost: Callable[[str], int]) -> str:
    left = limit
    kept = 0
    for at, character in enumerate(text):
        left -= cost(character)
        if left < 0:
            return text[:kept].rstrip() + _ELLIPSIS
        if left >= len(_ELLIPSIS):
            kept = at + 1
    return text


def _units(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _escaped_units(character: str) -> int:
    return _units(character) + len(_escaped(character)) - 1


def _escaped(character: str) -> str:
    return _ENTITIES.get(character, character)


def _two(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big} {big_unit} {small} {small_unit}" if small else f"{big} {big_unit}"
