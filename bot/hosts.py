"""Hosts and networks as an administrator writes them down. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class HostPattern:
    """``cdn.acme.com``, ``*.acme.com`` for all hosts below it, or ``acme.com:8443``."""

    host: str
    port: int | None
    """None for the scheme's own."""

    def stands_for(self, host: str) -> bool:
        if self.host.startswith("*."):
            return host.endswith(self.host[1:])
        return host == self.host


def host_pattern(text: str) -> HostPattern:
    """Raises ValueError where it is none, or stands for hosts of many owners."""
    host, colon, digits = text.lower().partition(":")
    name = host.removeprefix("*.")
    labels = name.split(".")
    if not all(label and label.replace("-", "").isalnum() for label in labels):
        raise ValueError(
            f"expected hosts such as cdn.example.com or *.example.com, not {text}"
        )
    if host != name and len(labels) < 2:
        raise ValueError(f"{text} stands for hosts of many owners")
    if colon and not (digits.isdecimal() and 0 < int(digits) < 65536):
        raise ValueError(f"{text} has no port behind its colon")
    return HostPattern(
        host.encode("idna").decode("ascii"), int(digits) if colon else None
    )


def network(text: str) -> Network:
    """A range such as 10.0.0.0/8. Raises ValueError."""
    return ip_network(text)
