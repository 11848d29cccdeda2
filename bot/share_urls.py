"""Which URLs may be share links of this installation, however people write them. Pure.

Whether such a link exists and opens is left to ``bot.sharing``.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

PATH = "/r/"
"""What follows PUBLIC_URL in a share link, before its token."""

TOKEN_BYTES = 24
"""How many random bytes a token is made of."""

_TOKEN = re.compile(rf"{PATH}[\w-]{{{TOKEN_BYTES * 4 // 3}}}(?![\w-])", re.ASCII)
_PORTS = {"http": 80, "https": 443}


def token_of(url: str, public_url: str) -> str | None:
    """The token in a share link below ``public_url``; None for any other address.

    A query, a fragment, a slash at the end, the host's capitals, the scheme's own port
    and http instead of https make no difference: chats and people add all of them.
    """
    try:
        parts, ours = urlsplit(url.strip()), urlsplit(public_url.rstrip("/"))
        if _host(parts) != _host(ours):
            return None
    except ValueError:
        return None
    before, found, rest = parts.path.partition(f"{ours.path}{PATH}")
    token, _, more = rest.partition("/")
    return token if found and not before and token and not more else None


def without_tokens(text: str) -> str:
    """A text that is kept, without what would open a replay."""
    return _TOKEN.sub(f"{PATH}…", text)


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """The host and its port, None for the scheme's own. Raises ValueError."""
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("no web address")
    port = None if parts.port == _PORTS[parts.scheme] else parts.port
    return parts.hostname.encode("idna").decode(), port
