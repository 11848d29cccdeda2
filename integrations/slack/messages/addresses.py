"""Which addresses out of recordings may stand on a button. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

MAX_SOURCE_URL = 500


def is_web_address(url: str | None) -> bool:
    """Whether Slack takes the URL, and a browser opens a page by it."""
    if not url or len(url) > MAX_SOURCE_URL or not url.isprintable():
        return False
    if any(sign in url for sign in ' <>"'):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
