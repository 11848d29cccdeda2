"""Several sources of recordings as one.

A recording's id is PostHog's ``$session_id`` wherever it is kept: what several sources
have by one id is one recording. ``people`` tells who is whom, ``merging`` what is taken
from where.
"""

from bot.sources.asking import Asked, Held, Work, first_that_gives, recording_by_id

__all__ = ["Asked", "Held", "Work", "first_that_gives", "recording_by_id"]
