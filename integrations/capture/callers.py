"""Who sends, as far as an address says, and how much of it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_OPT_OUTS = ("HTTP_SEC_GPC", "HTTP_DNT")


def address_of(environ: Mapping[str, Any], trusted_hops: int) -> str:
    """The visitor's address: the connection's own, or what the outermost of so many
    proxies of ours wrote into X-Forwarded-For. What stands before that anybody may have
    made up."""
    if trusted_hops:
        named = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        if len(named) >= trusted_hops and _is_address(named[-trusted_hops].strip()):
            return named[-trusted_hops].strip()
    return str(environ.get("REMOTE_ADDR") or "")


def has_opted_out(environ: Mapping[str, Any]) -> bool:
    """Whether the browser says that its visitor is not to be followed."""
    return any(environ.get(name) == "1" for name in _OPT_OUTS)


class Rates:
    """What one address and one project may send in a minute, to this process."""

    def __init__(self, *, per_address: int, per_project: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._address = RateLimitItemPerMinute(per_address)
        self._project = RateLimitItemPerMinute(per_project)

    def admits_address(self, address: str) -> bool:
        return self._limiter.hit(self._address, "address", _household(address))

    def admits_project(self, project: str) -> bool:
        return self._limiter.hit(self._project, "project", project)


@lru_cache(maxsize=10_000)
def _household(address: str) -> str:
    """The address, or the network of an IPv6 one: a visitor has 2 ** 64 of those."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), 64), strict=False))
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
