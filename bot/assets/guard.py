"""Whom we may ask: hosts by name, then every address that name leads to.

A recording is made by whoever has the site's public token, so its URLs are a stranger's
wish. What is checked here is what is connected to: ``fetch`` parses, resolves and
connects with these results and nothing else. Ranges follow IANA's special-purpose
registries, by ``ipaddress``; what embeds an IPv4 address is judged by that address.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

from bot.hosts import HostPattern, Network

PORTS = {"http": 80, "https": 443}

_Address = IPv4Address | IPv6Address

# What can be routed at all in IPv6; the rest of it is special or nobody's.
_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_SPECIAL = tuple(
    map(
        ip_network,
        (
            # Lead to an IPv4 address of the sender's choice: 6to4, Teredo.
            *("192.88.99.0/24", "2002::/16", "2001::/32"),
            # Where versions of ``ipaddress`` disagree.
            *("192.0.0.0/24", "192.0.2.0/24", "2001:db8::/32", "3fff::/20"),
        ),
    )
)
# Clouds tell their machines' credentials here; no private network makes that right.
_METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"),
    )
)
_LONGEST_URL = 4000
# Everything a URL may hold as it stands; percent signs are kept, not doubled.
_SAFE = "/%:=&?~+!$,;'@()*[]"

Place = tuple[str, int]
"""An address and a port."""
Resolver = Callable[[str, int], list[Place]]


class NotAllowed(ValueError):
    """Why something is not asked for, in words for the manifest."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart once; the same parts are checked, sent and connected to."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """For the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def target_of(url: str) -> Target:
    """The parts of an http or https URL, without its fragment. Raises NotAllowed."""
    if len(url) > _LONGEST_URL:
        raise NotAllowed("the address is too long")
    if "\\" in url or any(ord(one) <= 32 or ord(one) == 127 for one in url):
        raise NotAllowed("the address is not well formed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        ascii_host = (host or "").encode("idna").decode("ascii").lower()
    except ValueError:
        raise NotAllowed("the address is not well formed") from None
    if parts.scheme not in PORTS:
        raise NotAllowed("only http and https are fetched")
    if "@" in parts.netloc:
        raise NotAllowed("the address holds a user name")
    if not ascii_host or "%" in ascii_host:
        raise NotAllowed("the address is not well formed")
    path = quote(parts.path or "/", safe=_SAFE, errors="replace")
    query = quote(parts.query, safe=_SAFE, errors="replace")
    return Target(
        parts.scheme,
        ascii_host,
        PORTS[parts.scheme] if port is None else port,
        f"{path}?{query}" if query else path,
    )


class Guard:
    """The hosts an installation allows, and the networks that may be asked although
    they are not public."""

    def __init__(
        self, hosts: Iterable[HostPattern], networks: Iterable[Network] = ()
    ) -> None:
        self._hosts = tuple(hosts)
        self._networks = tuple(networks)

    def check_host(self, target: Target) -> None:
        """Raises NotAllowed where neither name nor pattern stands for the host."""
        named = [one for one in self._hosts if one.stands_for(target.host)]
        if not named:
            raise NotAllowed("its host is not allowed")
        own = PORTS[target.scheme]
        if target.port not in {one.port or own for one in named}:
            raise NotAllowed("its port is not allowed")

    def check_address(self, address: str) -> None:
        """Raises NotAllowed where nobody outside should be able to reach it."""
        try:
            found = _embedded(ip_address(address.partition("%")[0]))
        except ValueError:
            raise NotAllowed("its host has no usable address") from None
        if found in _METADATA:
            raise NotAllowed("its address is not public")
        if any(found in network for network in self._networks):
            return
        if (
            not found.is_global
            or found.is_multicast
            or found.is_reserved
            or (isinstance(found, IPv6Address) and found not in _UNICAST)
            or any(found in special for special in _SPECIAL)
        ):
            raise NotAllowed("its address is not public")


def addresses(host: str, port: int) -> list[Place]:
    """What the system's resolver says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(one[4][0]), int(one[4][1])) for one in found))


def _embedded(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one that is only another spelling of it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
