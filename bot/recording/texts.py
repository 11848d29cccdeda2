"""Takes out of one text what a policy knows by its look, and counts it by kind.

A secret is counted under the place it stood in, which the caller names; anything else
under its own kind. What a text is made of is ``scrubber``'s business.
"""

from __future__ import annotations

from collections import Counter

from bot.policy import RedactionPolicy
from bot.recording.personal import PersonalData
from bot.recording.secrets import REDACTED, names, without_beginnings, without_looks


class TextScrubber:
    """``counts`` says how many of each kind went."""

    def __init__(
        self, policy: RedactionPolicy, own: frozenset[str] = frozenset()
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.takes_secrets = policy.secrets
        self._names = names(secrets=policy.secrets, fields=policy.fields)
        self._personal = PersonalData(policy, own)

    def is_secret_name(self, name: str) -> bool:
        """Whether what stands under this name goes."""
        return self._names is not None and self._names.match(name)

    def looks(self, text: str, kind: str) -> str:
        """The text without what is known by its own look."""
        clean = text
        if self.takes_secrets:
            clean, found = without_looks(text)
            self.count(kind, found)
        return self._personal.without(clean, self.counts)

    def typed(self, text: str, kind: str) -> str:
        """The same for a text that somebody is typing, which may be half there."""
        clean = text
        if self.takes_secrets:
            clean, found = without_beginnings(text)
            self.count(kind, found)
        return self._personal.without(clean, self.counts)

    def shows_personal(self, text: str) -> bool:
        """Whether a text holds what the policy names besides secrets."""
        return self._personal.without(text, Counter()) != text

    def gone(self, kind: str) -> str:
        """What stands in the place of a secret, which is counted."""
        self.counts[kind] += 1
        return REDACTED

    def count(self, kind: str, found: int) -> None:
        if found:
            self.counts[kind] += found
