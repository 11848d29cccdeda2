"""The capture proxy's settings, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, StringConstraints
from pydantic_settings import NoDecode

from bot.config.types import span

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SIZE = re.compile(r"(\d{1,6})\s*(MB|GB|TB)", re.IGNORECASE)
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
# Where posthog-js of each cloud sends to, and where it has its own files from.
_CLOUDS = {
    region: (
        f"https://{region}.i.posthog.com",
        f"https://{region}-assets.i.posthog.com",
    )
    for region in ("us", "eu")
}


@dataclass(frozen=True, slots=True)
class CaptureProject:
    """A project whose recordings are kept: its token, which any visitor can read."""

    token: str
    retention: timedelta | None = None
    """How long; None: for ever."""
    quota_bytes: int | None = None
    """How much, compressed; None: all there is room for."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The PostHog that requests are passed on to."""

    origin: str
    assets: str
    """Where it has its scripts and the remote config."""


def _projects(text: object) -> object:
    """``phc_a retention=90d quota=50GB, phc_b``"""
    if not isinstance(text, str):
        return text
    found = tuple(_project(part.split()) for part in text.split(",") if part.strip())
    if len({one.token for one in found}) < len(found):
        raise ValueError("a project token is there twice")
    return found


def _project(words: list[str]) -> CaptureProject:
    token, *options = words
    if not _TOKEN.fullmatch(token):
        raise ValueError("expected project tokens, phc_…, apart by commas")
    retention: timedelta | None = None
    quota: int | None = None
    for option in options:
        name, _, value = option.partition("=")
        if name == "retention":
            kept = span(value)
            retention = kept if isinstance(kept, timedelta) else None
        elif name == "quota":
            quota = _bytes(value)
        else:
            raise ValueError(
                "expected after a token retention=90d or quota=50GB, or a comma"
            )
    return CaptureProject(token, retention, quota)


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise ValueError("expected a quota such as 500MB, 50GB or 2TB")
    return int(found[1]) * _UNITS[found[2].upper()]


def _upstream(text: object) -> object:
    if not isinstance(text, str):
        return text
    if text.lower() in _CLOUDS:
        return Upstream(*_CLOUDS[text.lower()])
    parts = urlsplit(text)
    usable = parts.scheme in ("http", "https") and parts.hostname
    if not usable or parts.username or parts.query or parts.fragment:
        raise ValueError(
            "expected us, eu, or a URL such as https://posthog.example.com"
        )
    return Upstream(text.rstrip("/"), text.rstrip("/"))


CaptureProjects = Annotated[
    tuple[CaptureProject, ...], NoDecode, BeforeValidator(_projects)
]
CaptureUpstream = Annotated[Upstream, NoDecode, BeforeValidator(_upstream)]
CapturePrefix = Annotated[
    str, StringConstraints(pattern=r"^(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$")
]
