"""Our results as Slack messages: who, when, what went wrong, and what to press. Pure.

Sending is left to ``destination``, the words about one recording to ``facts``.
"""

from integrations.slack.messages.failed import failed, try_again
from integrations.slack.messages.found import found, looking, nothing_found
from integrations.slack.messages.home import home, home_closed
from integrations.slack.messages.previews import preview, preview_closed
from integrations.slack.messages.shared import (
    attached,
    changed,
    file_removed,
    file_title,
    shared,
)

__all__ = [
    "attached",
    "changed",
    "failed",
    "file_removed",
    "file_title",
    "found",
    "home",
    "home_closed",
    "looking",
    "nothing_found",
    "preview",
    "preview_closed",
    "shared",
    "try_again",
]
