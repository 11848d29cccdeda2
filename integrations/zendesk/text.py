"""Small pieces of a note: text made harmless, times and lengths in words; pure.

Recordings are hostile input. Everything they hold goes through ``safe`` and ends as
text, whatever Zendesk's own filter lets through.
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from integrations.zendesk.command import COMMAND

MAX_TEXT = 200
MAX_URL = 90
_DAYS_FROM_H = 48

WEB_ADDRESS = re.compile(rf"(?!(?i:.*{re.escape(COMMAND)}))https?://[!-z|~]+")
"""What a note may lead to; without braces, which no web address has."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_COMMAND = re.compile(re.escape(COMMAND), re.IGNORECASE)
# How Zendesk's placeholders begin, which it fills in where an agent writes them.
_PLACEHOLDER = re.compile(r"\{(?=[{%])")


def safe(text: str, limit: int = MAX_TEXT) -> str:
    """The text escaped, on one line, at most ``limit`` characters of it.

    It can neither open a tag nor reverse the writing direction, nor hold our command
    or a placeholder that Zendesk would fill in.
    """
    # Twice the limit is enough to fill the line, and bounds the work.
    shown = "".join(
        " " if unicodedata.category(each) in _INVISIBLE else each
        for each in text[: 2 * limit]
    )
    shown = " ".join(shown.split())
    if len(shown) > limit or len(text) > 2 * limit:
        shown = shown[:limit].rstrip() + "…"
    # Our own note must not look like the next request.
    shown = _COMMAND.sub(lambda found: f"# {found[0][1:]}", shown)
    return html.escape(_PLACEHOLDER.sub("{ ", shown))


def code(text: str, limit: int = MAX_TEXT) -> str:
    return f"<code>{safe(text, limit)}</code>"


def address(url: str, *, path_only: bool = False) -> str:
    """A captured URL as text, without what may hold secrets: query and fragment."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        shown = f"{parts.scheme}://{host}{parts.path}" if host else parts.path
        if path_only:
            shown = parts.path or "/"
    except ValueError:
        shown = re.split(r"[?#]", url, maxsplit=1)[0]
    return code(shown, MAX_URL)


def link(url: str, label: str) -> str:
    """A link of ours; text alone where the address is none a ticket may link to."""
    is_web = WEB_ADDRESS.fullmatch(url)
    return f'<a href="{html.escape(url)}">{safe(label)}</a>' if is_web else safe(label)


def when(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def length(duration: timedelta) -> str:
    """``4 min 10 s``, ``1 h 2 min``, ``3 days``: two units at most."""
    seconds = max(0, int(duration.total_seconds()))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours >= _DAYS_FROM_H:
        return counted(round(hours / 24), "day")
    parts = (
        ((hours, "h"), (minutes, "min"))
        if hours
        else ((minutes, "min"), (seconds % 60, "s"))
    )
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def length_ms(duration_ms: int) -> str:
    return length(timedelta(milliseconds=duration_ms))


def clock(at_ms: int) -> str:
    """A place in a recording, as its player shows it: ``1:23`` or ``1:02:03``."""
    seconds = max(0, at_ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    tail = f"{seconds % 60:02}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""
