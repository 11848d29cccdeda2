"""What is said at once, before anything was looked for. Pure."""

from __future__ import annotations

import re

from integrations.slack.blocks import Message, context, section
from integrations.slack.text import code, escape

NO_IDENTIFIER = (
    "I find no e-mail address, user id, session id or PostHog replay link in that."
)

# What Slack makes of @ben, #support and links in a command with `should_escape`.
_NAMED = re.compile(r"<([@#])[A-Z0-9]+\|([^<>|]+)>")
_LINK = re.compile(r"<(?:(?:mailto:|https?:)[^<>|]*\|)?([^<>|@#!][^<>|]*)>")


def looking(text: str, *, look_back: str) -> str:
    """The line that answers a command at once, by the words that were typed."""
    typed = _LINK.sub(r"\1", _NAMED.sub(r"\1\2", text))
    return f"Looking for recordings of {code(typed, 200)} in the last {look_back}…"


def not_queued(reference: str = "") -> str:
    """The line that answers what could not be made safe; the log has the reference."""
    words = "That could not be queued just now, so nothing is running."
    again = "Please try again in a minute."
    return f"{words} {again}" + (f" Reference {code(reference)}" if reference else "")


def guide(command: str, *, lead: str = "") -> Message:
    """How to ask, with examples."""
    examples = [
        ("jane@example.com", "an e-mail address"),
        ("user_1234", "the user id your app identifies people by"),
        ("https://us.posthog.com/replay/…", "a replay, by its PostHog address"),
        ("jane@example.com last 3d", "only the last 3 days (`12h`, `2w` work too)"),
        (
            "jane@example.com errors only on /checkout",
            "only with errors, only on that page",
        ),
    ]
    lines = [f"• `{command} {given}`: {meaning}" for given, meaning in examples]
    blocks = (
        section(escape(lead, 1000) or "*Find a customer's session recordings*", *lines),
        context(
            f"`{command}` alone asks with a form. In a thread, mention me or use the"
            " message shortcut *Find replays*; or write to me directly. A mention needs"
            " me in the channel; the rest works everywhere."
        ),
    )
    return Message("How to find a customer's session recordings", blocks)
