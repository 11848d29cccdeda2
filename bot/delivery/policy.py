"""What an installation has decided about answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.model import Audience
from bot.policy import RedactionPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """``results`` is how many recordings one answer shows."""

    look_back: timedelta
    link_expiry: timedelta
    results: int
    redaction: RedactionPolicy = field(default_factory=RedactionPolicy)
    person_properties: tuple[str, ...] = ()
    """What of a person's properties a note shows, in this order."""

    def redaction_for(self, audience: Audience | None) -> RedactionPolicy:
        """The rules of a copy; those of the installation where nobody is named."""
        if audience is None:
            return self.redaction
        return self.redaction.for_audience(audience)
