"""Finds what a policy names besides secrets: e-mail, IP and phone, own patterns.

None of it has a look that nothing else has, so none is taken out unasked. An address
may stand percent-encoded. What was found is counted by kind.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bot.linear import compiled, replaced
from bot.policy import Audience, Kind, RedactionPolicy
from bot.recording.secrets import REDACTED

_EMAIL = r"[\pL\pN_.+%'-]+(?:@|%40)(?:[\pL\pN-]+\.)+\pL{2,24}"
_IP = r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}\b"
_PHONE = (
    r"\+[0-9]{1,3}(?:[ .()\x{a0}/-]{0,2}[0-9]){6,12}\b"
    r"|\([0-9]{3}\)[ .\x{a0}-]?[0-9]{3}[ .\x{a0}-][0-9]{4}\b"
)
# Names that only a house's own network knows.
_INTERNAL = ("localhost", "internal", "intranet", "local", "corp", "lan")
# An own pattern may read the whole text for every match; more than this many and the
# text goes whole. The others stop after a few characters.
_MOST_MATCHES = 1000
_ALL = 1 << 62

# What there is none without, as far as a look at the text can tell.
_SIGNS = {
    Kind.EMAIL: ("@", "%40"),
    Kind.IP: (".", ":"),
    Kind.PHONE: ("+", "("),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    expression: Any
    put: Callable[[bytes], bytes]
    most: int = _ALL
    signs: tuple[str, ...] = ("",)

    def may_match(self, text: str) -> bool:
        return any(sign in text for sign in self.signs)


class PersonalData:
    """What a policy takes out by its look; ``own`` addresses stay."""

    def __init__(self, policy: RedactionPolicy, own: frozenset[str]) -> None:
        self._own = frozenset(address.lower() for address in own)
        self._rules: list[_Rule] = []
        if policy.audience is Audience.CUSTOMER:
            hosts = compiled(_hosts(policy.internal_hosts), ignore_case=True)
            self._rules.append(_Rule("internal_address", hosts, _gone))
        for kind, pattern, put in (
            (Kind.EMAIL, _EMAIL, self._email),
            (Kind.IP, _IP, _ip),
            (Kind.PHONE, _PHONE, _gone),
        ):
            if kind in policy.kinds:
                expression = compiled(pattern)
                self._rules.append(
                    _Rule(kind.value, expression, put, signs=_SIGNS[kind])
                )
        for pattern in policy.patterns:
            own_rule = _Rule("pattern", compiled(pattern), _gone, _MOST_MATCHES)
            self._rules.append(own_rule)

    def without(self, text: str, counts: Counter[str]) -> str:
        """The text without them; the same where there is none."""
        rules = [rule for rule in self._rules if rule.may_match(text)]
        if not rules or text == REDACTED:
            return text
        # A lone surrogate is lost, but only where something else goes as well.
        given = raw = text.encode(errors="replace")
        for rule in rules:
            clean, found = replaced(rule.expression, raw, rule.put, most=rule.most)
            if found:
                counts[rule.kind] += found
                raw = REDACTED.encode() if clean is None else clean
        return text if raw == given else raw.decode(errors="replace")

    def _email(self, found: bytes) -> bytes:
        # The longest run is taken, for who ends an address with %2C means it.
        address = unquote(found.decode(errors="replace")).lower()
        is_own = any(
            re.search(rf"(?<![\w.+-]){re.escape(own)}$", address) for own in self._own
        )
        return found if is_own else REDACTED.encode()


def _gone(found: bytes) -> bytes:
    return REDACTED.encode()


def _ip(found: bytes) -> bytes:
    try:
        address = ipaddress.ip_address(found.decode())
    except ValueError:
        return found
    # ``::`` and times of day are code and clocks more often than addresses.
    return found if len(found) < 4 or address.is_unspecified else REDACTED.encode()


def _hosts(configured: tuple[str, ...]) -> str:
    names = "|".join(re.escape(name) for name in (*configured, *_INTERNAL))
    # Words such as local are hosts only where something stands before them.
    plain = "|".join(re.escape(name) for name in ("localhost", *configured))
    rest = r"(?::[0-9]{1,5})?(?:[/?#][^\s\"'<>\\]*)?"
    return (
        rf"(?:[a-z][a-z0-9+.-]{{0,20}}:)?//[^\s/?#\"'<>\\]*\b(?:{names})\b{rest}"
        rf"|\b(?:[a-z0-9-]+\.)*(?:{plain})\b{rest}"
    )
