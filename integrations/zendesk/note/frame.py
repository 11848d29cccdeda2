"""What is around the parts of every note: its end, and what does not fit; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.model import Filters, Identifier, ShareLink
from integrations.zendesk.text import counted, length, safe, when

MAX_CHARACTERS = 30_000
"""Zendesk takes some 65,000; long notes are not read anyway."""

SHORT_ID = 8
"""As much of a request's id as anybody reads out."""

CUT = "<p><em>The rest was cut: this note is long enough.</em></p>"
AGAIN = (
    "To ask again, write the replay command in an internal note: an address, a user id"
    " or a time such as “last 30 days” may follow it. "
)
_MOST_SEARCHED = 4


def within(blocks: Sequence[str], *footer: str) -> str:
    """The blocks that fit, whole; the footer always."""
    end = f"<p><em>{''.join(footer).rstrip()}</em></p>"
    room = MAX_CHARACTERS - len(end) - len(CUT)
    kept: list[str] = []
    for block in blocks:
        room -= len(block)
        if room < 0:
            return "".join((*kept, CUT, end))
        kept.append(block)
    return "".join((*kept, end))


def expiry(links: Iterable[ShareLink]) -> str:
    """Until when they open, and how often the one that opens least."""
    every = list(links)
    if not every:
        return ""
    subject = "The link stops" if len(every) == 1 else "The links stop"
    opens = min((one.max_opens for one in every if one.max_opens), default=None)
    limit = f", or after {counted(opens, 'opening')}" if opens else ""
    first = min(one.expires_at for one in every)
    return f"{subject} working on {when(first)}{limit}. "


def searched(
    identifiers: Sequence[Identifier],
    look_back: timedelta | None,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
) -> str:
    """Whom it was looked for, by what they are known, how far back, and for which
    sessions alone."""
    if not identifiers:
        return ""
    shown = ", ".join(map(_known, identifiers[:_MOST_SEARCHED]))
    rest = len(identifiers) - _MOST_SEARCHED
    more = f" and {rest} more" if rest > 0 else ""
    far = f", {length(look_back)} back" if look_back else ""
    errors = ", errors only" if filters.errors_only else ""
    page = f", on {safe(filters.page, 80)}" if filters.page else ""
    return f"Looked for {shown}{more}{far}{errors}{page}. "


def misread(words: str) -> str:
    """That what follows the command names nobody, and who is shown instead."""
    return (
        f"<p><strong>Not understood:</strong> “{safe(words, 80)}” names nobody, so the"
        " ticket's own customer was looked for. To name somebody, write an e-mail"
        " address, a PostHog link, or a user id in quotes.</p>"
    )


def reference(request_id: str) -> str:
    return f"Replay Courier, request {safe(request_id[:SHORT_ID])}"


def _known(identifier: Identifier) -> str:
    by = f" ({safe(identifier.known_by, 40)})" if identifier.known_by else ""
    return f"{safe(identifier.value, 80)}{by}"
