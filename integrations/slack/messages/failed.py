"""What went wrong, in words for whoever asked. Pure."""

from __future__ import annotations

from bot.model import (
    Failed,
)
from integrations.slack.blocks import (
    Block,
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
    result: Failed, again: Block | None = None, *others: Block | None
) -> Message:
    """What went wrong in plain words, what can be done, and what to quote to an
    administrator. ``again`` is there only where it can help."""
    plain = escape(result.plain, 1000) or "That did not work."
    return Message(
        plain,
        (
            section(plain),
            *actions(None if result.is_final else again, *others),
            context(f"Reference {code(result.reference)}"),
        ),
    )


def try_again(action_id: str, value: str) -> Block:
    """The button that asks for the same once more."""
    return button("Try again", action_id, value=value)
