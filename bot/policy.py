"""What an installation wants taken out of recordings: rules as people write them.

Finding it is the scrubber's and the redactor's business. A rule is a word
(``email``, ``ip``, ``phone``), ``field:NAME`` or ``regex:PATTERN``. Patterns run on
RE2, which takes time in proportion to the text whatever the pattern; so they have
neither look-arounds nor back-references.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import re2

from bot.linear import compiled
from bot.model import Audience as Audience

# What of a pattern RE2 builds at most; it refuses one that needs more.
_MAX_PATTERN = 1000
_FIELD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,98}[A-Za-z0-9]", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.ASCII)


class Kind(StrEnum):
    """What a rule may name beyond secrets, which are a switch of their own."""

    EMAIL = "email"
    IP = "ip"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class RedactionPolicy:
    """What is taken out. The default takes secrets, card numbers among them."""

    secrets: bool = True
    kinds: frozenset[Kind] = frozenset()
    fields: tuple[str, ...] = ()
    """Names whose values go: of JSON fields, parameters, headers and form fields."""
    patterns: tuple[str, ...] = ()
    """RE2 expressions whose matches go."""
    audience: Audience = Audience.STAFF
    internal_hosts: tuple[str, ...] = ()
    """Hosts, and what is below them, that a customer's copy does not name."""

    @property
    def is_idle(self) -> bool:
        """Whether it takes out nothing at all."""
        return not (
            self.secrets
            or self.kinds
            or self.fields
            or self.patterns
            or self.audience is Audience.CUSTOMER
        )

    @property
    def looks_ahead(self) -> bool:
        """Whether the beginning of something may show before it is known for what it
        is: an e-mail address that is being typed has no look of its own."""
        return bool(self.kinds or self.patterns)

    @property
    def key(self) -> str:
        """Equal for policies that take out the same. What one left in, a copy made
        under another may have to do without."""
        facts = [
            self.secrets,
            sorted(self.kinds),
            sorted(self.fields),
            sorted(self.patterns),
            sorted(self.internal_hosts),
        ]
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
        return f"{self.audience}:{digest}"

    def also(self, rules: Iterable[str]) -> RedactionPolicy:
        """The policy with more rules. Raises ValueError, which quotes the rule."""
        policy = self
        for rule in rules:
            policy = policy._with(rule)
        return policy

    def _with(self, rule: str) -> RedactionPolicy:
        word, colon, rest = rule.partition(":")
        if not colon and word == "secrets":
            return replace(self, secrets=True)
        if not colon and word in list(Kind):
            return replace(self, kinds=self.kinds | {Kind(word)})
        if colon and word == "field":
            if not _FIELD.fullmatch(rest):
                raise ValueError(
                    f"{rule!r}: a field's name has letters, digits, '_', '-', '.' and"
                    " at least two of them"
                )
            return replace(self, fields=(*self.fields, rest))
        if colon and word == "regex":
            _check_pattern(rest, rule)
            return replace(self, patterns=(*self.patterns, rest))
        known = ", ".join(["secrets", *Kind])
        raise ValueError(
            f"{rule!r} is no rule: expected {known}, field:NAME or regex:PATTERN"
        )

    def for_audience(self, audience: Audience) -> RedactionPolicy:
        """The policy for whoever will see the copy. Customers get neither secrets nor
        the addresses of other people and machines."""
        if audience is Audience.STAFF:
            return replace(self, audience=audience)
        return replace(
            self,
            audience=audience,
            secrets=True,
            kinds=self.kinds | {Kind.EMAIL, Kind.IP},
        )


def host(text: str) -> str:
    """A host's name as ``internal_hosts`` wants it. Raises ValueError."""
    name = text.lower().removeprefix("*.").strip(".")
    if not _HOST.fullmatch(name):
        raise ValueError(f"{text!r} is no host such as intranet.example.com")
    return name


def _check_pattern(pattern: str, rule: str) -> None:
    if len(pattern) > _MAX_PATTERN:
        raise ValueError(f"{rule[:40]!r}…: the pattern is too long")
    try:
        expression = compiled(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise ValueError(f"{rule!r} is no pattern that RE2 takes: {text}") from None
    if expression.search(b"") is not None:
        raise ValueError(f"{rule!r} matches even where there is no text")
