"""What went wrong, in words for whoever asked. Pure."""

from __future__ import annotations

from bot.model import (
    Failed,
)
from integrations.slack.blocks import (
    Message,
    actions,
    button,
    context,
    section,
)
from integrations.slack.text import (
    code,
    escape,
)


def failed(
    result: Failed,
    *,
    again: str = "",
    action: str = "",
) -> Message:
    """What went wrong in plain words, a way to try again, and what to quote to an
    administrator. ``again`` is the value of the button ``action``."""
    retry = button("Try again", action, value=again) if again else None
    plain = escape(result.plain, 1000) or "That did not work."
    return Message(
        plain,
        (
            section(plain),
            *actions(retry),
            context(f"Reference {code(result.reference)}"),
        ),
    )
